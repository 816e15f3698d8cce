"""What an examiner decides about a sitting, and what the attempt engine makes of it.

`SittingRules` become a blueprint and attempt rules of the attempt engine and can be read back from
them, so that nothing is stored twice; only the cut score is the sitting's own.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from learning.attempts.rules import (
    MAX_FORMS,
    RECORD_ONLY,
    SWEEP_DELAY,
    TOGETHER,
    AttemptRules,
    Blueprint,
    ByHand,
    Cell,
    Counts,
    Disclosure,
    Integrity,
    Release,
    Section,
)
from learning.exams.rules.releasing import disclosure_of, release_checks
from learning.exams.rules.states import State
from learning.kernel.errors import Problem
from learning.kernel.translation import N_
from learning.question_bank.item_types import get_type
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule

MAX_ITEMS = 300  # of one section: a paper that a person can still be asked to answer
MAX_PAPER = 1000
MAX_ROWS = 60  # of the table of the paper
MAX_SECTION_TITLE = 60
MAX_AREA = 120
MAX_UNSEEN_DAYS = 3650
MAX_ITEM_POINTS = Decimal(100)
MAX_LIMIT_MINUTES = 24 * 60
MAX_ATTEMPTS = 20
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
    ItemKind.BLANK: N_("填空题"),
    ItemKind.NUMERIC: N_("计算题"),
    ItemKind.MATCHING: N_("匹配题"),
    ItemKind.ORDERING: N_("排序题"),
    ItemKind.CASE: N_("案例题"),
    ItemKind.ESSAY: N_("问答题"),
}
KINDS = tuple(SECTION_TITLES)  # in the order of the paper


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
PLAIN_MARKING = MarkingRule(MarkingKind.ALL_OR_NOTHING)
PARTS_MARKING = MarkingRule(MarkingKind.PER_BLANK)


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """How many items of a kind, worth how many points each.

    `title` "" is the kind's own; `marking` None is the one that the sitting sets for multiple
    choice. `cells` say what the items are made of, () any: their counts add up to `count`. `items`
    are the codes of exactly these items, in order; () where items are drawn. `minutes` is a time
    limit of its own, 0 for none.
    """

    kind: ItemKind
    count: int
    points: Decimal
    title: str = ""
    marking: MultipleMarking | None = None
    cells: tuple[Cell, ...] = ()
    items: tuple[str, ...] = ()
    minutes: int = 0

    @property
    def total(self) -> Decimal:
        """Return the points of the section."""
        return self.count * self.points


@dataclass(frozen=True, slots=True)
class SittingRules:
    """The rules of a sitting; they lock when the first attempt has started.

    `cut_points` of counted points is a pass; `review` shows items after the close, as far and from
    when `disclosure` says. What was shown within `unseen_days` before the window is not drawn; 0
    draws all. `integrity` and `calculator` are the room's, see the attempt engine. Where it is
    `marked`, people mark essays and sub-items of cases, and results wait for them; else none of
    these is drawn. `forms` 0 draws a form for each person, 1 is one paper for all, more are
    parallel forms equally hard. A fixed paper names its items; `shuffle` gives everybody the
    options in an order of their own. Where sections have limits, all have, and `limit_minutes` is
    their sum.
    """

    bank: str
    pool: Pool
    sections: tuple[SectionPlan, ...]
    cut_points: Decimal
    multiple_marking: MultipleMarking = MultipleMarking.ALL_OR_NOTHING
    limit_minutes: int = 60
    max_attempts: int = 1
    counts: Counts = Counts.BEST
    release: Release = Release.AT_CLOSE
    review: bool = False
    disclosure: Disclosure = TOGETHER
    unseen_days: int = 0
    integrity: Integrity = RECORD_ONLY
    calculator: bool = True
    forms: int = 0
    marked: bool = False
    shuffle: bool = True

    @property
    def is_fixed(self) -> bool:
        """Tell whether the paper names its items: everybody gets the same, in the same order."""
        return any(section.items for section in self.sections)

    @property
    def item_count(self) -> int:
        """Return the number of items of every form."""
        return sum(section.count for section in self.sections)

    @property
    def max_points(self) -> Decimal:
        """Return the highest total."""
        return sum((section.total for section in self.sections), Decimal(0))

    @property
    def section_minutes(self) -> int:
        """Return the sum of the sections' own limits, 0 where the whole alone is limited."""
        return sum(section.minutes for section in self.sections if section.count)

    @property
    def cut_score_milli(self) -> int:
        """Return the cut score in thousandths of a point."""
        return int(self.cut_points * 1000)

    @property
    def max_milli(self) -> int:
        """Return the highest total in thousandths of a point."""
        return int(self.max_points * 1000)


