"""What a contest is made of and who may do what when: pure decisions.

No database, no web, no words for people. `ContestRules` are what the organiser decides; they
become a blueprint and attempt rules of the attempt engine and can be read back from them, so that
nothing is stored twice.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from learning.attempts.rules import (
    SWEEP_DELAY,
    AttemptRules,
    Blueprint,
    Counts,
    Delivery,
    Release,
    Section,
)
from learning.competitions.rules.appeals import AppealDays
from learning.competitions.rules.enterprises import MAX_MINIMUM
from learning.competitions.rules.entry import MAX_CORRECTION_DAYS, EntryRules, problem_places
from learning.competitions.rules.format import PLAIN, Format, Play, problem_fields
from learning.kernel.errors import Problem
from learning.kernel.translation import N_
from learning.leaderboards.rules import TIE_RULES
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule

MAX_ITEMS = 300  # of one kind: a paper that a person can still be asked to answer
MAX_ITEM_POINTS = Decimal(100)
MAX_LIMIT_MINUTES = 24 * 60
MAX_ATTEMPTS = 100
MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
# After the end of the window: the last grace, and the sweep of who did not hand in.
SETTLING = SWEEP_DELAY + timedelta(seconds=5)
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
SECTION_TITLES = {
    ItemKind.SINGLE: N_("单项选择题"),
    ItemKind.MULTIPLE: N_("多项选择题"),
    ItemKind.TRUE_FALSE: N_("判断题"),
}


class State(StrEnum):
    """Where a competition stands; it only moves forward."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Phase(StrEnum):
    """What a participant sees of state and window together."""

    DRAFT = "draft"
    UPCOMING = "upcoming"  # open for entries, answering has not begun
    RUNNING = "running"
    SETTLING = "settling"  # the window is over, the list is not yet published
    CLOSED = "closed"


class MultipleMarking(StrEnum):
    """How multiple-choice items are marked."""

    ALL_OR_NOTHING = "all_or_nothing"  # 全部选对才得分
    HALF = "half"  # 少选得一半，错选不得分
    SHARE = "share"  # 少选按选对个数得分，错选不得分


MARKING: dict[MultipleMarking, MarkingRule] = {
    MultipleMarking.ALL_OR_NOTHING: MarkingRule(MarkingKind.ALL_OR_NOTHING),
    MultipleMarking.HALF: MarkingRule(MarkingKind.PARTIAL_NO_WRONG, partial_ratio=Decimal("0.5")),
    MultipleMarking.SHARE: MarkingRule(MarkingKind.PARTIAL_NO_WRONG),
}
WHOLE_MARKING = MarkingRule(MarkingKind.ALL_OR_NOTHING)


@dataclass(frozen=True, slots=True)
class ContestRules:
    """The rules of a contest of single- and multiple-choice and true-or-false items.

    They lock at the first entry. The defaults are the shape of the national paper: 20 single and 5
    multiple, 4 points each. `max_attempts` 0 is without limit, `counts` of no effect where points
    add up; `review` shows items with keys after the close.
    """

    bank: str
    single_count: int = 20
    single_points: Decimal = Decimal(4)
    multiple_count: int = 5
    multiple_points: Decimal = Decimal(4)
    multiple_marking: MultipleMarking = MultipleMarking.ALL_OR_NOTHING
    judge_count: int = 0
    judge_points: Decimal = Decimal(4)
    limit_minutes: int = 60
    max_attempts: int = 1
    counts: Counts = Counts.BEST
    tie_rule: str = "score_then_duration"
    release: Release = Release.AT_CLOSE
    review: bool = False
    format: Format = PLAIN

    @property
    def item_count(self) -> int:
        """Return the number of items of every form."""
        return self.single_count + self.multiple_count + self.judge_count

    @property
    def max_points(self) -> Decimal:
        """Return the highest total of the paper."""
        return (
            self.single_count * self.single_points
            + self.multiple_count * self.multiple_points
            + self.judge_count * self.judge_points
        )


@dataclass(frozen=True, slots=True)
class Contest:
    """All that an organiser writes down; instants are aware UTC. Description is Markdown."""

    title: str
    description: str
    opens_at: datetime
    closes_at: datetime
    rules: ContestRules
    entry: EntryRules = field(default_factory=EntryRules)
    appeals: AppealDays = field(default_factory=AppealDays)


def problems_of(contest: Contest) -> list[Problem]:
    """Return everything wrong with a contest; `place` is the field. Twin of the form's limits."""
    rules = contest.rules
    checks = {
        "title": 0 < len(contest.title.strip()) <= MAX_TITLE,
        "description": len(contest.description) <= MAX_DESCRIPTION,
        "correction_days": 0 <= contest.entry.correction_days <= MAX_CORRECTION_DAYS,
        "closes_at": EARLIEST <= contest.opens_at < contest.closes_at <= LATEST,
        "single_count": 0 <= rules.single_count <= MAX_ITEMS,
        "multiple_count": 0 <= rules.multiple_count <= MAX_ITEMS and rules.item_count > 0,
        "judge_count": 0 <= rules.judge_count <= MAX_ITEMS,
        "single_points": _are_points(rules.single_points),
        "multiple_points": _are_points(rules.multiple_points),
        "judge_points": _are_points(rules.judge_points),
        "limit_minutes": 0 < rules.limit_minutes <= MAX_LIMIT_MINUTES,
        "max_attempts": 0 <= rules.max_attempts <= MAX_ATTEMPTS,
        "tie_rule": rules.tie_rule in TIE_RULES,
        "release": rules.release is not Release.NEVER,
        # The engine shows keys together with the result: at hand-in they would travel to others.
        "review": not (rules.review and rules.release is Release.AT_SUBMIT),
        "ranked_from": 1 <= contest.entry.ranking.minimum <= MAX_MINIMUM,
        "weight_participants": contest.entry.ranking.is_whole,
    }
    places = [place for place, holds in checks.items() if not holds]
    places += problem_fields(rules.format, rules.max_attempts)
    places += problem_places(contest.entry.divisions)
    places += contest.appeals.problem_places()
    return [Problem("", None, place, place, place) for place in places]


