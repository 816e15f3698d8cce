"""Reads of an enterprise's people across the domains below.

A person with places in two of the units is one row. Everything stays within the units that the
reader reaches; a foreign unit or post and a missing one find nothing alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.certification.models import Holding
from learning.certification.queries import CertificateView, list_certificates_of
from learning.certification.queries.holdings import held_at
from learning.certification.queries.old_papers import list_on_file_of
from learning.competitions.models import Entry
from learning.competitions.queries import EntryResult, list_entries_of
from learning.compliance.queries.grid import (
    COUNT_CAP,
    GridFilter,
    Turn,
    select_people,
    turn_page,
)
from learning.compliance.rules import EXPIRING_WITHIN, StaffState
from learning.courses.models import LessonProgress
from learning.courses.queries import CourseStanding, list_course_standings
from learning.exams.models import ResultRow
from learning.exams.queries import SittingResult, list_held_back, list_results_of
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Post, PostHolding, Unit, UnitName
from learning.organisations.queries import subtree, units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text, staff_key

PAGE_SIZE = 50  # of lists beside this one
EXPORT_SLICE = 500


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What HR looks for; "" leaves a criterion open. `unit` and `post` are public ids."""

    unit: str = ""
    post: str = ""
    state: StaffState = StaffState.ALL
    search: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or post to choose from; `depth` counts the units above it within the list."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of people (not of places) under the filter of unit and post."""

    people: int = 0
    learned: int = 0
    took_part: int = 0
    passed: int = 0
    holds: int = 0
    expiring: int = 0


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person with everything the page shows; lists are newest first.

    `certificates`: those issued here, then those on file.
    """

    user_id: int
    public_id: str
    name: str
    staff_no: str
    unit_name: str
    posts: str
    courses: tuple[CourseStanding, ...] = field(default=())
    entries: tuple[EntryResult, ...] = field(default=())
    results: tuple[SittingResult, ...] = field(default=())
    certificates: tuple[CertificateView, ...] = field(default=())


def count_totals(session: Session, actor: Actor, wanted: StaffFilter, now: datetime) -> Totals:
    """Count the people of unit and post, and how many of them did or hold what."""
    people = select(User.id).where(User.id.in_(_user_ids(session, actor, wanted, now))).subquery()
    person = aliased(User)
    flags = [
        func.coalesce(func.sum(case((_condition(session, state, person.id, now), 1), else_=0)), 0)
        for state in (
            StaffState.LEARNED,
            StaffState.TOOK_PART,
            StaffState.PASSED,
            StaffState.HOLDS,
            StaffState.EXPIRING,
        )
    ]
    row = session.execute(
        select(func.count(), *flags).select_from(people).join(person, person.id == people.c.id)
    ).one()
    return Totals(*(int(value) for value in row))


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of people by pinyin; `has_before`, `has_after`: whether there is more there."""

    lines: list[StaffLine]
    has_before: bool
    has_after: bool


def list_staff(
    session: Session, actor: Actor, wanted: StaffFilter, now: datetime, *, turn: Turn
) -> StaffPage:
    """Return a page of people by pinyin, found by key: the thousandth costs what the first does."""
    fitting = _fitting(session, actor, wanted, now)
    rows, has_before, has_after = turn_page(session, actor, fitting, turn, now)
    return StaffPage(_dressed(session, actor, rows, now), has_before, has_after)


def count_staff(session: Session, actor: Actor, wanted: StaffFilter, now: datetime) -> int:
    """Count who fits, at most `COUNT_CAP` + 1: a longer list is only known to be longer."""
    some = _fitting(session, actor, wanted, now).order_by(None).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def iterate_staff(
    session: Session, actor: Actor, wanted: StaffFilter, now: datetime
) -> Iterator[StaffLine]:
    """Yield everybody who fits, by pinyin, reading 500 at a time."""
    fitting = _fitting(session, actor, wanted, now)
    after: tuple[str, int] | None = None
    while True:
        part = fitting
        if after is not None:
            part = part.where(
                or_(User.sort_key > after[0], and_(User.sort_key == after[0], User.id > after[1]))
            )
        rows = session.execute(part.limit(EXPORT_SLICE)).all()
        if not rows:
            return
        after = (rows[-1].sort_key, rows[-1].id)
        yield from _dressed(session, actor, rows, now)


