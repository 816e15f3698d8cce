"""The form of a competition: shape and limits; what they mean together is `rules.problems_of`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from learning.competitions import words
from learning.competitions.formats import PRESETS
from learning.competitions.forms.paper import PaperFields, paper_values, plain_text
from learning.competitions.forms.rows import NumberedRows, RowsForm
from learning.competitions.rules import (
    MAX_DESCRIPTION,
    MAX_DIVISION_CODE,
    MAX_DIVISION_TITLE,
    MAX_DIVISIONS,
    MAX_MINIMUM,
    MAX_TITLE,
    Belonging,
    Contest,
    Division,
    EnterpriseRanking,
    EntryRules,
    EntryScope,
    RankBy,
    Weights,
    to_local,
    to_utc,
)
from learning.competitions.rules.appeals import AppealDays
from learning.competitions.rules.entry import MAX_CORRECTION_DAYS
from learning.competitions.words import _
from learning.exams.rules import MAX_DAYS
from learning.kernel.errors import Problem

NATIONAL = "national"
LEAST_ROWS = 4  # of divisions, so that there is room to write; two blank ones follow the last


class DivisionRow(Form):
    """A division; a row without code and title is no division."""

    code = StringField(_l("代码"), validators=[Length(max=MAX_DIVISION_CODE), plain_text])
    title = StringField(_l("组名"), validators=[Length(max=MAX_DIVISION_TITLE), plain_text])
    belonging = SelectField(_l("适用于"), default=Belonging.ANYBODY.value)

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody wrote anything here."""
        return not ((self.code.data or "").strip() or (self.title.data or "").strip())

    def division(self) -> Division:
        """Return what the row says."""
        return Division(
            (self.code.data or "").strip(),
            (self.title.data or "").strip(),
            Belonging(self.belonging.data),
        )


class CompetitionForm(PaperFields, RowsForm):
    """Everything an organiser writes. Times are on the clock of the organiser's zone."""

    ROWS, OTHERWISE = "divisions", "bank"

    organiser = SelectField(_l("主办单位"), validate_choice=True)
    title = StringField(_l("名称"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text])
    description = TextAreaField(
        _l("说明"), validators=[Length(max=MAX_DESCRIPTION), plain_text], render_kw={"rows": 6}
    )
    entry_scope = SelectField(_l("谁可以参赛"), default=EntryScope.OPEN.value)
    takes_public = BooleanField(_l("公众可以在竞赛页新建账号，以个人身份参赛（限不设范围的竞赛）"))
    divisions = NumberedRows(FormField(DivisionRow), _l("组别"), max_entries=MAX_DIVISIONS)
    ranked_by = SelectField(_l("单位榜排名"), default=RankBy.MEAN.value)
    ranked_from = IntegerField(
        _l("单位排名至少参加（人）"), default=1, validators=[NumberRange(1, MAX_MINIMUM)]
    )
    weight_participants = IntegerField(
        _l("参加人数的权重（%）"), default=40, validators=[NumberRange(0, 100)]
    )
    weight_coverage = IntegerField(
        _l("参赛率的权重（%）"), default=30, validators=[NumberRange(0, 100)]
    )
    weight_mean = IntegerField(
        _l("平均分的权重（%）"), default=30, validators=[NumberRange(0, 100)]
    )

    correction_days = IntegerField(
        _l("报名后可以更正一次的期限（天）"),
        default=0,
        validators=[NumberRange(0, MAX_CORRECTION_DAYS)],
    )
    appeal_days = IntegerField(
        _l("试题申诉期限（名次公布后多少天内）"),
        default=AppealDays().lodge,
        validators=[NumberRange(1, MAX_DAYS)],
    )
    answer_days = IntegerField(
        _l("答复期限（收到申诉后多少天内）"),
        default=AppealDays().answer,
        validators=[NumberRange(1, MAX_DAYS)],
    )

    def offer(
        self, *, banks: Sequence[tuple[str, str]], organisers: Sequence[tuple[str, str]]
    ) -> None:
        """Set what can be chosen; without organisers (an edit) that field goes."""
        self.offer_paper(banks)
        self.entry_scope.choices = [(s.value, words.scope_words(s)) for s in EntryScope]
        self.ranked_by.choices = [(by.value, words.rank_by_words(by)) for by in RankBy]
        self._offer_divisions()
        if organisers:
            self.organiser.choices = list(organisers)
        else:
            del self.organiser

    def _offer_divisions(self) -> None:
        self.make_room(LEAST_ROWS)
        choices = [(b.value, words.belonging_words(b)) for b in Belonging]
        for row in self.divisions.entries:
            row.form.belonging.choices = choices

    def rows_words(self) -> str:
        """Say above the divisions that one of them is wrong."""
        return _("有一组填得不对。")

    def words_of(self, problem: Problem) -> str:
        """Say what is wrong with a field."""
        return problem_words(problem)

    def contest(self, zone: str) -> Contest:
        """Return what a valid form says."""
        return Contest(
            title=self.title.data,
            description=self.description.data or "",
            opens_at=to_utc(self.opens_at.data, zone),
            closes_at=to_utc(self.closes_at.data, zone),
            rules=self.rules(),
            entry=EntryRules(
                divisions=tuple(row.division() for row in self.written()),
                scope=EntryScope(self.entry_scope.data),
                ranking=self._ranking(),
                registers=self.takes_public.data and self.entry_scope.data == EntryScope.OPEN.value,
                correction_days=self.correction_days.data,
            ),
            appeals=AppealDays(self.appeal_days.data, self.answer_days.data),
        )

    def _ranking(self) -> EnterpriseRanking:
        by = RankBy(self.ranked_by.data)
        weights = (self.weight_participants, self.weight_coverage, self.weight_mean)
        chosen = Weights(*(each.data for each in weights)) if by is RankBy.WEIGHTED else Weights()
        return EnterpriseRanking(by, self.ranked_from.data, chosen)


