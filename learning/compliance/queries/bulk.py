"""Whom a bulk act is meant for, and who of them would be left out and why. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.compliance.queries.grid import GridFilter, select_people
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import get_unit_in_reach, subtree, valid_at
from learning.organisations.queries.units import UnitView, storable
from learning.study.queries.tracks import get_track, list_enrolments

MOST = 5_000  # people in one act
HAS_IT = "has_it"  # is in the track, holds the scheme
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

    Only those within the reach of the permission. Raises Conflict("too_many") beyond 5,000.
    """
    if raw_people is None:
        query = select_people(session, actor, wanted, now, permission=permission)
    else:
        if len(raw_people) > MOST:
            raise Conflict("too_many")
        named = [storable(raw) for raw in raw_people]
        query = select_people(session, actor, GridFilter(), now, permission=permission)
        query = query.where(User.public_id.in_(named))
    rows = session.execute(query.limit(MOST + 1)).all()
    if len(rows) > MOST:
        raise Conflict("too_many")
    return [Chosen(row.id, row.display_name) for row in rows]


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


def unit_of_task(session: Session, actor: Actor, raw_unit: str, now: datetime) -> UnitView:
    """Return the unit that keeps a task: the one chosen, else the first granted to the actor."""
    permission = Permission.ASSIGNMENT_MANAGE
    if not raw_unit:
        granted = [
            int(grant.scope_value)
            for grant in actor.grants_for(permission)
            if grant.scope_kind is ScopeKind.UNIT and grant.scope_value.isdigit()
        ]
        first = select(Unit.public_id).where(Unit.id.in_(granted)).order_by(Unit.id).limit(1)
        raw_unit = session.scalar(first) or ""
    return get_unit_in_reach(session, actor, permission, raw_unit, now)
