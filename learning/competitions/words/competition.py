"""Rules, phases and choices in words for people, translated; every list and page takes them here.

The sentences are made from the settings, so that what is promised and what is done cannot part.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, gettext

from learning.attempts.rules import Counts, Release
from learning.competitions.queries import CompetitionLine, CompetitionView, OwnEntry
from learning.competitions.rules import (
    FIGURE_WORDS,
    PROVINCES,
    RANKING_WORDS,
    Belonging,
    EnterpriseRanking,
    EnterpriseStanding,
    EntryRules,
    EntryScope,
    MultipleMarking,
    Phase,
    Place,
    RankBy,
    Weights,
)
from learning.competitions.rules.industries import INDUSTRIES
from learning.leaderboards.queries import BoardRow
from learning.leaderboards.rules import TIE_RULES, TieValue, duration_text
from learning.web.templating import points_text

MEDALS = 3


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def instant_words(instant: datetime, zone: str, pattern: str = "yyyy-MM-dd HH:mm") -> str:
    """Return an instant on the clock of a zone."""
    return str(format_datetime(instant, pattern, tzinfo=ZoneInfo(zone), locale=get_locale()))


def tie_words(tie_rule: str) -> str:
    """Return the sentence that every ranked list prints."""
    return _(TIE_RULES[tie_rule].words)


def phase_words(phase: Phase) -> tuple[str, str]:
    """Return a phase in a word or two, and the status of its badge."""
    return {
        Phase.DRAFT: (_("草稿"), "draft"),
        Phase.UPCOMING: (_("报名中"), "info"),
        Phase.RUNNING: (_("进行中"), "live"),
        Phase.SETTLING: (_("待公布"), "due"),
        Phase.CLOSED: (_("已公布"), "official"),
    }[phase]


@dataclass(frozen=True, slots=True)
class LineView:
    """A competition in a list, with its phase in words."""

    line: CompetitionLine
    phase: str
    phase_label: str
    phase_status: str


def line_view(line: CompetitionLine, now: datetime) -> LineView:
    """Return a line with its phase in words."""
    phase = line.phase(now)
    return LineView(line, phase.value, *phase_words(phase))


@dataclass(frozen=True, slots=True)
class RankView:
    """A row of a published list as it is printed; `medal` is 1, 2, 3 or 0."""

    standing: int
    is_shared: bool
    medal: int
    name: str
    unit: str
    division: str
    points: str
    duration: str
    finished: str
    is_own: bool


def rank_view(
    row: BoardRow, competition: CompetitionView, *, name: str, unit: str, is_own: bool
) -> RankView:
    """Return a row as printed, at the resolution the tie rule compares.

    The finish is printed only where it decides: it says when a person was at the desk.
    """
    rule = TIE_RULES[competition.tie_rule]
    finished = instant_words(row.finished_at, competition.zone, "yyyy-MM-dd HH:mm:ss")
    return RankView(
        standing=row.standing,
        is_shared=row.is_shared,
        medal=row.standing if row.standing <= MEDALS else 0,
        name=name,
        unit=unit,
        division=division_title(competition.entry, row.group),
        points=points_text(row.points_milli),
        duration=duration_text(row.duration_us),
        finished=finished if rule.value is TieValue.FINISH and row.duration_us is not None else "",
        is_own=is_own,
    )


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """A row of the enterprise board as printed; "—" where there is nothing to say.

    `score` is that of a weighted formula, in points of a hundred.
    """

    standing: str
    is_shared: bool
    medal: int
    name: str
    participants: str
    mean: str
    coverage: str
    headcount: str
    score: str
    is_own: bool


NOTHING = "—"


def enterprise_view(row: EnterpriseStanding, *, is_own: bool) -> EnterpriseView:
    """Return a row of the enterprise board as printed, at the resolution that is compared."""
    tally = row.tally
    return EnterpriseView(
        standing=NOTHING if row.standing is None else str(row.standing),
        is_shared=row.is_shared,
        medal=row.standing if row.standing and row.standing <= MEDALS else 0,
        name=tally.unit_name,
        participants=f"{tally.participants:,}",
        mean=mean_text(tally.mean_centi),
        coverage=coverage_text(tally.coverage_permille),
        headcount=NOTHING if tally.headcount is None else f"{tally.headcount:,}",
        score=mean_text(row.score_centi),
        is_own=is_own,
    )


def mean_text(centi: int | None) -> str:
    """Return a mean in hundredths of a point as printed: 9151 → 91.51."""
    if centi is None:
        return NOTHING
    sign = "-" if centi < 0 else ""
    return f"{sign}{abs(centi) // 100}.{abs(centi) % 100:02d}"


def coverage_text(permille: int | None) -> str:
    """Return a coverage in tenths of a percent as printed: 995 → 99.5%."""
    return NOTHING if permille is None else f"{permille // 10}.{permille % 10}%"


@dataclass(frozen=True, slots=True)
class OwnView:
    """A person's own entry, with phase and points in words; points "" while not released."""

    entry: OwnEntry
    phase: str
    phase_label: str
    phase_status: str
    points: str
    duration: str


