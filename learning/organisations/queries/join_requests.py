"""Reads about requests to join that wait for HR: in reach, searched, paged, held for a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, Role, ScopeKind
from learning.organisations.models import JoinRequest, Membership, RoleAssignment
from learning.organisations.queries.joining import places_of
from learning.organisations.queries.reach import get_unit_in_reach, units_in_reach
from learning.organisations.queries.units import storable, subtree, valid_at
from learning.organisations.rules.joining import JoinRow, RequestState
from learning.organisations.rules.names import name_key, staff_key

CONFIRM = Permission.ORG_JOIN_CONFIRM


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request as HR sees it. `number_owner`: who else has the staff number there, or ""."""

    public_id: str
    name: str
    unit_public_id: str
    unit_name: str
    organisation_name: str
    staff_no: str
    requested_at: datetime
    by_code: bool
    number_owner: str


def select_waiting(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    raw_unit: str = "",
    search: str = "",
    unattended: bool = False,
) -> Select[int]:
    """Return the query of the ids of requests that the actor may decide and that still wait.

    `raw_unit` narrows to a unit in reach and all below it (NotFound otherwise), `search` looks in
    name, pinyin and staff number, `unattended` leaves only units without an HR manager.
    """
    query = (
        select(JoinRequest.id)
        .join(User, User.id == JoinRequest.user_id)
        .where(
            JoinRequest.state == RequestState.PENDING.value,
            JoinRequest.unit_id.in_(units_in_reach(session, actor, CONFIRM, now)),
            _matches_person(search),
        )
    )
    if raw_unit:
        unit = get_unit_in_reach(session, actor, CONFIRM, raw_unit, now)
        query = query.where(JoinRequest.unit_id.in_(subtree([unit.id], now)))
    if unattended:
        query = query.where(JoinRequest.unit_id.not_in(attended_units(now)))
    return query


def attended_units(now: datetime) -> Select[int]:
    """Return the query of the units for which somebody is HR manager, by themselves or above.

    Only roles granted for a unit count: those for a whole region or industry do no daily work.
    """
    managed = select(cast(RoleAssignment.scope_value, BigInteger)).where(
        RoleAssignment.role == Role.HR_MANAGER.value,
        RoleAssignment.scope_kind == ScopeKind.UNIT.value,
        valid_at(RoleAssignment, now),
    )
    return subtree(managed, now)


def _matches_person(search: str) -> ColumnElement[bool]:
    key = name_key(search)
    if not key:
        return User.id.is_not(None)
    letters = func.replace(User.sort_key, " ", "")
    return or_(
        letters.contains(key, autoescape=True),
        func.lower(JoinRequest.staff_no).contains(key, autoescape=True),
    )


def count_waiting_requests(session: Session, waiting: Select[int]) -> int:
    """Return how many requests a query of `select_waiting` gives."""
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def list_waiting_requests(
    session: Session, waiting: Select[int], now: datetime, *, offset: int, limit: int
) -> list[WaitingRequest]:
    """Return a page of waiting requests, oldest first."""
    rows = session.execute(
        select(JoinRequest, User.display_name)
        .join(User, User.id == JoinRequest.user_id)
        .where(JoinRequest.id.in_(waiting))
        .order_by(JoinRequest.requested_at, JoinRequest.id)
        .offset(offset)
        .limit(limit)
    ).all()
    paths = places_of(session, (row.unit_id for row, _name in rows), now)
    wanted = [(paths[row.unit_id][0].id, row.staff_no, row.user_id) for row, _name in rows]
    owners = find_number_owners(session, wanted)
    return [
        WaitingRequest(
            public_id=row.public_id,
            name=name,
            unit_public_id=paths[row.unit_id][-1].public_id,
            unit_name=paths[row.unit_id][-1].name,
            organisation_name=paths[row.unit_id][0].name,
            staff_no=row.staff_no,
            requested_at=row.requested_at,
            by_code=row.join_code_id is not None,
            number_owner=owners.get(want, ""),
        )
        for (row, name), want in zip(rows, wanted, strict=True)
    ]


def find_number_owners(
    session: Session, wanted: Iterable[tuple[int, str, int]]
) -> dict[tuple[int, str, int], str]:
    """Return who has a staff number already, for (organisation id, staff number, person) wanted.

    The name of the member, only where that is somebody, the same person in another department
    included: a number means one open membership.
    """
    asked = [want for want in wanted if want[1]]
    if not asked:
        return {}
    rows = session.execute(
        select(Membership.organisation_id, Membership.staff_no_key, User.display_name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id.in_({want[0] for want in asked}),
            Membership.staff_no_key.in_({staff_key(want[1]) for want in asked}),
            Membership.valid_to.is_(None),
        )
    )
    owners = {(row.organisation_id, row.staff_no_key): row.display_name for row in rows}
    found = {want: owners.get((want[0], staff_key(want[1])), "") for want in asked}
    return {want: name for want, name in found.items() if name}


def load_join_rows(
    session: Session, actor: Actor, raw_public_ids: Sequence[str], now: datetime
) -> list[tuple[JoinRequest, JoinRow]]:
    """Return the chosen requests, held for this transaction, with what decides about them.

    NotFound when one of them is missing or out of the actor's reach. Oldest first.
    """
    chosen = {storable(raw) for raw in raw_public_ids}
    rows = session.execute(
        select(JoinRequest, User.disabled_at)
        .join(User, User.id == JoinRequest.user_id)
        .where(
            JoinRequest.public_id.in_(chosen),
            JoinRequest.unit_id.in_(units_in_reach(session, actor, CONFIRM, now)),
        )
        .order_by(JoinRequest.requested_at, JoinRequest.id)
        .with_for_update(of=JoinRequest)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(chosen):
        raise NotFound("join_request")
    paths = places_of(session, (row.unit_id for row, _disabled in rows), now)
    wanted = [(paths[r.unit_id][0].id, r.staff_no, r.user_id) for r, _disabled in rows]
    owners = find_number_owners(session, wanted)
    members = _members(session, [request for request, _disabled in rows])
    return [
        (
            request,
            JoinRow(
                public_id=request.public_id,
                user_id=request.user_id,
                unit_id=request.unit_id,
                organisation_id=want[0],
                staff_no=request.staff_no,
                state=request.state,
                is_member=(request.user_id, request.unit_id) in members,
                is_disabled=disabled_at is not None,
                number_owner=owners.get(want, ""),
            ),
        )
        for (request, disabled_at), want in zip(rows, wanted, strict=True)
    ]


def _members(session: Session, requests: Sequence[JoinRequest]) -> set[tuple[int, int]]:
    rows = session.execute(
        select(Membership.user_id, Membership.unit_id).where(
            Membership.user_id.in_({request.user_id for request in requests}),
            Membership.unit_id.in_({request.unit_id for request in requests}),
            Membership.valid_to.is_(None),
        )
    )
    return {(row.user_id, row.unit_id) for row in rows}


def names_of_requests(session: Session, public_ids: Iterable[str]) -> dict[str, str]:
    """Return the person's name of each request, for what is said about rows that were refused."""
    rows = session.execute(
        select(JoinRequest.public_id, User.display_name)
        .join(User, User.id == JoinRequest.user_id)
        .where(JoinRequest.public_id.in_(set(public_ids)))
    )
    return {row.public_id: row.display_name for row in rows}
