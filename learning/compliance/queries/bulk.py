"""Whom a bulk act is meant for, and who of them would be left out and why. Reads only."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.queries.grid import GridFilter, select_people
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import get_unit_in_reach, subtree, units_in_reach, valid_at
from learning.organisations.queries.units import UnitView, storable
from learning.organisations.rules.names import staff_key
from learning.study.queries.tracks import get_track, list_enrolments

MOST = 5_000  # people in one act
CHUNK = 500  # bound parameters in one statement

Entry = TypeVar("Entry")
EXEMPT = "exempt"  # has an exemption from the scheme that is not over
NOTED = "noted"  # has a status of the kind that is not over
HAS_IT = "has_it"  # is in the track, holds the scheme
NOT_NOTED = "not_noted"  # has no status of the kind that can be ended
NO_NUMBER = "no_number"  # has no staff number in the unit, by which a task names its people


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person whom a bulk act may mean."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom an act reaches, and who is left out by the reason; both in order of the names.

    `numbers` are the staff numbers of those reached, where the act goes by them.
    """

    people: list[Chosen]
    left_out: dict[str, list[Chosen]] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)


def choose(
    session: Session,
    actor: Actor,
    wanted: GridFilter,
    raw_people: Sequence[str] | None,
    now: datetime,
    *,
    permission: Permission,
) -> list[Chosen]:
    """Return the people named, or all who fit the filter where `raw_people` is None.

    Only those within the reach of the permission. Raises Conflict("too_many", people=…, most=…)
    beyond 5,000.
    """
    if raw_people is None:
        query = select_people(session, actor, wanted, now, permission=permission)
    else:
        if len(raw_people) > MOST:
            raise Conflict("too_many", people=len(raw_people), most=MOST)
        named = [storable(raw) for raw in raw_people]
        query = select_people(session, actor, GridFilter(), now, permission=permission)
        query = query.where(User.public_id.in_(named))
    rows = session.execute(query.limit(MOST + 1)).all()
    if len(rows) > MOST:
        everybody = select(func.count()).select_from(query.order_by(None).subquery())
        raise Conflict("too_many", people=session.scalar(everybody), most=MOST)
    return [Chosen(row.id, row.display_name) for row in rows]


def mark_of(chosen: Sequence[Chosen]) -> str:
    """Return what tells these people from any others, 32 hexadecimal characters."""
    named = "\n".join(sorted(f"{one.user_id} {one.name}" for one in chosen))
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def reach_by_track(session: Session, chosen: Sequence[Chosen], raw_track: str) -> Reached:
    """Return who would be newly enrolled in a track; NotFound for a track that is not there."""
    code = get_track(session, raw_track).code
    enrolled = {
        one.user_id
        for one in list_enrolments(session, [one.user_id for one in chosen])
        if one.track == code
    }
    return Reached(
        [one for one in chosen if one.user_id not in enrolled],
        {HAS_IT: [one for one in chosen if one.user_id in enrolled]},
    )


def reach_by_task(
    session: Session, chosen: Sequence[Chosen], unit: UnitView, raw_scheme: str, now: datetime
) -> Reached:
    """Return who would be given the task to earn a scheme, with their numbers in the unit.

    Raises NotFound for a scheme that is not there.
    """
    scheme = session.scalar(select(Scheme.id).where(Scheme.public_id == storable(raw_scheme)))
    if scheme is None:
        raise NotFound("scheme")
    ids = [one.user_id for one in chosen]
    holders = set(
        session.scalars(
            select(Holding.user_id).where(
                Holding.user_id.in_(ids),
                Holding.scheme_id == scheme,
                held_at(now, known_at=now),
            )
        )
    )
    numbers: dict[int, str] = {}
    for row in session.execute(
        select(Membership.user_id, Membership.staff_no).where(
            Membership.user_id.in_(ids),
            Membership.unit_id.in_(subtree([unit.id], now)),
            Membership.staff_no != "",
            valid_at(Membership, now),
        )
    ):
        numbers.setdefault(row.user_id, row.staff_no)
    lacking = [one for one in chosen if one.user_id not in holders]
    people = [one for one in lacking if one.user_id in numbers]
    return Reached(
        people,
        {
            HAS_IT: [one for one in chosen if one.user_id in holders],
            NO_NUMBER: [one for one in lacking if one.user_id not in numbers],
        },
        [numbers[one.user_id] for one in people],
    )


def reach_by_exemption(
    session: Session, chosen: Sequence[Chosen], raw_scheme: str, now: datetime
) -> Reached:
    """Return who would be exempted from a scheme; NotFound for a scheme that is not there."""
    scheme = session.scalar(select(Scheme.id).where(Scheme.public_id == storable(raw_scheme)))
    if scheme is None:
        raise NotFound("scheme")
    spared = find_exempt(session, [one.user_id for one in chosen], scheme, now)
    return Reached(
        [one for one in chosen if one.user_id not in spared],
        {EXEMPT: [one for one in chosen if one.user_id in spared]},
    )