@dataclass(frozen=True, slots=True)
class SittingPlan:
    """All that an examiner writes down; instants are aware UTC. Description is Markdown."""

    title: str
    description: str
    opens_at: datetime
    closes_at: datetime
    rules: SittingRules


def is_secure(pool: Pool) -> bool:
    """Tell whether the pool's items are kept secret until the sitting; others may be known."""
    return pool is Pool.SECURE


def problems_of(plan: SittingPlan) -> list[Problem]:
    """Return everything wrong with a plan; `place` is the form's field. Twin of its limits."""
    rules = plan.rules
    checks = {
        "title": 0 < len(plan.title.strip()) <= MAX_TITLE,
        "description": len(plan.description) <= MAX_DESCRIPTION,
        "closes_at": EARLIEST <= plan.opens_at < plan.closes_at <= LATEST,
        "limit_minutes": 0 < rules.limit_minutes <= MAX_LIMIT_MINUTES,
        "max_attempts": 0 < rules.max_attempts <= MAX_ATTEMPTS,
        "release": rules.release is not Release.NEVER,
    }
    checks |= release_checks(rules.release, rules.disclosure, plan.closes_at, LATEST)
    checks |= _section_checks(rules)
    window = (plan.closes_at - plan.opens_at) // timedelta(minutes=1)
    checks["section_window"] = rules.section_minutes <= max(window, 0)
    if all(checks.values()):  # a maximum of wrong sections would mislead
        checks["cut_points"] = _are_points(rules.cut_points, rules.max_points)
    return [Problem("", None, place, place, place) for place, holds in checks.items() if not holds]


def _section_checks(rules: SittingRules) -> dict[str, bool]:
    rows = [cell for section in rules.sections for cell in section.cells or (None,)]
    return {
        "paper_empty": rules.item_count > 0,
        "named": not rules.is_fixed or _is_named_well(rules),
        "paper_count": rules.item_count <= MAX_PAPER
        and len(rows) <= MAX_ROWS
        and all(_is_counted(section) for section in rules.sections),
        "paper_points": all(_are_points(s.points, MAX_ITEM_POINTS) for s in rules.sections),
        "paper_title": all(len(s.title) <= MAX_SECTION_TITLE for s in rules.sections),
        "paper_area": all(len(cell.area) <= MAX_AREA for cell in rows if cell),
        "section_minutes": _are_limited_alike(rules),
        "forms": 0 <= rules.forms <= MAX_FORMS,
        "unseen_days": 0 <= rules.unseen_days <= MAX_UNSEEN_DAYS,
    }


def _is_named_well(rules: SittingRules) -> bool:
    """Tell whether a fixed paper names all its items, each once, and asks for no other forms."""
    codes = [code for section in rules.sections for code in section.items]
    counted = all(len(s.items) == s.count and not s.cells for s in rules.sections)
    return counted and len(set(codes)) == len(codes) and rules.forms == 0


def _are_limited_alike(rules: SittingRules) -> bool:
    """Tell whether all sections have a limit or none, and the whole has their sum."""
    minutes = [section.minutes for section in rules.sections if section.count]
    if not any(minutes):
        return True
    return min(minutes) > 0 and rules.limit_minutes == rules.section_minutes


def _is_counted(section: SectionPlan) -> bool:
    counts = [cell.count for cell in section.cells] or [section.count]
    return 0 <= section.count <= MAX_ITEMS and min(counts) >= 0 and sum(counts) == section.count


def _are_points(points: Decimal, most: Decimal) -> bool:
    # The range first: arithmetic on a hostile exponent would overflow.
    in_range = points.is_finite() and 0 < points <= most
    return in_range and points * 1000 == int(points * 1000)


