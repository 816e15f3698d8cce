"""Forms of study hours: shape and limits; what they mean is in the rules."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FileField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from learning.kernel.errors import Problem
from learning.organisations.rules.categories import StaffCategory
from learning.organisations.rules.corrections import EVIDENCE_BYTES, EVIDENCE_TYPES
from learning.organisations.words import category_words
from learning.study.rules.claims import REASON_LENGTH, TEXT_LENGTH
from learning.study.rules.classes import SessionPlan
from learning.study.rules.entry import MAX_YEARS, WORD_LENGTH, Background, Education
from learning.study.rules.hours import (
    BOUNDS,
    MAX_YEAR_HOURS,
    MINUTES_PER_HOUR,
    Field,
    HourRule,
    Prerequisites,
    Target,
    course_codes,
    target_field,
)
from learning.study.rules.tracks import TrackDocument
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
    external_max_percent = _bounded(
        _l("外部学习每年最多计全年应达学时的百分之几"), "external_max_percent"
    )
    watched_percent = _bounded(_l("视频、音频至少要看百分之几"), "watched_percent")
    prerequisites = SelectField(
        _l("先修课程没学完时"),
        choices=[
            SelectChoice(Prerequisites.ENFORCED.value, _l("不计学时，仍可阅读")),
            SelectChoice(Prerequisites.ADVICE.value, _l("只提示，照常计学时")),
        ],
        validators=[InputRequired()],
    )
    common_courses = StringField(
        _l("计为公需科目的课程代号"), validators=[Length(max=1_000), plain_text]
    )

    def rule(self) -> HourRule:
        """Return what a valid form says; a category without hours is asked for what all are."""
        numbers = {name: self[name].data for name in BOUNDS}
        targets = [
            Target(
                one.value,
                self[target_field("year", one)].data,
                self[target_field("professional", one)].data or 0,
            )
            for one in StaffCategory
            if self[target_field("year", one)].data is not None
        ]
        return HourRule(
            minutes_per_hour=int(self.minutes_per_hour.data),
            prerequisites=Prerequisites(self.prerequisites.data),
            common_courses=course_codes(self.common_courses.data or ""),
            targets=tuple(targets),
            **numbers,
        )


def _year_label(category: str) -> str:
    return gettext("%(who)s每年应达学时", who=category_words(category))


def _professional_label(category: str) -> str:
    return gettext("%(who)s专业科目应达学时", who=category_words(category))


def _needs_year(form: RuleForm, field: IntegerField) -> None:
    """Refuse professional hours of a category that says no hours of the year."""
    year = form[field.name.replace("professional", "year", 1)]
    if field.data is not None and year.data is None and not year.errors:
        raise ValidationError(_l("请先填每年应达学时。"))


for _category in StaffCategory:
    for _part, _label, _more in (
        ("year", _year_label, []),
        ("professional", _professional_label, [_needs_year]),
    ):
        _given = IntegerField(
            LazyString(_label, _category.value),
            validators=[Optional(), NumberRange(0, MAX_YEAR_HOURS), *_more],
        )
        setattr(RuleForm, target_field(_part, _category), _given)


def form_of(rule: HourRule) -> dict[str, object]:
    """Return what a form shows of a rule."""
    return {
        **{name: getattr(rule, name) for name in BOUNDS},
        **{target_field("year", t.category): t.year_hours for t in rule.targets},
        **{target_field("professional", t.category): t.professional_hours for t in rule.targets},
        "minutes_per_hour": str(rule.minutes_per_hour),
        "prerequisites": rule.prerequisites.value,
        "common_courses": " ".join(rule.common_courses),
    }


class StatementForm(FlaskForm):
    """The days that a certificate of hours is to cover, both within."""

    first = DateField(_l("从"), validators=[InputRequired()])
    last = DateField(_l("到"), validators=[InputRequired()])


MAX_LIST_BYTES = 5 * 1024 * 1024
FIELDS = [
    SelectChoice(Field.PROFESSIONAL.value, _l("专业科目")),
    SelectChoice(Field.COMMON.value, _l("公需科目")),
]
_required = InputRequired(_l("请填写这一项。"))


class Showing(FlaskForm):
    """A form that shows what the rules found wrong beside the fields."""

    def show(self, problems: Iterable[Problem], words: Mapping[str, str]) -> None:
        """Put each problem beside its field, unless the form itself said something there."""
        for problem in problems:
            field = self._fields[problem.place]
            if not field.errors:
                field.errors = [words.get(problem.code, problem.code)]


def _hours(label: str) -> DecimalField:
    return DecimalField(
        label,
        places=2,
        validators=[_required, NumberRange(Decimal("0.01"), Decimal(9_999))],
        render_kw={"inputmode": "decimal"},
    )


class ClaimForm(Showing):
    """What one learned elsewhere. Twin of `rules.claims.problems_of`."""

    title = StringField(_l("培训名称"), [_required, Length(max=TEXT_LENGTH), plain_text])
    issuer = StringField(_l("举办单位"), [_required, Length(max=TEXT_LENGTH), plain_text])
    field = SelectField(_l("科目"), choices=FIELDS, validators=[_required])
    first_day = DateField(_l("开始日期"), validators=[_required])
    last_day = DateField(_l("结束日期"), validators=[_required])
    hours = _hours(_l("证明上的学时"))
    evidence = FileField(
        _l("证明材料"),
        render_kw={
            "accept": ",".join([*EVIDENCE_TYPES, ".pdf,.png,.jpg,.jpeg"]),
            "data-photo-bytes": EVIDENCE_BYTES,
            "data-photo-said": _l("照片已在本机缩小为 {n} KB，拍摄信息已去掉。"),
        },
    )

    def upload(self) -> tuple[str, bytes]:
        """Return the file's name and bytes, one more than allowed at most; empty for none."""
        file = self.evidence.data
        if not isinstance(file, FileStorage) or not file.filename:
            return "", b""
        return file.filename, file.stream.read(EVIDENCE_BYTES + 1)


