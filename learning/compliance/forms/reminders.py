"""The form of how an organisation's people are reminded."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from learning.compliance.queries.reminders import SettingsView
from learning.compliance.rules.reminders import DEFAULTS, parse_days
from learning.compliance.services.reminders import SettingsPlan
from learning.kernel.webhooks import RefusedAddress, check_address
from learning.web.forms import plain_text

_needed = InputRequired(_l("请填写这一项。"))


class ReminderForm(FlaskForm):
    """Days, channels, hours, and the robot. A secret left empty stays what it was."""

    days = StringField(_l("到期前多少天提醒"), validators=[_needed, Length(max=60), plain_text])
    by_mail = BooleanField(_l("也发邮件"))
    from_hour = IntegerField(_l("从几点起"), validators=[_needed, NumberRange(0, 23)])
    to_hour = IntegerField(_l("到几点止"), validators=[_needed, NumberRange(1, 24)])
    wait_days = IntegerField(
        _l("评审项目、发证决定的期限（天）"), validators=[_needed, NumberRange(1, 365)]
    )
    robot_kind = SelectField(
        _l("群机器人"),
        choices=[
            SelectChoice("", _l("不用")),
            SelectChoice("wecom", _l("企业微信")),
            SelectChoice("dingtalk", _l("钉钉")),
            SelectChoice("feishu", _l("飞书")),
        ],
    )
    robot_url = StringField(_l("机器人的 Webhook 地址"), validators=[Length(max=500), plain_text])
    robot_secret = PasswordField(_l("签名密钥"), validators=[Length(max=200), plain_text])
    robot_detail = SelectField(
        _l("机器人说多少"),
        choices=[
            SelectChoice("counts", _l("只说单位的人数和件数")),
            SelectChoice("units", _l("也说各下级单位的件数")),
        ],
    )

    allow_private = False

    def fill(self, view: SettingsView | None) -> None:
        """Show what is set, or what holds without it."""
        wanted = view.preferences if view else DEFAULTS
        self.days.data = ", ".join(str(day) for day in wanted.days)
        self.by_mail.data = wanted.by_mail
        self.wait_days.data = wanted.wait_days
        self.from_hour.data, self.to_hour.data = wanted.from_hour, wanted.to_hour
        if view:
            self.robot_kind.data, self.robot_url.data = view.robot_kind, view.robot_url
            self.robot_detail.data = view.robot_detail

    def validate_days(self, field: StringField) -> None:
        """Refuse what is no list of days."""
        try:
            parse_days(field.data or "")
        except ValueError as error:
            raise ValidationError(_("请填 1 到 365 之间的天数，用逗号隔开，最多 8 个。")) from error

    def validate_to_hour(self, field: IntegerField) -> None:
        """Refuse an end before the beginning."""
        if (self.from_hour.data or 0) >= (field.data or 0):
            raise ValidationError(_("要晚于开始的时间。"))

    def validate_robot_url(self, field: StringField) -> None:
        """Refuse an address that nothing may be posted to, whatever it leads to later."""
        if not self.robot_kind.data:
            return
        try:
            check_address((field.data or "").strip(), allow_private=self.allow_private)
        except RefusedAddress as error:
            raise ValidationError(_("请填 https 开头的完整地址，端口只能是 443。")) from error

    def plan(self) -> SettingsPlan:
        """Return what a valid form says."""
        kind: Any = self.robot_kind.data
        return SettingsPlan(
            days=parse_days(self.days.data),
            by_mail=self.by_mail.data,
            from_hour=self.from_hour.data,
            to_hour=self.to_hour.data,
            wait_days=self.wait_days.data,
            robot_kind=kind,
            robot_url=(self.robot_url.data or "").strip() if kind else "",
            robot_secret=(self.robot_secret.data or None) if kind else "",
            robot_detail=self.robot_detail.data,
        )
