"""The forms of log-in, activation, reset and the account page.

They check shape and length; whether a name exists or a secret is right is the services' matter,
and a wrong name and a wrong password must read the same.
"""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length

from learning.accounts.rules.names import MAX_RAW_LENGTH, LoginNameKind

_required = InputRequired(_l("请填写这一项。"))
_short_code = Length(max=40, message=_l("太长了。"))
_name_length = Length(max=MAX_RAW_LENGTH, message=_l("太长了。"))


class LoginForm(FlaskForm):
    """Log-in name and password; the organisation's code only for staff numbers."""

    organisation_code = StringField(_l("单位代码"), [_short_code])
    login_name = StringField(_l("手机号、邮箱或工号"), [_required, _name_length])
    password = PasswordField(_l("密码"), [_required])
    remember = BooleanField(_l("保持登录"))


class ActivationForm(FlaskForm):
    """A printed one-time code and the new password."""

    organisation_code = StringField(_l("单位代码"), [_short_code])
    login_name = StringField(_l("手机号、邮箱或工号"), [_required, _name_length])
    code = StringField(_l("一次性代码"), [_required, _short_code])
    new_password = PasswordField(_l("新密码"), [_required])


class ResetRequestForm(FlaskForm):
    """Whose password is to be reset."""

    organisation_code = StringField(_l("单位代码"), [_short_code])
    login_name = StringField(_l("手机号、邮箱或工号"), [_required, _name_length])


class ResetForm(FlaskForm):
    """The new password after following a link."""

    new_password = PasswordField(_l("新密码"), [_required])


class PasswordForm(FlaskForm):
    """The old and the new password."""

    current_password = PasswordField(_l("现在的密码"), [_required])
    new_password = PasswordField(_l("新密码"), [_required])
    repeated_password = PasswordField(
        _l("再输一次新密码"), [_required, EqualTo("new_password", _l("两次输入的新密码不一样。"))]
    )


class ConsentForm(FlaskForm):
    """Agreement to the version of the notice that was shown."""

    version = HiddenField(filters=[lambda raw: int(raw) if str(raw or "").isdigit() else 0])
    agreed = BooleanField(_l("我已阅读并同意这份说明"), [InputRequired(_l("同意后才能继续。"))])


class ClosingForm(FlaskForm):
    """One's password, and the word that this is meant."""

    current_password = PasswordField(_l("现在的密码"), [_required])
    understood = BooleanField(
        _l("我知道注销后不能恢复"), [InputRequired(_l("请确认您知道注销不能恢复。"))]
    )


class RegistrationForm(FlaskForm):
    """One's own new account, made with an invitation."""

    display_name = StringField(_l("姓名"), [_required, Length(max=200, message=_l("太长了。"))])
    kind = RadioField(_l("用什么登录"), default=LoginNameKind.PHONE.value)
    login_name = StringField(_l("手机号、邮箱或工号"), [_required, _name_length])
    staff_no = StringField(_l("工号"), [_short_code])
    new_password = PasswordField(_l("密码"), [_required])
    is_adult = BooleanField(_l("我已年满 18 周岁"))
    notice_version = HiddenField(filters=[lambda raw: int(raw) if str(raw or "").isdigit() else 0])
    agreed = BooleanField(_l("我已阅读并同意隐私说明"), [InputRequired(_l("同意后才能新建账号。"))])

    def offer(self, *, with_staff_number: bool) -> None:
        """Set the kinds of log-in names that can be chosen."""
        self.kind.choices = [
            SelectChoice(LoginNameKind.PHONE.value, _l("手机号")),
            SelectChoice(LoginNameKind.EMAIL.value, _l("邮箱")),
        ]
        if with_staff_number:
            self.kind.choices.append(SelectChoice(LoginNameKind.STAFF.value, _l("工号")))
        else:
            self.login_name.label.text = _l("手机号或邮箱")

    def show(self, problems: Iterable[tuple[str, str]]) -> None:
        """Put each sentence beside its field."""
        for place, words in problems:
            field = self._fields[place]
            field.errors = [*field.errors, words]


class LanguageForm(FlaskForm):
    """The language of the screens."""

    locale = SelectField(
        _l("界面语言"),
        choices=[
            SelectChoice("", _l("跟随浏览器")),
            SelectChoice("zh_CN", "中文", render_kw={"lang": "zh-CN"}),
            SelectChoice("en", "English", render_kw={"lang": "en"}),
        ],
    )
