"""The form of a training task, of its pause, and of its end."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.compliance.rules.assignments import (
    MAX_DAYS,
    MAX_HOURS,
    AssignmentPlan,
    Audience,
    DueKind,
    Goal,
    end_of_day,
)
from learning.kernel.errors import Problem
from learning.web.forms import plain_text

MAX_LIST = 200_000  # characters of a pasted list
REPEATS = ("", "1", "3", "6", "12", "24", "36")
_needed = InputRequired(_l("请填写这一项。"))


class AssignmentForm(FlaskForm):
    """What, for whom, by when; which of the fields count follows from the three choices."""

    unit = SelectField(_l("单位"), validators=[_needed])
    title = StringField(_l("任务名称"), validators=[_needed, Length(max=200), plain_text])
    note = StringField(_l("说明"), validators=[Length(max=500), plain_text])
    goal = RadioField(_l("要完成什么"), validators=[_needed])
    course = SelectField(_l("课程"), validators=[Optional()])
    track = SelectField(_l("培养方向"), validators=[Optional()])
    sitting = SelectField(_l("考试"), validators=[Optional()])
    scheme = SelectField(_l("认证项目"), validators=[Optional()])
    hours = DecimalField(
        _l("学时数"),
        places=2,
        validators=[Optional(), NumberRange(min=0.01, max=MAX_HOURS)],
    )
    counts_from = DateField(_l("从哪天起计学时"), validators=[Optional()])
    repeat_months = SelectField(_l("重复"), validators=[Optional()])
    audience = RadioField(_l("发给谁"), validators=[_needed])
    post = SelectField(_l("岗位"), validators=[Optional()])
    cohort = SelectField(_l("选定的培养方向"), validators=[Optional()])
    people = TextAreaField(_l("工号"), validators=[Length(max=MAX_LIST), plain_text])
    takes_later = BooleanField(_l("以后符合条件的人也自动加入"))
    due_kind = RadioField(_l("什么时候截止"), validators=[_needed])
    due_date = DateField(_l("截止日期"), validators=[Optional()])
    due_days = IntegerField(_l("天数"), validators=[Optional(), NumberRange(1, MAX_DAYS)])
    escalate_days = IntegerField(
        _l("逾期多少天后通知负责人"), validators=[Optional(), NumberRange(1, 365)]
    )

    def plan(self, zone: str) -> AssignmentPlan:
        """Return what a valid form says; days are days of the zone."""
        goal, audience = Goal(self.goal.data), Audience(self.audience.data)
        due_kind = DueKind(self.due_kind.data)
        refs = {
            Goal.COURSE: self.course.data,
            Goal.TRACK: self.track.data,
            Goal.SITTING: self.sitting.data,
            Goal.SCHEME: self.scheme.data,
        }
        is_dated, counts_hours = due_kind is DueKind.DATE, goal is Goal.HOURS
        return AssignmentPlan(
            raw_unit=self.unit.data,
            title=self.title.data.strip(),
            note=(self.note.data or "").strip(),
            goal=goal,
            raw_goal=refs.get(goal) or "",
            hours_milli=int(self.hours.data * 1000) if counts_hours and self.hours.data else None,
            counts_from=_midnight(self.counts_from.data, zone) if counts_hours else None,
            audience=audience,
            raw_post=self.post.data or "",
            raw_track=self.cohort.data or "",
            people=_lines(self.people.data or ""),
            takes_later=bool(self.takes_later.data),
            due_kind=due_kind,
            due_at=_end(self.due_date.data, zone) if is_dated else None,
            due_days=None if is_dated else self.due_days.data,
            repeat_months=int(self.repeat_months.data)
            if counts_hours and self.repeat_months.data
            else None,
            escalate_days=self.escalate_days.data,
        )

    def show(self, problems: Iterable[Problem], words: dict[str, str]) -> None:
        """Put each problem beside its field, a list's with their lines, the first of them."""
        unknown = [problem for problem in problems if problem.code == "nobody"]
        for problem in problems:
            if problem.code != "nobody":
                field = self._fields[problem.place]
                field.errors = [*field.errors, words.get(problem.code, problem.code)]
        if unknown:
            shown = [f"{problem.line}: {problem.message[:40]}" for problem in unknown[:20]]
            more = [] if len(unknown) <= len(shown) else [f"… {len(unknown)}"]
            self.people.errors = [
                *self.people.errors,
                str(_l("单位里没有这些工号，或一个工号有几个人（行号：工号）：")),
                *shown,
                *more,
            ]


class ReasonForm(FlaskForm):
    """Why something is paused or called off; `person` is one of its people, "" for all."""

    reason = StringField(_l("原因"), validators=[_needed, Length(max=300), plain_text])
    person = StringField(validators=[Length(max=26)])


def _lines(text: str) -> tuple[tuple[int, str], ...]:
    """Return the staff numbers of a list with their lines, from 1."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return tuple((number, line) for number, line in numbered if line)


def _midnight(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _end(day: date | None, zone: str) -> datetime | None:
    begin = _midnight(day, zone)
    return None if begin is None else end_of_day(begin, zone)