def _are_points(points: Decimal) -> bool:
    # The range first: arithmetic on a hostile exponent would overflow.
    in_range = points.is_finite() and 0 < points <= MAX_ITEM_POINTS
    return in_range and points * 1000 == int(points * 1000)


def blueprint_of(rules: ContestRules) -> Blueprint:
    """Return the test specification: the contest pool of the bank, a section a kind asked."""
    marking = MARKING[rules.multiple_marking]
    sections = (
        _section(ItemKind.SINGLE, rules.single_count, rules.single_points),
        _section(ItemKind.MULTIPLE, rules.multiple_count, rules.multiple_points, marking),
        _section(ItemKind.TRUE_FALSE, rules.judge_count, rules.judge_points),
    )
    return Blueprint(rules.bank, Pool.CONTEST, tuple(s for s in sections if s.count))


def _section(
    kind: ItemKind, count: int, points: Decimal, marking: MarkingRule = WHOLE_MARKING
) -> Section:
    return Section(SECTION_TITLES[kind], kind, count, points, marking)


def attempt_rules_of(rules: ContestRules) -> AttemptRules:
    """Return the rules of each attempt.

    In a contest nobody is told a key while others still play: item by item only whether an answer
    was right; what the review shows, and when, is the round's own setting.
    """
    chosen = rules.format
    return AttemptRules(
        limit_s=rules.limit_minutes * 60,
        max_attempts=rules.max_attempts,
        counts=rules.counts,
        delivery=Delivery.STEPWISE if chosen.is_stepwise else Delivery.PAPER,
        release=rules.release,
        review=rules.review,
        item_s=chosen.item_seconds if chosen.is_stepwise else 0,
        ends_at_mistake=chosen.play is Play.SURVIVAL,
        tells_key=not chosen.is_stepwise,
    )


def contest_rules_of(
    blueprint: Blueprint, attempt: AttemptRules, tie_rule: str, chosen: Format
) -> ContestRules:
    """Read the contest rules back from what the attempt engine and the round keep.

    A kind that is not asked comes back with count 0 and the default points.
    """
    by_kind = {section.kind: section for section in blueprint.sections}
    single, multiple = by_kind.get(ItemKind.SINGLE), by_kind.get(ItemKind.MULTIPLE)
    judge = by_kind.get(ItemKind.TRUE_FALSE)
    marking = multiple.marking if multiple else MARKING[MultipleMarking.ALL_OR_NOTHING]
    return ContestRules(
        bank=blueprint.bank,
        single_count=single.count if single else 0,
        single_points=single.points if single else Decimal(4),
        multiple_count=multiple.count if multiple else 0,
        multiple_points=multiple.points if multiple else Decimal(4),
        multiple_marking=next(code for code, rule in MARKING.items() if rule == marking),
        judge_count=judge.count if judge else 0,
        judge_points=judge.points if judge else Decimal(4),
        limit_minutes=attempt.limit_s // 60,
        max_attempts=attempt.max_attempts,
        counts=attempt.counts,
        tie_rule=tie_rule,
        release=attempt.release,
        review=attempt.review,
        format=chosen,
    )


def normalised(rules: ContestRules) -> ContestRules:
    """Return the rules as they come back when stored: what is not asked has its defaults."""
    chosen = Format.from_dict(rules.format.to_dict())
    return contest_rules_of(blueprint_of(rules), attempt_rules_of(rules), rules.tie_rule, chosen)


def edit_refusal(state: State, *, has_entries: bool, old: Contest, new: Contest) -> str | None:
    """Return why an edit is refused, or None: a code for Conflict.

    A draft may change wholly; an open competition keeps its window; from the first entry on only
    the description may change; a closed one is history.
    """
    if state is State.CLOSED:
        return "closed"
    if state is State.DRAFT:
        return None
    if (old.opens_at, old.closes_at) != (new.opens_at, new.closes_at):
        return "window_locked"
    kept = (old.title, old.rules, old.entry, old.appeals)
    if has_entries and kept != (new.title, new.rules, new.entry, new.appeals):
        return "rules_locked"
    return None


def entry_refusal(state: State, closes_at: datetime, now: datetime) -> str | None:
    """Return why nobody may enter now, or None: entering ends with the window."""
    if state is State.CLOSED or now >= closes_at:
        return "closed"
    return None if state is State.OPEN else "not_open"


def phase_of(state: State, opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    """Return what state and window mean together at the instant."""
    if state is not State.OPEN:
        return Phase(state.value)
    if now < opens_at:
        return Phase.UPCOMING
    return Phase.RUNNING if now < closes_at else Phase.SETTLING


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time typed in a zone; the earlier where it is twofold."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_local(instant: datetime, zone: str) -> datetime:
    """Return the naive wall-clock time of an instant in a zone, as forms show it."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