def list_units(session: Session, actor: Actor, now: datetime, *, limit: int) -> list[Choice]:
    """Return the units in reach to choose from, by name, at most `limit`."""
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(Unit.id.in_(_reach(session, actor, now)))
        .order_by(Unit.kind.desc(), UnitName.name_key, Unit.id)
        .limit(limit)
    )
    return [Choice(*row) for row in rows]


def list_posts(session: Session, actor: Actor, now: datetime, *, limit: int) -> list[Choice]:
    """Return the posts of the organisations in reach, by name, at most `limit`."""
    return list_posts_of(session, _reach(session, actor, now), limit=limit)


def list_posts_of(session: Session, units: Select[int], *, limit: int) -> list[Choice]:
    """Return the posts in use of the organisations among some units, by name, at most `limit`."""
    rows = session.execute(
        select(Post.public_id, Post.name)
        .where(Post.organisation_id.in_(units), Post.retired_at.is_(None))
        .order_by(Post.name_key, Post.id)
        .limit(limit)
    )
    return [Choice(*row) for row in rows]


def get_staff(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> StaffLine:
    """Return one person within reach; NotFound when foreign or missing."""
    fitting = _fitting(session, actor, StaffFilter(), now)
    lines = _lines(session, actor, fitting.where(User.public_id == storable(raw_public_id)), now)
    if not lines:
        raise NotFound("person")
    return lines[0]


def _reach(session: Session, actor: Actor, now: datetime) -> Select[int]:
    return units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)


def _units(session: Session, actor: Actor, raw_unit: str, now: datetime) -> Select[int]:
    reach = _reach(session, actor, now)
    if not raw_unit:
        return reach
    root = select(Unit.id).where(Unit.public_id == storable(raw_unit), Unit.id.in_(reach))
    return select(Unit.id).where(Unit.id.in_(subtree(root, now)), Unit.id.in_(reach))


def _user_ids(session: Session, actor: Actor, wanted: StaffFilter, now: datetime) -> Select[int]:
    """Return the query of the people with a place in the chosen units, and the chosen post."""
    query = select(Membership.user_id).where(
        Membership.unit_id.in_(_units(session, actor, wanted.unit, now)),
        valid_at(Membership, now),
    )
    if wanted.post:
        query = query.where(
            exists().where(
                PostHolding.user_id == Membership.user_id,
                PostHolding.unit_id == Membership.unit_id,
                valid_at(PostHolding, now),
                PostHolding.post_id.in_(
                    select(Post.id).where(Post.public_id == storable(wanted.post))
                ),
            )
        )
    text = clean_text(wanted.search)
    if text:
        query = query.join(User, User.id == Membership.user_id).where(
            or_(
                User.display_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                Membership.staff_no_key.startswith(staff_key(text), autoescape=True),
            )
        )
    return query


def _fitting(
    session: Session, actor: Actor, wanted: StaffFilter, now: datetime
) -> Select[int, str, str, str]:
    place = GridFilter(unit=wanted.unit, post=wanted.post, search=wanted.search)
    query = select_people(session, actor, place, now)
    if wanted.state is not StaffState.ALL:
        query = query.where(_condition(session, wanted.state, User.id, now))
    return query