def own_view(entry: OwnEntry) -> OwnView:
    """Return an own entry as printed."""
    points = entry.place.points_milli if entry.place else entry.points_milli
    return OwnView(
        entry,
        entry.phase.value,
        *phase_words(entry.phase),
        points=points_text(points),
        duration=duration_text(entry.place.duration_us) if entry.place else "",
    )


def marking_words(marking: MultipleMarking) -> str:
    """Return how multiple-choice items are marked."""
    return {
        MultipleMarking.ALL_OR_NOTHING: _("全部选对才得分"),
        MultipleMarking.HALF: _("少选得一半分，错选不得分"),
        MultipleMarking.SHARE: _("少选按选对的个数得分，错选不得分"),
    }[marking]


# Boards show one result of a person: there is none that an average would be.
COUNTS = (Counts.BEST, Counts.LAST, Counts.FIRST)


def counts_words(counts: Counts) -> str:
    """Return which attempt counts."""
    return {
        Counts.BEST: _("取最好的一次"),
        Counts.LAST: _("取最后一次"),
        Counts.FIRST: _("取第一次"),
    }[counts]


def release_words(release: Release) -> str:
    """Return when participants see their own result."""
    return {
        Release.AT_SUBMIT: _("交卷后即可看到本人成绩"),
        Release.AT_CLOSE: _("答题时间结束后公布本人成绩"),
        Release.NEVER: _("不公布个人成绩"),
    }[release]


def review_words(review: object) -> str:
    """Return whether items and keys can be looked at afterwards."""
    return _("结束后可回看试题与答案") if review else _("不公布试题与答案")


def belonging_words(belonging: Belonging) -> str:
    """Return for whom a division is."""
    return {
        Belonging.ANYBODY: _("不限"),
        Belonging.ENTERPRISE: _("企业人员"),
        Belonging.UNIVERSITY: _("高校师生"),
        Belonging.INSTITUTE: _("院所人员"),
        Belonging.ASSOCIATION: _("协会人员"),
        Belonging.NONE: _("不属于任何单位的个人"),
    }[belonging]


def scope_words(scope: EntryScope) -> str:
    """Return who may enter."""
    return {
        EntryScope.OPEN: _("所有人都可以参赛"),
        EntryScope.ENROLLED: _("只限已报名单位的人员参赛"),
    }[scope]


def rank_by_words(by: RankBy) -> str:
    """Return by what organisations are ranked, in a few words."""
    return {
        RankBy.MEAN: _("按平均分"),
        RankBy.COVERAGE: _("按参赛率，再按平均分"),
        RankBy.PARTICIPANTS: _("按参加人数，再按平均分"),
        RankBy.WEIGHTED: _("按综合得分（参加人数、参赛率、平均分加权）"),
    }[by]


def ranking_words(ranking: EnterpriseRanking) -> str:
    """Return the sentence that every enterprise board prints."""
    words = _(RANKING_WORDS[ranking.by])
    if ranking.by is RankBy.WEIGHTED:
        words = _joined(words, _weight_words(ranking.weights))
    if ranking.minimum > 1:
        few = _("参加人数不满 %(n)s 人的单位不排名。", n=ranking.minimum)
        words = _joined(words, few)
    return words


def _joined(first: str, then: str) -> str:
    """Return two sentences one after the other: with a space between where the language has one."""
    return _("%(first)s%(then)s", first=first, then=then)


def _weight_words(weights: Weights) -> str:
    parts = [
        _("参加人数与最多者之比，权重 %(n)s", n=weights.participants)
        if weights.participants
        else "",
        _("参赛率，权重 %(n)s", n=weights.coverage) if weights.coverage else "",
        _("平均分与最高者之比，权重 %(n)s", n=weights.mean) if weights.mean else "",
    ]
    words = _(
        "综合得分满分 100 分，按权重合计，舍去 0.01 分以下：%(parts)s。",
        parts=_("；").join(part for part in parts if part),
    )
    if weights.coverage:
        words = _joined(words, _("没有申报人数的单位，参赛率按 0 计。"))
    return words


def figure_words() -> str:
    """Return how the figures of the enterprise board are made."""
    return _(FIGURE_WORDS)


def division_title(entry: EntryRules, code: str) -> str:
    """Return a division's title, "" for none."""
    return next((d.title for d in entry.divisions if d.code == code), "")


def province_words(code: str) -> str:
    """Return a province's short name by the first two digits of GB/T 2260, "" for none."""
    return _(PROVINCES[code]) if code in PROVINCES else ""


def industry_words(section: str) -> str:
    """Return what a section of GB/T 4754 is called, "" for none."""
    return _(INDUSTRIES[section]) if section in INDUSTRIES else ""


def place_words(place: Place) -> str:
    """Return a place to enter for: the organisation and the division."""
    name = place.organisation.name if place.organisation else _("个人")
    return f"{name} · {place.division.title}" if place.division else name
