"""The conditions by which HR looks for cells, in SQL; twins of `rules.grid`, tested against it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Select,
    bindparam,
    case,
    exists,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from learning.accounts.models import User
from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.compliance.models import Exemption, Requirement, StaffStatus
from learning.compliance.rules.coverage import REQUIRED
from learning.compliance.rules.grid import Lacks
from learning.organisations.models import Membership, Post, PostHolding, Unit, UnitParent
from learning.organisations.queries import valid_at
from learning.organisations.queries.units import storable

MAX_DEPTH = 64


def lacks(
    what: Lacks, raw_scheme: str, days: int, units: Select[int], now: datetime
) -> ColumnElement[bool]:
    """Return the condition on `User` that a cell is so; of one scheme where it is named."""
    scheme = _scheme_id(raw_scheme) if raw_scheme else None
    if what is Lacks.MISSING:
        return _misses(scheme, units, now)
    if what is Lacks.EXPIRING:
        return _expires(scheme, now, now + timedelta(days=days))
    if what is Lacks.EXPIRED:
        return _ran_out(scheme, now)
    held = _holds(scheme, now)
    return held if what is Lacks.HELD else ~held


def _scheme_id(raw_scheme: str) -> Any:
    return select(Scheme.id).where(Scheme.public_id == storable(raw_scheme)).scalar_subquery()


def _of(holding: Any, scheme: Any) -> list[ColumnElement[bool]]:
    return [] if scheme is None else [holding.scheme_id == scheme]


def _holds(scheme: Any, now: datetime) -> ColumnElement[bool]:
    return walked(
        exists().where(
            Holding.user_id == User.id, *_of(Holding, scheme), held_at(now, known_at=now)
        )
    )


def _expires(scheme: Any, now: datetime, until: datetime) -> ColumnElement[bool]:
    """Hold one now that ends by then, and none of the same scheme on from there."""
    after = aliased(Holding)
    ending = exists().where(
        Holding.user_id == User.id,
        *_of(Holding, scheme),
        held_at(now, known_at=now),
        Holding.held_until <= until,
        ~exists().where(
            after.user_id == Holding.user_id,
            after.scheme_id == Holding.scheme_id,
            after.held_from <= Holding.held_until,
            after.held_until > until,
            after.known_from <= now,
            after.known_until > now,
        ),
    )
    return walked(ending)


def _ran_out(scheme: Any, now: datetime) -> ColumnElement[bool]:
    other = aliased(Holding)
    over = exists().where(
        Holding.user_id == User.id,
        *_of(Holding, scheme),
        Holding.held_until <= now,
        Holding.known_from <= now,
        Holding.known_until > now,
        ~exists().where(
            other.user_id == Holding.user_id,
            other.scheme_id == Holding.scheme_id,
            other.held_until > now,
            other.known_from <= now,
            other.known_until > now,
        ),
    )
    return walked(over)


def _misses(scheme: Any, units: Select[int], now: datetime) -> ColumnElement[bool]:
    """Hold a post within the units whose nearest requirement is not met."""
    tree = closure(units, now)
    override = aliased(Requirement)
    overridden = exists().where(
        override.post_id == Requirement.post_id,
        override.scheme_id == Requirement.scheme_id,
        override.unit_id != Requirement.unit_id,
        valid_at(override, now),
        within((PostHolding.unit_id, override.unit_id), tree),
        within((override.unit_id, Requirement.unit_id), tree),
    )
    # By `User`, not by the post: so the database looks at one person after the other.
    held = exists().where(
        Holding.user_id == User.id,
        Holding.scheme_id == Requirement.scheme_id,
        held_at(now, known_at=now),
    )
    # Inside CASE, or PostgreSQL begins with the posts that ask the scheme, for each person anew.
    unmet = (
        select(literal(1))
        .select_from(Requirement)
        .join(Post, Post.id == Requirement.post_id)
        .where(
            Requirement.post_id == PostHolding.post_id,
            valid_at(Requirement, now),
            Requirement.level == REQUIRED,
            *_of(Requirement, scheme),
            within((PostHolding.unit_id, Requirement.unit_id), tree),
            ~overridden.correlate(Requirement, PostHolding),
            ~held.correlate(User, Requirement),
            *_at_work(units, now),
        )
        .correlate(User, PostHolding)
        .exists()
    )
    return walked(
        exists().where(
            PostHolding.user_id == User.id,
            valid_at(PostHolding, now),
            within((PostHolding.unit_id,), units),
            case((unmet, 1), else_=0) == 1,
        )
    )


def _at_work(units: Select[int], now: datetime) -> list[ColumnElement[bool]]:
    """Belong to the post's organisation, not be on leave from it, not be exempt there."""
    member = exists().where(
        Membership.user_id == User.id,
        Membership.organisation_id == Post.organisation_id,
        within((Membership.unit_id,), units),
        valid_at(Membership, now),
    )
    away = exists().where(
        StaffStatus.user_id == User.id,
        StaffStatus.organisation_id == Post.organisation_id,
        StaffStatus.kind == "leave",
        valid_at(StaffStatus, now),
    )
    spared = exists().where(
        Exemption.user_id == User.id,
        Exemption.organisation_id == Post.organisation_id,
        Exemption.scheme_id == Requirement.scheme_id,
        valid_at(Exemption, now),
    )
    return [
        member.correlate(User, Post),
        ~away.correlate(User, Post),
        ~spared.correlate(User, Post, Requirement),
    ]


