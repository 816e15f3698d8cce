"""Reads of HR's overview: what runs out when, hours against the rule, passes, weak areas.

Each is one grouped statement over the people of the units in reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.grid import select_units
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.coverage import Figures
from learning.exams.models import ResultRow, Sitting
from learning.exams.queries import list_held_back
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import subtree, units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.practice.models import NotebookEntry
from learning.question_bank.models import ItemRow
from learning.study.models import StudyCredit
from learning.study.queries import standing, target_rank
from learning.study.rules.hours import Field, HourRule, Span, Target

A_YEAR = timedelta(days=365)
MOST_SITTINGS, MOST_AREAS = 20, 10
MOST_ROOTS = 20  # units granted to one person


@dataclass(frozen=True, slots=True)
class Hours:
    """People asked for the same, by what they learned in a year.

    All, with any hours; `reached` have the hours of the year, `complete` the professional ones
    among them too.
    """

    target: Target
    people: int
    any_hours: int
    reached: int
    complete: int


@dataclass(frozen=True, slots=True)
class SchemeCoverage:
    """How much of what posts require of a scheme is held; `public_id` is the scheme's."""

    public_id: str
    title: str
    title_en: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Passes:
    """People with a result at a sitting of the last year, and those who passed."""

    sitting_title: str
    people: int
    passed: int

    @property
    def permille(self) -> int | None:
        """Return the share that passed in thousandths, rounded down; None of nobody."""
        return self.passed * 1000 // self.people if self.people else None


@dataclass(frozen=True, slots=True)
class WeakArea:
    """A knowledge area by what stands in people's wrong-answer notebooks."""

    area: str
    people: int
    entries: int


def people_in(session: Session, actor: Actor, raw_unit: str, now: datetime) -> Select[int]:
    """Return the query of the ids of the people of a unit and below within the actor's reach."""
    units = select_units(session, actor, raw_unit, now, Permission.COMPLIANCE_READ)
    return (
        select(Membership.user_id)
        .where(Membership.unit_id.in_(units), valid_at(Membership, now))
        .distinct()
    )


def sum_coverage(session: Session, root_ids: Sequence[int], now: datetime) -> list[SchemeCoverage]:
    """Return what is required of the people of units by scheme, the largest gap first.

    Contractors are counted apart by the pages of coverage, and not here.
    """
    sums: dict[int, Figures] = {}
    for root_id in root_ids:
        found = read_coverage(session, root_id, AsOf(now, now)).obligations.sum_by("scheme_id")
        for scheme_id, its in found.items():
            sums[scheme_id] = sums.get(scheme_id, Figures()) + its.staff
    titles = {
        row.id: row
        for row in session.execute(
            select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en).where(
                Scheme.id.in_(sums)
            )
        )
    }
    covered = [
        SchemeCoverage(titles[at].public_id, titles[at].title, titles[at].title_en, figures)
        for at, figures in sums.items()
        if figures.required
    ]
    return sorted(covered, key=lambda one: (-one.figures.missing, one.title))


def find_roots(session: Session, actor: Actor, raw_unit: str, now: datetime) -> list[int]:
    """Return the units whose coverage is shown together: the one chosen, else all granted.

    What stands below another of them is counted with it.
    """
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)
    units = select(Unit.id).where(Unit.id.in_(reach))
    if raw_unit:
        return list(session.scalars(units.where(Unit.public_id == storable(raw_unit))))
    granted = [
        int(grant.scope_value)
        for grant in actor.grants_for(Permission.COMPLIANCE_READ)
        if grant.scope_kind is ScopeKind.UNIT and grant.scope_value.isdigit()
    ]
    roots = session.scalars(
        units.where(Unit.id.in_(granted)).order_by(Unit.id).limit(MOST_ROOTS)
    ).all()
    inner = {
        below
        for one in roots
        for below in session.scalars(
            select(Unit.id).where(
                Unit.id.in_([*set(roots) - {one}]), Unit.id.in_(subtree([one], now))
            )
        )
    }
    return [one for one in roots if one not in inner]


def count_expiring(
    session: Session,
    people: Select[int],
    edges: Sequence[tuple[date, datetime]],
    now: datetime,
) -> list[int]:
    """Count by month what is held now, ends in it, and is followed by nothing of its scheme."""
    after = aliased(Holding)
    follows = (
        select(after.id)
        .where(
            after.user_id == Holding.user_id,
            after.scheme_id == Holding.scheme_id,
            after.held_from <= Holding.held_until,
            after.held_until > Holding.held_until,
            after.known_from <= now,
            after.known_until > now,
        )
        .exists()
    )
    starts = [now, *(edge for _first, edge in edges)]
    months = [
        func.coalesce(func.sum(case((_between(begin, end), 1), else_=0)), 0)
        for begin, end in pairwise(starts)
    ]
    row = session.execute(
        select(*months).where(
            Holding.user_id.in_(people),
            held_at(now, known_at=now),
            Holding.held_until <= starts[-1],
            ~follows,
        )
    ).one()
    return [int(value) for value in row]