def blueprint_of(rules: SittingRules) -> Blueprint:
    """Return the test specification: the sections that ask something, in the order of the paper.

    That is the order of kinds, or of a fixed paper the one in which it was written.
    """
    asked = [section for section in rules.sections if section.count]
    if not rules.is_fixed:
        asked.sort(key=lambda section: KINDS.index(section.kind))
    sections = tuple(
        Section(
            section.title or SECTION_TITLES[section.kind],
            section.kind,
            section.count,
            section.points,
            _marking(section, rules),
            items=section.items,
            cells=tuple(cell for cell in section.cells if cell.count),
            limit_s=section.minutes * 60,
        )
        for section in asked
    )
    return Blueprint(rules.bank, rules.pool, sections, rules.unseen_days, rules.forms)


def _marking(section: SectionPlan, rules: SittingRules) -> MarkingRule:
    if section.kind is ItemKind.MULTIPLE:
        return MARKING[section.marking or rules.multiple_marking]
    return PARTS_MARKING if get_type(section.kind).COUNTS_PARTS else PLAIN_MARKING


def attempt_rules_of(rules: SittingRules) -> AttemptRules:
    """Return the rules of each attempt."""
    return AttemptRules(
        limit_s=rules.limit_minutes * 60,
        max_attempts=rules.max_attempts,
        counts=rules.counts,
        release=rules.release,
        review=rules.review,
        disclosure=disclosure_of(rules.release, rules.disclosure, is_review=rules.review),
        shuffle_options=rules.shuffle,
        integrity=rules.integrity,
        calculator=rules.calculator,
        by_hand=ByHand.MARKED if rules.marked else ByHand.REFUSED,
    )


def sitting_rules_of(
    blueprint: Blueprint, attempt: AttemptRules, cut_score_milli: int
) -> SittingRules:
    """Read the rules back from what the attempt engine keeps; kinds not asked are left out."""
    markings = [_code_of(s.marking) for s in blueprint.sections if s.kind is ItemKind.MULTIPLE]
    marking = markings[0] if markings else MultipleMarking.ALL_OR_NOTHING
    return SittingRules(
        bank=blueprint.bank,
        pool=blueprint.pool,
        sections=tuple(_section_plan(section, marking) for section in blueprint.sections),
        cut_points=Decimal(cut_score_milli) / 1000,
        multiple_marking=marking,
        limit_minutes=attempt.limit_s // 60,
        max_attempts=attempt.max_attempts,
        counts=attempt.counts,
        release=attempt.release,
        review=attempt.review,
        disclosure=replace(attempt.disclosure, items_at_close=False),
        unseen_days=blueprint.unseen_days,
        integrity=attempt.integrity,
        calculator=attempt.calculator,
        forms=blueprint.parallel,
        marked=attempt.by_hand is ByHand.MARKED,
        shuffle=attempt.shuffle_options,
    )


def _section_plan(section: Section, marking: MultipleMarking) -> SectionPlan:
    own = _code_of(section.marking) if section.kind is ItemKind.MULTIPLE else marking
    return SectionPlan(
        section.kind,
        section.count,
        section.points,
        title="" if section.title == SECTION_TITLES[section.kind] else section.title,
        marking=None if own is marking else own,
        cells=tuple(replace(cell, fits=()) for cell in section.cells),
        items=section.items,
        minutes=section.limit_s // 60,
    )


def _code_of(marking: MarkingRule) -> MultipleMarking:
    return next(code for code, rule in MARKING.items() if rule == marking)


def normalised(rules: SittingRules) -> SittingRules:
    """Return the rules as they come back when stored: what is not asked is left out."""
    return sitting_rules_of(blueprint_of(rules), attempt_rules_of(rules), rules.cut_score_milli)


def edit_refusal(
    state: State, *, has_attempts: bool, old: SittingPlan, new: SittingPlan
) -> str | None:
    """Return why an edit is refused, or None: a code for Conflict.

    A draft may change wholly; an open sitting keeps its window; from the first attempt on only the
    description may change; a closed one is history.
    """
    if state is State.CLOSED:
        return "closed"
    if state is State.DRAFT:
        return None
    if (old.opens_at, old.closes_at) != (new.opens_at, new.closes_at):
        return "sitting_window_locked"
    if has_attempts and (old.title, old.rules) != (new.title, new.rules):
        return "sitting_rules_locked"
    return None


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall-clock time typed in a zone; the earlier where it is twofold."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_local(instant: datetime, zone: str) -> datetime:
    """Return the naive wall-clock time of an instant in a zone, as forms show it."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