class DecisionForm(Showing):
    """How much of a claim is approved, and what the person reads about it."""

    hours = _hours(_l("批准学时"))
    answer = TextAreaField(
        _l("答复"), [Length(max=REASON_LENGTH), plain_text], render_kw={"rows": 3}
    )


class CorrectionForm(Showing):
    """What a credit is to be instead, and why."""

    hours = _hours(_l("更正为多少学时"))
    field = SelectField(_l("科目"), choices=FIELDS, validators=[_required])
    reason = TextAreaField(
        _l("原因"), [_required, Length(max=REASON_LENGTH), plain_text], render_kw={"rows": 2}
    )


class ReasonForm(Showing):
    """Why a credit is taken back."""

    reason = TextAreaField(
        _l("原因"), [_required, Length(max=REASON_LENGTH), plain_text], render_kw={"rows": 2}
    )


class DeclarationForm(Showing):
    """What a learner declares of a track's entry conditions; a field not asked for is taken out."""

    education = SelectField(_l("最高学历"), validators=[_required])
    years = IntegerField(
        _l("相关工作年限"),
        [
            InputRequired(_l("请填 0 到 60 的整数。")),
            NumberRange(0, MAX_YEARS, _l("请填 0 到 60 的整数。")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    word = TextAreaField(
        _l("给人力资源的说明"), [Length(max=WORD_LENGTH), plain_text], render_kw={"rows": 3}
    )
    declared = BooleanField(
        _l("我声明符合以上条件，并对声明负责"), [InputRequired(_l("请先确认自己符合报名条件。"))]
    )

    @classmethod
    def of(
        cls,
        track: TrackDocument,
        educations: Mapping[str, str],
        told: Background | None = None,
        *,
        is_given: bool,
    ) -> "DeclarationForm":
        """Return the form of a track as it was sent in, or as it shows what was told before."""
        data = {"education": told.education.value, "years": told.years} if told else None
        form = cls(data=data) if is_given else cls(formdata=None, data=data)
        form.education.choices = [("", _l("请选择")), *educations.items()]
        if not track.asks_background:
            del form.education, form.years
        if not track.needs_hr:
            del form.word
        if not track.conditions:
            del form.declared
        elif track.asks_background and track.needs_hr:  # HR may know of another way in
            form.declared.label.text = _l("我声明所填属实，并对声明负责")
        return form

    def told(self) -> Background | None:
        """Return the background that a valid form says, None where none is asked for."""
        if "years" not in self:
            return None
        return Background(Education(self.education.data), self.years.data)


class SessionForm(Showing):
    """When a class meets; times are the installation's. Twin of `rules.classes.problems_of`."""

    day = DateField(_l("日期"), validators=[_required])
    starts = TimeField(_l("几点开始"), validators=[_required])
    ends = TimeField(_l("几点结束"), validators=[_required])
    minutes = IntegerField(
        _l("计多少分钟"), [Optional(), NumberRange(1, 960)], render_kw={"inputmode": "numeric"}
    )

    @classmethod
    def of(cls, plan: SessionPlan, zone: str) -> "SessionForm":
        """Return the form as it says a plan."""
        starts, ends = (at.astimezone(ZoneInfo(zone)) for at in (plan.starts_at, plan.ends_at))
        data = {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}
        return cls(formdata=None, data={**data, "minutes": plan.minutes})

    def plan(self, zone: str) -> SessionPlan:
        """Return what a valid form says; without minutes the whole time counts."""
        at = ZoneInfo(zone)
        starts, ends = (
            datetime.combine(self.day.data, given, tzinfo=at).astimezone(UTC)
            for given in (self.starts.data, self.ends.data)
        )
        whole = int((ends - starts).total_seconds()) // 60
        return SessionPlan(starts, ends, self.minutes.data or whole)


class ClassForm(SessionForm):
    """A class with its first meeting."""

    title = StringField(_l("培训名称"), [_required, Length(max=TEXT_LENGTH), plain_text])
    place = StringField(_l("地点"), [_required, Length(max=TEXT_LENGTH), plain_text])
    trainer = StringField(_l("主讲"), [Length(max=100), plain_text])
    field = SelectField(_l("科目"), choices=FIELDS, validators=[_required])
    unit = SelectField(_l("主办单位"), validators=[_required])
    others = SelectMultipleField(_l("同时面向"), validators=[Optional()])
    needs_sign_out = BooleanField(_l("结束时须签退，没有签退的不计学时"))


class ListForm(FlaskForm):
    """An attendance list to check: a file, or people typed one a line."""

    file = FileField(_l("签到名单（.xlsx）"), render_kw={"accept": ".xlsx"})
    people = TextAreaField(_l("或者逐行填写"), render_kw={"rows": 3, "lang": "zh-CN"})

    def typed(self) -> str:
        """Return the people as typed; empty where a file was chosen."""
        file = self.file.data
        is_file = isinstance(file, FileStorage) and bool(file.filename)
        return "" if is_file else (self.people.data or "")

    def upload(self) -> tuple[str, bytes]:
        """Return the file's name and bytes; empty for none."""
        file = self.file.data
        if not isinstance(file, FileStorage) or not file.filename:
            return "", b""
        return file.filename, file.stream.read(MAX_LIST_BYTES + 1)