def _between(begin: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(Holding.held_until > begin, Holding.held_until <= end)


def count_hours(
    session: Session, people: Select[int], span: Span, rule: HourRule, now: datetime
) -> list[Hours]:
    """Count people by the hours of a span against what the rule asks of their staff category.

    In the order of `rule.ranked()`, everybody without a target of their own first and always
    there; categories that nobody has are left out. One statement, whatever the number of people.
    """
    asked = (
        select(Membership.user_id, func.max(target_rank(rule)).label("rank"))
        .where(Membership.user_id.in_(people), valid_at(Membership, now))
        .group_by(Membership.user_id)
        .subquery()
    )
    learned = _learned(people, span)
    targets = dict(enumerate(rule.ranked()))
    year = {rank: target.year_hours * 1000 for rank, target in targets.items()}
    professional = {rank: target.professional_hours * 1000 for rank, target in targets.items()}
    enough = learned.c.hours >= case(year, value=asked.c.rank)
    both = and_(enough, learned.c.professional >= case(professional, value=asked.c.rank))
    rows = session.execute(
        select(
            asked.c.rank,
            func.count(),
            func.count(learned.c.user_id),
            func.sum(case((enough, 1), else_=0)),
            func.sum(case((both, 1), else_=0)),
        )
        .select_from(asked)
        .outerjoin(learned, learned.c.user_id == asked.c.user_id)
        .group_by(asked.c.rank)
    )
    counted = {rank: [int(value) for value in counts] for rank, *counts in rows}
    return [
        Hours(target, *counted.get(rank, (0, 0, 0, 0)))
        for rank, target in targets.items()
        if not rank or rank in counted
    ]


def sum_of(counted: Sequence[Hours]) -> Hours:
    """Return the sums of people who are asked for any hours, beside what everybody is asked."""
    asked = [one for one in counted if one.target.year_hours]
    return Hours(
        counted[0].target,
        sum(one.people for one in asked),
        sum(one.any_hours for one in asked),
        sum(one.reached for one in asked),
        sum(one.complete for one in asked),
    )


def _learned(people: Select[int], span: Span) -> Subquery:
    """Return the hours of a span by person, all and professional, in thousandths."""
    professional = case(
        (StudyCredit.field == Field.PROFESSIONAL.value, StudyCredit.hours_milli), else_=0
    )
    return (
        select(
            StudyCredit.user_id,
            func.sum(StudyCredit.hours_milli).label("hours"),
            func.sum(professional).label("professional"),
        )
        .where(
            StudyCredit.user_id.in_(people),
            StudyCredit.earned_at >= span.since,
            StudyCredit.earned_at < span.before,
            standing(),
        )
        .group_by(StudyCredit.user_id)
        .subquery()
    )


def list_passes(
    session: Session, people: Select[int], now: datetime, *, limit: int = MOST_SITTINGS
) -> list[Passes]:
    """Return the sittings of the last year at which people have results they may know of."""
    person_passed = func.max(case((ResultRow.passed, 1), else_=0)).label("passed")
    each = (
        select(
            ResultRow.sitting_id,
            person_passed,
            func.max(ResultRow.decided_at).label("at"),
        )
        .where(
            ResultRow.user_id.in_(people),
            ResultRow.decided_at > now - A_YEAR,
            ResultRow.sitting_id.not_in(list_held_back(session, now)),
        )
        .group_by(ResultRow.sitting_id, ResultRow.user_id)
        .subquery()
    )
    rows = session.execute(
        select(Sitting.title, func.count(), func.sum(each.c.passed))
        .join(each, each.c.sitting_id == Sitting.id)
        .group_by(Sitting.id, Sitting.title)
        .order_by(func.max(each.c.at).desc(), Sitting.id)
        .limit(limit)
    )
    return [Passes(title, count, int(passed)) for title, count, passed in rows]


def list_weak_areas(
    session: Session, people: Select[int], *, limit: int = MOST_AREAS
) -> list[WeakArea]:
    """Return the areas with the most entries in people's notebooks, the weakest first."""
    entries = func.count()
    rows = session.execute(
        select(ItemRow.area, func.count(NotebookEntry.user_id.distinct()), entries)
        .join(NotebookEntry, NotebookEntry.item_id == ItemRow.id)
        .where(
            NotebookEntry.user_id.in_(people),
            NotebookEntry.removed_at.is_(None),
            ItemRow.area != "",
        )
        .group_by(ItemRow.area)
        .order_by(entries.desc(), ItemRow.area)
        .limit(limit)
    )
    return [WeakArea(*row) for row in rows]
