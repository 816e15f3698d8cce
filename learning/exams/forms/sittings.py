"""The forms of sittings: shape and limits; what they mean together is `rules.problems_of`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from learning.attempts.rules import MAX_FORMS, Counts, Disclosure, Integrity, Part, Release
from learning.exams import words
from learning.exams.forms.checks import SMALLEST, sensible_year
from learning.exams.forms.rows import NAMED, RowList, numbered, values_of_row
from learning.exams.queries import Source
from learning.exams.rules import (
    MAX_ATTEMPTS,
    MAX_DESCRIPTION,
    MAX_ITEM_POINTS,
    MAX_LIMIT_MINUTES,
    MAX_NAMED_TEXT,
    MAX_PAPER,
    MAX_TITLE,
    MAX_UNSEEN_DAYS,
    Arrangement,
    MultipleMarking,
    NamedRow,
    SectionPlan,
    SittingPlan,
    SittingRules,
    arrange,
    named_text,
    parse_named,
    rows_of,
    to_local,
    to_utc,
)
from learning.exams.services import Choice, ChoiceKind
from learning.exams.words import _
from learning.kernel.errors import Invalid, Problem
from learning.question_bank.rules import ItemKind, Pool
from learning.web.forms import plain_text

LOCAL_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
RELEASES = (Release.AT_SUBMIT, Release.AT_CLOSE)
TABLE = "table"
MAX_ROLL = 200_000
MAX_DEPARTURES = 99
MAX_SHOWN_PROBLEMS = 50


def _departures(label: str) -> IntegerField:
    return IntegerField(label, default=0, validators=[Optional(), NumberRange(0, MAX_DEPARTURES)])


def _instant(label: str) -> DateTimeLocalField:
    return DateTimeLocalField(label, format=LOCAL_FORMATS, validators=[Optional(), sensible_year])


class SittingForm(FlaskForm):
    """Everything an examiner writes. Times are on the clock of the organiser's zone."""

    organiser = SelectField(_l("组织单位"), validate_choice=True)
    title = StringField(_l("名称"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text])
    description = TextAreaField(
        _l("考生须知"), validators=[Length(max=MAX_DESCRIPTION), plain_text], render_kw={"rows": 6}
    )
    opens_at = DateTimeLocalField(
        _l("考试开始"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    closes_at = DateTimeLocalField(
        _l("考试结束"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    source = SelectField(_l("题源"))
    paper = RadioField(_l("组卷"), default=TABLE)
    rows = RowList(_l("双向细目表"))
    named = TextAreaField(
        _l("试题编号与分值"),
        validators=[Length(max=MAX_NAMED_TEXT), plain_text],
        render_kw={"rows": 8},
    )
    shuffle = BooleanField(_l("每人的选项顺序不同"), default=True)
    forms = SelectField(_l("组卷方式"), coerce=int)
    unseen_days = IntegerField(
        _l("不抽最近考过的题（天）"),
        validators=[InputRequired(), NumberRange(0, MAX_UNSEEN_DAYS)],
    )
    marked = BooleanField(_l("由人阅卷：问答题，以及含问答小题的案例题"))
    multiple_marking = SelectField(_l("多项选择题评分"))
    cut_points = DecimalField(
        _l("合格线（分）"),
        places=None,
        validators=[
            InputRequired(),
            NumberRange(SMALLEST, MAX_ITEM_POINTS * MAX_PAPER),
        ],
    )
    limit_minutes = IntegerField(
        _l("限时（分钟）"), validators=[InputRequired(), NumberRange(1, MAX_LIMIT_MINUTES)]
    )
    max_attempts = IntegerField(
        _l("每人次数"), validators=[InputRequired(), NumberRange(1, MAX_ATTEMPTS)]
    )
    counts = SelectField(_l("多次作答"))
    release = SelectField(_l("成绩公布"))
    review = SelectField(_l("考后回看"), default=Part.SCORE.value)
    score_from = _instant(_l("成绩公布时间"))
    responses_from = _instant(_l("试题与作答公布时间"))
    keys_from = _instant(_l("答案公布时间"))
    explanations_from = _instant(_l("解析公布时间"))
    closed_book = BooleanField(_l("闭卷：交卷前不能打开本站其他页面"))
    log_out = BooleanField(_l("共用设备：交卷后自动退出登录"))
    no_calculator = BooleanField(_l("不提供计算器"))
    warn_at = _departures(_l("离开几次起提醒"))
    end_at = _departures(_l("离开几次自动交卷"))

    def validate_end_at(self, field: Field) -> None:
        """Refuse to end an attempt that nobody was warned in."""
        if field.data and not 0 < (self.warn_at.data or 0) < field.data:
            raise ValidationError(_("自动交卷前须先提醒：提醒的次数要大于 0 且小于它。"))

    def offer(self, *, sources: Sequence[Source], organisers: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen; without organisers (an edit) that field goes."""
        self.paper.choices = [
            (TABLE, _("按双向细目表抽题")),
            (NAMED, _("固定试卷：逐题指定，人人同题")),
        ]
        self.source.choices = [(s.code, words.source_words(s)) for s in sources]
        self.multiple_marking.choices = [(m.value, words.marking_words(m)) for m in MultipleMarking]
        self.forms.choices = [(n, words.forms_words(n)) for n in range(MAX_FORMS + 1)]
        self.counts.choices = [(c.value, words.counts_words(c)) for c in Counts]
        self.release.choices = [(r.value, words.release_words(r)) for r in RELEASES]
        self.review.choices = [(p.value, words.depth_words(p)) for p in Part]
        if organisers:
            self.organiser.choices = list(organisers)
        else:
            del self.organiser

    @property
    def is_fixed(self) -> bool:
        """Tell whether the paper names its items."""
        return bool(self.paper.data == NAMED)

    def named_rows(self) -> list[NamedRow]:
        """Return the lines of a fixed paper; raise Invalid where they cannot be read."""
        rows, problems = parse_named(self.named.data or "")
        if problems:
            raise Invalid(problems)
        return rows

    def arranged(self) -> Arrangement:
        """Return the sections that a valid table makes."""
        return arrange(self.rows.rows(), MultipleMarking(self.multiple_marking.data))

    def plan(self, zone: str, chosen: tuple[SectionPlan, ...] = ()) -> SittingPlan:
        """Return what a valid form says; of a fixed paper `chosen` are the sections."""
        bank, _colon, pool = self.source.data.rpartition(":")
        sections = chosen if self.is_fixed else self.arranged().sections
        return SittingPlan(
            title=self.title.data,
            description=self.description.data or "",
            opens_at=to_utc(self.opens_at.data, zone),
            closes_at=to_utc(self.closes_at.data, zone),
            rules=SittingRules(
                bank=bank,
                pool=Pool(pool),
                sections=sections,
                cut_points=self.cut_points.data,
                multiple_marking=MultipleMarking(self.multiple_marking.data),
                limit_minutes=sum(each.minutes for each in sections) or self.limit_minutes.data,
                max_attempts=self.max_attempts.data,
                counts=Counts(self.counts.data),
                release=Release(self.release.data),
                review=self.review.data != Part.SCORE.value,
                disclosure=self._disclosure(zone),
                integrity=Integrity(
                    warn_at=self.warn_at.data or 0,
                    end_at=self.end_at.data or 0,
                    closed_book=self.closed_book.data,
                    log_out=self.log_out.data,
                ),
                calculator=not self.no_calculator.data,
                unseen_days=self.unseen_days.data,
                forms=0 if self.is_fixed else self.forms.data,
                shuffle=self.shuffle.data,
                marked=self.marked.data,
            ),
        )

    def _disclosure(self, zone: str) -> Disclosure:
        depth = Part(self.review.data)
        score, responses, keys, explanations = (
            to_utc(field.data, zone) if field.data else None
            for field in (
                self.score_from,
                self.responses_from,
                self.keys_from,
                self.explanations_from,
            )
        )
        return Disclosure(
            Part.EXPLANATIONS if depth is Part.SCORE else depth,
            score_from=score,
            responses_from=responses,
            keys_from=keys,
            explanations_from=explanations,
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules or the bank found beside their fields; `line` is a cell's."""
        order = () if self.is_fixed else self.arranged().order
        for problem in problems:
            text = words.problem_words(problem)
            if problem.line and not self.is_fixed:
                self.rows.show(order[problem.line - 1], text)
                continue
            if problem.line and problem.place == "named":
                text = numbered(problem.line, text)
            field = self._fields.get(problem.place, self.named if self.is_fixed else self.rows)
            field.errors = [*field.errors, text]


def values_of(plan: SittingPlan, zone: str) -> dict[str, Any]:
    """Return the fields' values for a plan, for the form that edits it."""
    rules = plan.rules
    return {
        "title": plan.title,
        "description": plan.description,
        "opens_at": to_local(plan.opens_at, zone),
        "closes_at": to_local(plan.closes_at, zone),
        "source": f"{rules.bank}:{rules.pool.value}",
        "multiple_marking": rules.multiple_marking.value,
        "cut_points": rules.cut_points,
        "limit_minutes": rules.limit_minutes,
        "max_attempts": rules.max_attempts,
        "counts": rules.counts.value,
        "release": rules.release.value,
        "review": (rules.disclosure.depth if rules.review else Part.SCORE).value,
        **_instants(rules, zone),
        **asdict(rules.integrity),
        "no_calculator": not rules.calculator,
        "unseen_days": rules.unseen_days,
        "forms": rules.forms,
        "paper": NAMED if rules.is_fixed else TABLE,
        "rows": [values_of_row(row) for row in rows_of(() if rules.is_fixed else rules.sections)],
        "named": named_text(rules.sections),
        "shuffle": rules.shuffle,
        "marked": rules.marked,
    }


def _instants(rules: SittingRules, zone: str) -> dict[str, datetime | None]:
    """Return the instants of a result's parts on the clock of the zone, by field."""
    instants = {part: rules.disclosure.own_instant(part) for part in Part}
    return {
        f"{part.value}_from": to_local(instant, zone) if instant else None
        for part, instant in instants.items()
    }


def default_values(
    source: Source | None, opens_at: datetime, closes_at: datetime, zone: str
) -> dict[str, Any]:
    """Return the values of a new form: 60 single and 20 multiple, 100 points, 60 to pass.

    A pool that holds fewer gives what it has; the cut score stays at six tenths.
    """
    held = source.counts if source else {}
    sections = tuple(
        SectionPlan(kind, min(count, held.get(kind, count)), Decimal(points))
        for kind, count, points in ((ItemKind.SINGLE, 60, 1), (ItemKind.MULTIPLE, 20, 2))
    )
    most = sum((section.total for section in sections), Decimal(0))
    rules = SittingRules(
        bank=source.bank if source else "",
        pool=source.pool if source else Pool.SECURE,
        sections=sections,
        cut_points=most * 6 / 10,
        limit_minutes=90,
        release=Release.AT_SUBMIT,
    )
    return values_of(SittingPlan("", "", opens_at, closes_at, rules), zone)


class AdmissionForm(FlaskForm):
    """Whom to admit. Only the fields of the chosen way are read."""

    kind = RadioField(_l("选人方式"), default=ChoiceKind.UNIT.value)
    unit = StringField(_l("单位"), validators=[Length(max=400), plain_text])
    post = StringField(_l("岗位"), validators=[Length(max=120), plain_text])
    roll = TextAreaField(
        _l("名单"), validators=[Length(max=MAX_ROLL), plain_text], render_kw={"rows": 8}
    )

    def offer(self) -> None:
        """Set the ways of choosing."""
        self.kind.choices = [
            (ChoiceKind.UNIT.value, _("单位全体（含所有下级）")),
            (ChoiceKind.POST.value, _("单位内担任某岗位的人")),
            (ChoiceKind.ROLL.value, _("粘贴工号或登录名")),
        ]

    def choice(self) -> Choice:
        """Return what a valid form says."""
        return Choice(
            kind=ChoiceKind(self.kind.data),
            unit=self.unit.data or "",
            post=self.post.data or "",
            roll=self.roll.data or "",
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong beside its field, lines by their number; the first fifty."""
        for problem in problems[:MAX_SHOWN_PROBLEMS]:
            field = self._fields.get(problem.place, self.roll)
            field.errors = [*field.errors, words.line_problem_words(problem)]
        rest = len(problems) - MAX_SHOWN_PROBLEMS
        if rest > 0:
            self.roll.errors = [*self.roll.errors, _("还有 %(n)s 处错误。", n=rest)]
