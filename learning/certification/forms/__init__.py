"""Forms of certification: shape and limits; what they mean is `rules.problems_of`."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from learning.certification.queries import SchemeView
from learning.certification.rules import (
    MAX_REASON,
    MAX_SCHEME_CODE,
    MAX_TITLE,
    MAX_VALIDITY_MONTHS,
    Ground,
    SchemePlan,
)
from learning.certification.words import _, problem_words
from learning.kernel.errors import Problem

MAX_TYPED = 200


def plain_text(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters: no database and no reader has a use for them."""
    if any(ord(c) < 32 and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("含有不能显示的字符。"))


class SchemeForm(FlaskForm):
    """What an issuer writes of a scheme."""

    issuer = SelectField(_l("发证机构"), validate_choice=True)
    code = StringField(
        _l("代号"), validators=[InputRequired(), Length(max=MAX_SCHEME_CODE), plain_text]
    )
    title = StringField(
        _l("证书名称"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text]
    )
    title_en = StringField(_l("英文名称"), validators=[Length(max=MAX_TITLE), plain_text])
    validity_months = IntegerField(
        _l("有效期（月）"), validators=[Optional(), NumberRange(1, MAX_VALIDITY_MONTHS)]
    )

    def offer(self, issuers: Sequence[tuple[str, str]], scheme: SchemeView | None) -> None:
        """Set what can be chosen; an edit leaves issuer and code as they are."""
        if scheme is None:
            self.issuer.choices = list(issuers)
        else:
            del self.issuer
            del self.code

    def plan(self, code: str | None = None) -> SchemePlan:
        """Return what a valid form says; `code` of a scheme that has one."""
        return SchemePlan(
            code=code or self.code.data.strip().upper(),
            title=self.title.data,
            title_en=self.title_en.data or "",
            validity_months=self.validity_months.data,
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self.title)
            field.errors = [*field.errors, problem_words(problem)]


class AttachForm(FlaskForm):
    """Which sitting's pass is to earn the certificate."""

    sitting = SelectField(_l("场次"))


class RevokeForm(FlaskForm):
    """Why a certificate is revoked; the ground is asked only where the result fell."""

    ground = RadioField(_l("撤销的依据"), validators=[InputRequired()])
    reason = TextAreaField(
        _l("撤销原因"),
        validators=[InputRequired(), Length(max=MAX_REASON), plain_text],
        render_kw={"rows": 4},
    )

    def offer(self, *, is_doubtful: bool) -> None:
        """Ask for the ground where the result can be one."""
        if not is_doubtful:
            del self.ground
            return
        fell = _("成绩更正后未合格，或成绩被作废；以后恢复合格的，自动另发新证书")
        self.ground.choices = [
            SelectChoice(Ground.RESULT.value, fell),
            SelectChoice(Ground.OTHER.value, _("其他原因；以后不再凭这场考试发证")),
        ]

    @property
    def chosen(self) -> Ground:
        """Return the ground of a valid form."""
        return Ground(self.ground.data) if self.ground else Ground.OTHER


class ReasonForm(FlaskForm):
    """Why something is done to a certificate."""

    reason = TextAreaField(
        _l("原因"),
        validators=[InputRequired(), Length(max=MAX_REASON), plain_text],
        render_kw={"rows": 4},
    )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self.reason)
            field.errors = [*field.errors, problem_words(problem)]


class NameForm(ReasonForm):
    """The right name, and why it is corrected."""

    name = StringField(
        _l("正确的姓名"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text]
    )


class VerifyForm(FlaskForm):
    """A certificate number with its holder's name, or a verification code, read from paper."""

    typed = StringField(_l("证书编号或查验码"), validators=[InputRequired(), Length(max=MAX_TYPED)])
    name = StringField(_l("持证人姓名"), validators=[Length(max=MAX_TYPED)])