def _condition(
    session: Session, state: StaffState, user_id: Any, now: datetime
) -> ColumnElement[bool]:
    if state is StaffState.PASSED:
        return exists().where(
            ResultRow.user_id == user_id,
            ResultRow.passed,
            ResultRow.sitting_id.not_in(list_held_back(session, now)),
        )
    learned = exists().where(
        LessonProgress.user_id == user_id, LessonProgress.completed_at.is_not(None)
    )
    holds = _holds(user_id, now)
    conditions: dict[StaffState, ColumnElement[bool]] = {
        StaffState.LEARNED: learned,
        StaffState.NOT_LEARNED: not_(learned),
        StaffState.TOOK_PART: exists().where(Entry.user_id == user_id),
        StaffState.HOLDS: holds,
        StaffState.EXPIRING: and_(holds, not_(_holds(user_id, now + EXPIRING_WITHIN, now))),
        StaffState.HOLDS_NONE: not_(holds),
    }
    return conditions[state]


def _holds(user_id: Any, until: datetime, now: datetime | None = None) -> ColumnElement[bool]:
    """Tell whether something held at `now` is still held at `until`, by what is known then."""
    at = now or until
    return exists().where(
        Holding.user_id == user_id,
        Holding.held_until > until,
        held_at(at, known_at=at),
    )


def _lines(
    session: Session, actor: Actor, query: Select[int, str, str, str], now: datetime
) -> list[StaffLine]:
    return _dressed(session, actor, session.execute(query).all(), now)


def _dressed(session: Session, actor: Actor, rows: Sequence[Any], now: datetime) -> list[StaffLine]:
    """Add places, learning, entries, results and certificates: one read each for all rows."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    places = _places(session, actor, ids, now)
    courses = _by_person(list_course_standings(session, ids))
    entries = _by_person(list_entries_of(session, ids, now))
    results = _by_person(list_results_of(session, ids, now))
    reach = _reach(session, actor, now)
    certificates = _by_person(
        [
            *list_certificates_of(session, ids, now),
            *list_on_file_of(session, ids, reach, now),
        ]
    )
    return [
        StaffLine(
            row.id,
            row.public_id,
            row.display_name,
            *places.get(row.id, ("", "", "")),
            courses=courses.get(row.id, ()),
            entries=entries.get(row.id, ()),
            results=results.get(row.id, ()),
            certificates=certificates.get(row.id, ()),
        )
        for row in rows
    ]


def _by_person(found: Sequence[Any]) -> dict[int, tuple[Any, ...]]:
    grouped: dict[int, list[Any]] = {}
    for one in found:
        grouped.setdefault(one.user_id, []).append(one)
    return {user_id: tuple(ones) for user_id, ones in grouped.items()}


def _places(
    session: Session, actor: Actor, user_ids: Sequence[int], now: datetime
) -> dict[int, tuple[str, str, str]]:
    """Return staff numbers, units and posts of people within reach, joined by 、."""
    reach = _reach(session, actor, now)
    rows = session.execute(
        select(Membership.user_id, Membership.staff_no, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(
            Membership.user_id.in_(user_ids),
            Membership.unit_id.in_(reach),
            valid_at(Membership, now),
        )
        .order_by(Membership.valid_from, Membership.id)
    )
    numbers: dict[int, list[str]] = {}
    units: dict[int, list[str]] = {}
    for user_id, staff_no, unit_name in rows:
        numbers.setdefault(user_id, []).append(staff_no)
        units.setdefault(user_id, []).append(unit_name)
    posts: dict[int, list[str]] = {}
    held = session.execute(
        select(PostHolding.user_id, Post.name)
        .join(Post, Post.id == PostHolding.post_id)
        .where(
            PostHolding.user_id.in_(user_ids),
            PostHolding.unit_id.in_(reach),
            valid_at(PostHolding, now),
        )
        .order_by(PostHolding.id)
    )
    for user_id, name in held:
        posts.setdefault(user_id, []).append(name)
    return {
        user_id: (
            _joined(numbers[user_id]),
            _joined(units[user_id]),
            _joined(posts.get(user_id, [])),
        )
        for user_id in numbers
    }


def _joined(values: Sequence[str]) -> str:
    return "、".join(dict.fromkeys(value for value in values if value))