def problem_words(problem: Problem) -> str:
    """Return what is wrong with a field, translated."""
    found = {
        "closes_at": _("结束须晚于开始。"),
        "multiple_count": _("至少要有一道题。"),
        "counts": _("各次得分相加时，请限定总次数、每天次数或每天上限。"),
        "day_cap": _("每天上限用于各次得分相加，在 0 至 1000 分之间。"),
        "until_right": _("答到全对为止不能与得分相加、逐题抢分或闯关分级并用。"),
        "item_seconds": _("逐题抢分须限定每题秒数。"),
        "ladder": _("一行一级，如“5 3”：连对 5 题得 3 分；题数和分值逐级增加，只用于逐题闯关。"),
        "bonuses": _("加分只用于各次得分相加。"),
        "weight_participants": _("三项权重相加须为 100。"),
        "review": _("交卷后即公布成绩时不能同时公布答案：答案会传给还没有作答的人。"),
    }
    if problem.code.startswith("divisions-"):
        if problem.code.endswith("code"):
            return _("代码用字母、数字和短横，各组不同。")
        return _("每组都要有名称。")
    if problem.code == "enemy_shortage":
        return _(
            "互斥题不能同卷，除去它们题库的竞赛题不够（需要 > 现有）：%(section)s，%(numbers)s",
            section=_(problem.place),
            numbers=problem.message,
        )
    if problem.code == "shortage":
        return _(
            "题库的竞赛题不够（需要 > 现有）：%(section)s，%(numbers)s",
            section=_(problem.place),
            numbers=problem.message,
        )
    return found.get(problem.code, _("这一项填得不对。"))


def values_of(contest: Contest, zone: str) -> dict[str, Any]:
    """Return the fields' values for a contest, for the form that edits it."""
    return {
        "title": contest.title,
        "description": contest.description,
        "opens_at": to_local(contest.opens_at, zone),
        "closes_at": to_local(contest.closes_at, zone),
        **paper_values(contest.rules),
        "entry_scope": contest.entry.scope.value,
        "takes_public": contest.entry.registers,
        "divisions": [
            {"code": d.code, "title": d.title, "belonging": d.belonging.value}
            for d in contest.entry.divisions
        ],
        "correction_days": contest.entry.correction_days,
        "ranked_by": contest.entry.ranking.by.value,
        "ranked_from": contest.entry.ranking.minimum,
        **_weight_values(contest.entry.ranking),
        "appeal_days": contest.appeals.lodge,
        "answer_days": contest.appeals.answer,
    }


def _weight_values(ranking: EnterpriseRanking) -> dict[str, int]:
    """Return what each figure weighs; nothing, for the form's own start, by another rule."""
    if ranking.by is not RankBy.WEIGHTED:
        return {}
    return {f"weight_{name}": weight for name, weight in asdict(ranking.weights).items()}


def default_values(
    preset: str, bank: str, opens_at: datetime, closes_at: datetime, zone: str
) -> dict[str, Any]:
    """Return the values of a new form: a shape by its code, that of the national paper if none."""
    rules = PRESETS.get(preset, PRESETS[NATIONAL]).rules_of(bank)
    return values_of(Contest("", "", opens_at, closes_at, rules), zone)
