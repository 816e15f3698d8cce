"""Forms of study hours: shape and limits; what they mean is in the rules."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from learning.study.rules.hours import BOUNDS, MINUTES_PER_HOUR, HourRule, course_codes
from learning.web.forms import plain_text


def _bounded(label: str, name: str) -> IntegerField:
    return IntegerField(label, validators=[InputRequired(), NumberRange(*BOUNDS[name])])


class RuleForm(FlaskForm):
    """A new version of the rules. Twin of `rules.hours.problems_of`."""

    minutes_per_hour = SelectField(
        _l("1 学时合多少分钟"),
        choices=[str(n) for n in MINUTES_PER_HOUR],
        validators=[InputRequired()],
    )
    lesson_min_percent = _bounded(_l("课时至少要计到标称时长的百分之几"), "lesson_min_percent")
    lesson_max_percent = _bounded(_l("课时最多计标称时长的百分之几"), "lesson_max_percent")
    daily_max_minutes = _bounded(_l("一天最多计多少分钟"), "daily_max_minutes")
    idle_minutes = _bounded(_l("无操作多少分钟后停止计时"), "idle_minutes")
    gap_s = _bounded(_l("两次心跳之间最多计多少秒"), "gap_s")
    year_hours = _bounded(_l("每年应达学时"), "year_hours")
    professional_hours = _bounded(_l("其中专业科目应达学时"), "professional_hours")
    common_courses = StringField(
        _l("计为公需科目的课程代号"), validators=[Length(max=1_000), plain_text]
    )

    def rule(self) -> HourRule:
        """Return what a valid form says."""
        numbers = {name: self[name].data for name in BOUNDS}
        return HourRule(
            minutes_per_hour=int(self.minutes_per_hour.data),
            common_courses=course_codes(self.common_courses.data or ""),
            **numbers,
        )


def form_of(rule: HourRule) -> dict[str, object]:
    """Return what a form shows of a rule."""
    return {
        **{name: getattr(rule, name) for name in BOUNDS},
        "minutes_per_hour": str(rule.minutes_per_hour),
        "common_courses": " ".join(rule.common_courses),
    }


class StatementForm(FlaskForm):
    """The days that a certificate of hours is to cover, both within."""

    first = DateField(_l("从"), validators=[InputRequired()])
    last = DateField(_l("到"), validators=[InputRequired()])