def find_exempt(session: Session, people: Sequence[int], scheme_id: int, now: datetime) -> set[int]:
    """Return who of people has an exemption from a scheme that stands or is to come."""
    return {
        user_id
        for part in _parts(people)
        for user_id in session.scalars(
            select(Exemption.user_id).where(
                Exemption.user_id.in_(part),
                Exemption.scheme_id == scheme_id,
                Exemption.valid_to > now,
                Exemption.valid_to > Exemption.valid_from,
            )
        )
    }


def reach_by_status(
    session: Session, chosen: Sequence[Chosen], kind: str, now: datetime
) -> Reached:
    """Return of whom a status of the kind would be newly noted."""
    noted = find_with_status(session, [one.user_id for one in chosen], kind, now)
    return Reached(
        [one for one in chosen if one.user_id not in noted],
        {NOTED: [one for one in chosen if one.user_id in noted]},
    )


def find_with_status(session: Session, people: Sequence[int], kind: str, now: datetime) -> set[int]:
    """Return who of people has a status of the kind that stands or is to come."""
    status = StaffStatus
    return {
        user_id
        for part in _parts(people)
        for user_id in session.scalars(
            select(status.user_id).where(
                status.user_id.in_(part),
                status.kind == kind,
                or_(
                    status.valid_to.is_(None),
                    and_(status.valid_to > now, status.valid_to > status.valid_from),
                ),
            )
        )
    }


def reach_by_return(
    session: Session, actor: Actor, chosen: Sequence[Chosen], kind: str, now: datetime
) -> Reached:
    """Return of whom a status of the kind would be ended; whose end was set by hand keeps it."""
    ids = [one.user_id for one in chosen]
    noted = {row.user_id for row in find_endable(session, actor, ids, kind, now)}
    return Reached(
        [one for one in chosen if one.user_id in noted],
        {NOT_NOTED: [one for one in chosen if one.user_id not in noted]},
    )


def find_endable(
    session: Session, actor: Actor, people: Sequence[int], kind: str, now: datetime
) -> list[StaffStatus]:
    """Return the statuses of a kind that can be ended still, where people have a place in reach.

    Over they are not, nor was their end set by hand before.
    """
    status = StaffStatus
    places = set(list_memberships(session, actor, people, now))
    return [
        row
        for part in _parts(people)
        for row in session.scalars(
            select(status)
            .where(
                status.user_id.in_(part),
                status.kind == kind,
                status.ended_at.is_(None),
                or_(
                    status.valid_to.is_(None),
                    and_(status.valid_to > now, status.valid_to > status.valid_from),
                ),
            )
            .order_by(status.id)
        )
        if (row.user_id, row.organisation_id) in places
    ]


def list_memberships(
    session: Session, actor: Actor, people: Sequence[int], now: datetime
) -> list[tuple[int, int]]:
    """Return (person, organisation) of the places of people where exemptions may be granted."""
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_MANAGE, now)
    return [
        (row.user_id, row.organisation_id)
        for part in _parts(people)
        for row in session.execute(
            select(Membership.user_id, Membership.organisation_id)
            .where(
                Membership.user_id.in_(part),
                Membership.unit_id.in_(reach),
                valid_at(Membership, now),
            )
            .distinct()
            .order_by(Membership.user_id, Membership.organisation_id)
        )
    ]


def find_by_numbers(
    session: Session, actor: Actor, typed: str, permission: Permission, now: datetime
) -> tuple[list[str], list[str]]:
    """Return the public ids of people whose staff numbers were typed, and the numbers of nobody.

    Only people within the reach of the permission; a number of several organisations means all of
    them. Raises Conflict("too_many", numbers=…, most=…) beyond 5,000 numbers.
    """
    given = {staff_key(word): word for word in re.split(r"[\s,，、;；]+", typed) if word}
    if len(given) > MOST:
        raise Conflict("too_many", numbers=len(given), most=MOST)
    reach = units_in_reach(session, actor, permission, now)
    rows = [
        row
        for part in _parts(sorted(given))
        for row in session.execute(
            select(User.public_id, Membership.staff_no_key)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.staff_no_key.in_(part),
                Membership.unit_id.in_(reach),
                valid_at(Membership, now),
            )
        )
    ]
    known = {row.staff_no_key for row in rows}
    unknown = [word[:40] for key, word in given.items() if key not in known]
    return sorted({row.public_id for row in rows}), unknown


def _parts(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    return [entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK)]


def unit_of_act(
    session: Session, actor: Actor, raw_unit: str, permission: Permission, now: datetime
) -> UnitView:
    """Return the unit that keeps what is done: the one chosen, else the first granted."""
    if not raw_unit:
        granted = [
            int(grant.scope_value)
            for grant in actor.grants_for(permission)
            if grant.scope_kind is ScopeKind.UNIT and grant.scope_value.isdigit()
        ]
        first = select(Unit.public_id).where(Unit.id.in_(granted)).order_by(Unit.id).limit(1)
        raw_unit = session.scalar(first) or ""
    return get_unit_in_reach(session, actor, permission, raw_unit, now)