def within(columns: tuple[Any, ...], rows: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """Return the condition that columns are among rows which are read once and looked up.

    As a plain IN, PostgreSQL may join the rows again for each person of the list; inside CASE it
    hashes them, and SQLite does so in either form.
    """
    column = columns[0] if len(columns) == 1 else tuple_(*columns)
    return case((column.in_(rows), 1), else_=0) == 1


def walked(found: Exists) -> ColumnElement[bool]:
    """Return the condition that something exists for a person, asked person by person.

    PostgreSQL would make it a join of all 100,000 and sort them to show fifty; not inside CASE, and
    where the person is named a second time not as a hash of all either.
    """
    return case((found.where(User.id > 0), 1), else_=0) == 1


def closure(units: Select[int], now: datetime) -> Select[int, int]:
    """Return the query of units and all above them, each with itself and all above it."""
    chosen = units.subquery()
    up = (
        select(Unit.id.label("unit_id"), Unit.id.label("ancestor_id"), literal(0).label("depth"))
        .where(Unit.id.in_(select(chosen.c.id)))
        .cte(recursive=True)
    )
    up = up.union_all(
        select(up.c.unit_id, UnitParent.parent_id, up.c.depth + 1)
        .join(up, UnitParent.unit_id == up.c.ancestor_id)
        .where(valid_at(UnitParent, now), up.c.depth < MAX_DEPTH)
    )
    return select(up.c.unit_id, up.c.ancestor_id)


def holding_nothing(unit_ids: Collection[int], now: datetime) -> Select[int]:
    """Return the query of the members of units who hold nothing at all.

    The units stand in the statement by their numbers, so that PostgreSQL knows how many people to
    expect: it asks for few of them one after the other, and for most of an organisation reads once
    what all hold. As a parameter it would soon plan for any units, and take ten times as long.
    """
    units: BindParameter[Any] = bindparam(
        None, list(unit_ids), unique=True, expanding=True, literal_execute=True
    )
    held = exists().where(Holding.user_id == Membership.user_id, held_at(now, known_at=now))
    return select(Membership.user_id).where(
        valid_at(Membership, now), Membership.unit_id.in_(units), ~held
    )


def narrowing(
    what: Lacks, raw_scheme: str, days: int, units: Select[int], now: datetime
) -> Select[int] | None:
    """Return the query of people among whom those of `lacks` are, found by an index; or None."""
    if not raw_scheme or what in (Lacks.ANY, Lacks.NOT_HELD):
        return None
    if what is Lacks.MISSING:
        asking = select(Requirement.post_id).where(
            Requirement.scheme_id == _scheme_id(raw_scheme),
            Requirement.level == REQUIRED,
            valid_at(Requirement, now),
        )
        return select(PostHolding.user_id).where(
            PostHolding.post_id.in_(asking), PostHolding.unit_id.in_(units)
        )
    people = select(Holding.user_id).where(Holding.scheme_id == _scheme_id(raw_scheme))
    if what is Lacks.EXPIRED:
        return people.where(Holding.held_until <= now)
    people = people.where(Holding.held_until > now)
    if what is Lacks.EXPIRING:
        people = people.where(Holding.held_until <= now + timedelta(days=days))
    return people
