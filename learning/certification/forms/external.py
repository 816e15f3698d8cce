"""Forms of registered certificates: shape and limits; what they mean is `rules.register`."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.accounts.rules import normalise_phone
from learning.certification.forms import ReasonForm
from learning.certification.rules import MAX_TITLE, MAX_VALIDITY_MONTHS
from learning.certification.rules.register import (
    MAX_ISSUER,
    MAX_NUMBER,
    ExternalPlan,
    RegisterRow,
    WithdrawGround,
)
from learning.certification.words import _
from learning.certification.words.external import external_problem_words
from learning.exams.forms.applications import PAPERS
from learning.exams.forms.checks import read_upload
from learning.exams.rules import FILE_BYTES, MAX_EVIDENCE, Upload, check_files
from learning.exams.words import file_problem_words
from learning.kernel.errors import Invalid, Problem
from learning.organisations.rules.names import clean_person_name, clean_text, fold_width
from learning.web.forms import plain_text

MONTHS = [Optional(), NumberRange(1, MAX_VALIDITY_MONTHS)]


class KindForm(FlaskForm):
    """A kind of certificate that others issue."""

    title = StringField(
        _l("证书名称"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text]
    )
    title_en = StringField(_l("英文名称"), validators=[Length(max=MAX_TITLE), plain_text])
    authority = StringField(
        _l("发证机关"), validators=[InputRequired(), Length(max=MAX_ISSUER), plain_text]
    )
    validity_months = IntegerField(_l("有效期（月）"), validators=MONTHS)
    review_months = IntegerField(_l("复审周期（月）"), validators=MONTHS)

    def plan(self) -> ExternalPlan:
        """Return what a valid form says."""
        return ExternalPlan(
            self.title.data,
            self.title_en.data or "",
            self.authority.data,
            self.validity_months.data,
            self.review_months.data,
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        _show(self, self.title, problems)


class EntryForm(FlaskForm):
    """A certificate as its paper says; for a later row of the same paper only what may change."""

    name = StringField(_l("姓名"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text])
    staff_no = StringField(_l("工号"), validators=[Length(max=40), plain_text])
    phone = StringField(_l("手机号"), validators=[Length(max=40), plain_text])
    scheme = SelectField(_l("证书种类"))
    number = StringField(
        _l("证书编号"), validators=[InputRequired(), Length(max=MAX_NUMBER), plain_text]
    )
    issuer = StringField(_l("发证机关"), validators=[Length(max=MAX_ISSUER), plain_text])
    valid_from = DateField(_l("有效期自"), validators=[InputRequired(_l("请填写日期。"))])
    valid_until = DateField(_l("有效期至"), validators=[Optional()])
    is_for_life = BooleanField(_l("长期有效"))
    review_due = DateField(_l("下次复审日期"), validators=[Optional()])
    scans = MultipleFileField(_l("扫描件或照片"), render_kw=PAPERS)

    def keep_paper(self) -> None:
        """Ask only for what may change on the same paper."""
        for name in ("name", "staff_no", "phone", "scheme", "number"):
            del self[name]

    def _text(self, name: str) -> str:
        return (self[name].data or "") if name in self else ""

    def row(self) -> RegisterRow:
        """Return what a valid form says."""
        return RegisterRow(
            line=0,
            name=clean_person_name(self._text("name")),
            staff_no="".join(fold_width(self._text("staff_no")).split()),
            phone=_phone(self._text("phone")),
            scheme=self._text("scheme"),
            number=clean_text(self._text("number")),
            issuer=clean_text(self.issuer.data or ""),
            valid_from=self.valid_from.data,
            valid_until=None if self.is_for_life.data else self.valid_until.data,
            review_due=self.review_due.data,
            is_for_life=bool(self.is_for_life.data),
        )

    def uploads(self) -> tuple[Upload, ...] | None:
        """Return the files sent; None where some are wrong, said beside the field."""
        files = [
            read_upload(file, FILE_BYTES) for file in (self.scans.data or [])[: MAX_EVIDENCE + 1]
        ]
        found, problems = check_files(files)
        self.scans.errors = [
            *self.scans.errors, *(file_problem_words(problem) for problem in problems)
        ]  # fmt: skip
        return None if problems else found

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        _show(self, self.valid_from, problems)


def _phone(raw: str) -> str:
    try:
        return normalise_phone(fold_width(raw)) if raw.strip() else ""
    except Invalid:
        return fold_width(raw)


def _show(form: FlaskForm, other: StringField, problems: Sequence[Problem]) -> None:
    for problem in problems:
        field = form._fields.get(problem.place, other)
        text = external_problem_words(problem.code, problem.message)
        field.errors = [*field.errors, text]


class WithdrawForm(ReasonForm):
    """Why a certificate is taken off the file."""

    ground = RadioField(_l("情形"), validators=[InputRequired()])

    def offer(self) -> None:
        """Set what can be chosen."""
        self.ground.choices = [
            (
                WithdrawGround.ENDED.value,
                _("证书已失效（注销、吊销、放弃）：此前的持证记录保留"),
            ),
            (WithdrawGround.ERROR.value, _("登记有误：从未持有，不计入任何一天")),
        ]


class ImportForm(FlaskForm):
    """A list of certificates."""

    file = FileField(_l("Excel 名单（.xlsx）"), render_kw={"accept": ".xlsx"})
    is_checked = BooleanField(_l("名单上的证书我已逐一核对过原件，导入后直接计入持证"))


class BatchForm(FlaskForm):
    """A list of numbers and names to verify."""

    file = FileField(_l("Excel 名单（.xlsx）"), render_kw={"accept": ".xlsx"})
