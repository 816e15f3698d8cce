"""The forms of terms and decisions. How needs combine is one choice beside each of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DecimalField,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.certification.forms import plain_text
from learning.certification.rules.deciding import MAX_DECISION_REASON
from learning.certification.rules.terms import (
    MAX_CRITERIA,
    MAX_CRITERION,
    MAX_DAYS,
    MAX_GUIDANCE,
    MAX_HOURS_MILLI,
    MAX_MONTHS,
    MAX_YEARS,
    Criterion,
    Decider,
    Groups,
    HoursField,
    Need,
    NeedKind,
    ProjectForm,
    Terms,
)
from learning.certification.words.terms import terms_problem_words
from learning.kernel.errors import Problem

NONE, MUST = "none", "must"
LETTERS = ("a", "b", "c")  # ways of one group share a letter
MODES = [
    SelectChoice(NONE, _l("不要求")),
    SelectChoice(MUST, _l("必须满足")),
    SelectChoice("a", _l("甲组任选其一")),
    SelectChoice("b", _l("乙组任选其一")),
    SelectChoice("c", _l("丙组任选其一")),
]
FIELDS = [
    SelectChoice(HoursField.ANY.value, _l("全部学时")),
    SelectChoice(HoursField.PROFESSIONAL.value, _l("专业学时")),
    SelectChoice(HoursField.COMMON.value, _l("公需学时")),
]
_HOURS = {"validators": [Optional(), NumberRange(0, MAX_HOURS_MILLI // 1000)]}
_MONTHS = {"validators": [Optional(), NumberRange(0, MAX_MONTHS)]}
_YEARS = {"validators": [Optional(), NumberRange(0, MAX_YEARS)]}


class NeedsForm(Form):
    """What is asked for one purpose; two lines of hours, for two fields."""

    exam = SelectField(_l("考试"), choices=MODES, default=NONE)
    exam_cut = IntegerField(_l("最低得分率（%）"), validators=[Optional(), NumberRange(0, 100)])
    hours = SelectField(_l("学时"), choices=MODES, default=NONE)
    hours_amount = DecimalField(_l("学时数"), **_HOURS)
    hours_field = SelectField(_l("学时类别"), choices=FIELDS, default=HoursField.ANY.value)
    hours_months = IntegerField(_l("最近多少个月内"), **_MONTHS)
    more = SelectField(_l("另一类学时"), choices=MODES, default=NONE)
    more_amount = DecimalField(_l("另一类学时数"), **_HOURS)
    more_field = SelectField(_l("另一类学时类别"), choices=FIELDS, default=HoursField.COMMON.value)
    more_months = IntegerField(_l("另一类最近多少个月内"), **_MONTHS)
    project = SelectField(_l("项目评审"), choices=MODES, default=NONE)
    experience = SelectField(_l("工作年限"), choices=MODES, default=NONE)
    experience_years = IntegerField(_l("工作满多少年"), **_YEARS)
    continuity = SelectField(_l("连续从业"), choices=MODES, default=NONE)
    continuity_years = IntegerField(_l("连续满多少年"), **_YEARS)
    confirmation = SelectField(_l("单位确认"), choices=MODES, default=NONE)

    def groups(self) -> Groups:
        """Return what a valid form asks: what must be alone first, then the groups by letter."""
        asked = list(self._asked())
        musts = [(need,) for mode, need in asked if mode == MUST]
        lettered = [tuple(need for mode, need in asked if mode == one) for one in LETTERS]
        return (*musts, *(group for group in lettered if group))

    def _asked(self) -> Iterator[tuple[str, Need]]:
        needs = {
            "exam": Need(NeedKind.EXAM, cut_percent=self.exam_cut.data or 0),
            "hours": self._hours("hours"),
            "more": self._hours("more"),
            "project": Need(NeedKind.PROJECT),
            "experience": Need(NeedKind.EXPERIENCE, years=self.experience_years.data or 0),
            "continuity": Need(NeedKind.CONTINUITY, years=self.continuity_years.data or 0),
            "confirmation": Need(NeedKind.CONFIRMATION),
        }
        for name, need in needs.items():
            mode = self._fields[name].data
            if mode != NONE:
                yield mode, need

    def _hours(self, name: str) -> Need:
        amount = self._fields[f"{name}_amount"].data or 0
        return Need(
            NeedKind.HOURS,
            hours_milli=int(amount * 1000),
            field=HoursField(self._fields[f"{name}_field"].data),
            within_months=self._fields[f"{name}_months"].data or 0,
        )


def needs_values(groups: Groups) -> dict[str, Any]:
    """Return the values of the form that asks for the groups."""
    values: dict[str, Any] = {}
    letters = iter(LETTERS)
    for group in groups:
        mode = MUST if len(group) == 1 else next(letters, "c")
        for need in group:
            name = need.kind.value
            if need.kind is NeedKind.HOURS:
                name = "more" if "hours" in values else "hours"
                values |= {
                    f"{name}_amount": need.hours_milli / 1000,
                    f"{name}_field": need.field.value,
                    f"{name}_months": need.within_months,
                }
            values[name] = mode
            if need.kind is NeedKind.EXAM:
                values["exam_cut"] = need.cut_percent or None
            if need.years:
                values[f"{name}_years"] = need.years
    return values


class TermsForm(FlaskForm):
    """What a scheme asks from now on."""

    first = FormField(NeedsForm)
    renewal = FormField(NeedsForm)
    validity_months = IntegerField(
        _l("有效期（月）"), validators=[Optional(), NumberRange(1, MAX_MONTHS)]
    )
    window_days = IntegerField(
        _l("到期前多少天起可换证"), validators=[Optional(), NumberRange(0, MAX_DAYS)]
    )
    grace_days = IntegerField(
        _l("到期后宽限多少天"), validators=[Optional(), NumberRange(0, MAX_DAYS)]
    )
    hold_months = IntegerField(
        _l("已满足项保留（月）"), validators=[Optional(), NumberRange(1, MAX_MONTHS)]
    )
    decider = RadioField(
        _l("由谁决定"),
        choices=[
            SelectChoice(Decider.RULE.value, _l("条件齐备即自动发证")),
            SelectChoice(Decider.PERSON.value, _l("由发证决定人逐人决定")),
        ],
        validators=[InputRequired()],
    )
    criteria = TextAreaField(
        _l("项目评分项"),
        validators=[Length(max=MAX_CRITERIA * (MAX_CRITERION + 10)), plain_text],
        render_kw={"rows": 5},
    )
    pass_percent = IntegerField(_l("项目合格线（%）"), validators=[Optional(), NumberRange(1, 100)])
    guidance = TextAreaField(
        _l("项目提交说明"),
        validators=[Length(max=MAX_GUIDANCE), plain_text],
        render_kw={"rows": 3},
    )

    def terms(self) -> tuple[Terms, list[Problem]]:
        """Return what a valid form says, with what is wrong with the lines of the criteria."""
        criteria, problems = parse_criteria(self.criteria.data or "")
        project = None
        if criteria or problems:
            project = ProjectForm(
                criteria, self.pass_percent.data or 60, (self.guidance.data or "").strip()
            )
        return (
            Terms(
                first=self.first.form.groups(),
                renewal=self.renewal.form.groups(),
                validity_months=self.validity_months.data,
                window_days=self.window_days.data or 0,
                grace_days=self.grace_days.data or 0,
                hold_months=self.hold_months.data,
                decider=Decider(self.decider.data),
                project=project,
            ),
            problems,
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        for problem in problems:
            place = {"first": self.first.form.exam, "renewal": self.renewal.form.exam}.get(
                problem.place
            )
            field = place or self._fields.get(problem.place, self.decider)
            field.errors = [*field.errors, terms_problem_words(problem)]


def terms_values(terms: Terms) -> dict[str, Any]:
    """Return the values of the form that says these terms."""
    form = terms.project
    return {
        "first": needs_values(terms.first),
        "renewal": needs_values(terms.renewal),
        "validity_months": terms.validity_months,
        "window_days": terms.window_days,
        "grace_days": terms.grace_days,
        "hold_months": terms.hold_months,
        "decider": terms.decider.value,
        "criteria": "\n".join(f"{one.text} {one.points}" for one in form.criteria) if form else "",
        "pass_percent": form.pass_percent if form else 60,
        "guidance": form.guidance if form else "",
    }


def parse_criteria(text: str) -> tuple[tuple[Criterion, ...], list[Problem]]:
    """Return the criteria of lines "words points", with a problem for each line without points."""
    found: list[Criterion] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.replace("\t", " ").replace("|", " ").strip()
        if not words:
            continue
        head, _space, points = words.rpartition(" ")
        if not head.strip() or not points.isascii() or not points.isdigit() or len(points) > 3:
            problems.append(Problem("", None, "criteria", "criteria_line", str(number)))
            continue
        found.append(Criterion(head.strip(), int(points)))
    return tuple(found), problems


class DecisionForm(FlaskForm):
    """A decision on one file; the button says which."""

    reason = TextAreaField(
        _l("理由"),
        validators=[Length(max=MAX_DECISION_REASON), plain_text],
        render_kw={"rows": 3},
    )
