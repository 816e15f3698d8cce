"""Requests for units that people did not find: asked, withdrawn, and settled by the operator.

Settling makes the person's request to join by itself; that one then waits for the unit's HR, or
for the operator where the unit has none. Others who asked for the same code are settled with it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit, UnitRequest
from learning.organisations.queries import UnitView
from learning.organisations.queries.unit_requests import find_unit_by_uscc
from learning.organisations.queries.units import storable
from learning.organisations.rules.joining import (
    MAX_PENDING,
    UnitRequestState,
    UnitWish,
    check_reason,
    check_wish,
)
from learning.organisations.rules.units import UnitDraft
from learning.organisations.services.joining import Asker, join_unit
from learning.organisations.services.units import create_unit


def request_unit(session: Session, actor: Actor, wish: UnitWish, *, now: datetime) -> str:
    """Ask for a unit that is missing; return the request's public id.

    Raises Invalid with the problems by field, Conflict("unit_exists") when a unit has that unified
    social credit code already, Conflict("too_many_pending").
    """
    clean, problems = check_wish(wish)
    if problems:
        raise Invalid(problems)
    if find_unit_by_uscc(session, clean.uscc, now) is not None:
        raise Conflict("unit_exists", uscc=clean.uscc)
    waiting = session.scalar(
        select(func.count())
        .select_from(UnitRequest)
        .where(
            UnitRequest.requested_by == actor.user_id,
            UnitRequest.state == UnitRequestState.PENDING.value,
        )
    )
    if (waiting or 0) >= MAX_PENDING:
        raise Conflict("too_many_pending")
    row = UnitRequest(
        public_id=new_public_id(),
        name=clean.name,
        uscc=clean.uscc,
        region=clean.region,
        staff_no=clean.staff_no,
        note=clean.note,
        requested_by=actor.user_id,
        requested_at=now,
        state=UnitRequestState.PENDING.value,
    )
    session.add(row)
    session.flush()  # callers read the request
    _log(session, "unit_request.made", actor, row, now)
    return row.public_id


def withdraw_unit_request(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> None:
    """Take back one's own waiting request for a unit. Raises NotFound, Conflict("not_pending")."""
    row = _load_pending(session, raw_public_id, own_of=actor.user_id)
    _settle(row, UnitRequestState.WITHDRAWN, actor, now)
    _log(session, "unit_request.withdrawn", actor, row, now)


def create_requested_unit(
    session: Session, actor: Actor, raw_public_id: str, draft: UnitDraft, *, now: datetime
) -> Unit:
    """Make the unit that was asked for, at the top of the tree, and the person's request to join.

    Raises NotFound, Conflict("not_pending"), Invalid with the problems of the unit by field.
    """
    row = _load_pending(session, raw_public_id)
    unit = create_unit(session, actor, draft, parent_id=None, now=now)
    _lead_to(session, row, UnitRequestState.CREATED, unit.id, actor, now)
    for other in _others(session, row):
        _lead_to(session, other, UnitRequestState.EXISTING, unit.id, actor, now)
    return unit


def point_to_unit(
    session: Session, actor: Actor, raw_public_id: str, unit: UnitView, *, now: datetime
) -> None:
    """Answer a request with a unit that exists already, and make the person's request to join."""
    row = _load_pending(session, raw_public_id)
    for each in [row, *_others(session, row)]:
        _lead_to(session, each, UnitRequestState.EXISTING, unit.id, actor, now)


def refuse_unit_request(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Refuse a request with a reason that the person reads. Raises Invalid, NotFound, Conflict."""
    text, problems = check_reason(reason)
    if problems:
        raise Invalid(problems)
    row = _load_pending(session, raw_public_id)
    row.reason = text
    _settle(row, UnitRequestState.REFUSED, actor, now)
    _log(session, "unit_request.refused", actor, row, now)


def _load_pending(session: Session, raw_public_id: str, own_of: int | None = None) -> UnitRequest:
    query = select(UnitRequest).where(UnitRequest.public_id == storable(raw_public_id))
    if own_of is not None:
        query = query.where(UnitRequest.requested_by == own_of)
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        raise NotFound("unit_request")
    if row.state != UnitRequestState.PENDING:
        raise Conflict("not_pending")
    return row


def _others(session: Session, row: UnitRequest) -> list[UnitRequest]:
    """Return the other waiting requests for the same unified social credit code, held."""
    if not row.uscc:
        return []
    others = select(UnitRequest).where(
        UnitRequest.uscc == row.uscc,
        UnitRequest.state == UnitRequestState.PENDING.value,
        UnitRequest.id != row.id,
    )
    return list(session.scalars(others.order_by(UnitRequest.id).with_for_update()))


def _lead_to(
    session: Session,
    row: UnitRequest,
    state: UnitRequestState,
    unit_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    row.unit_id = unit_id
    _settle(row, state, actor, now)
    _log(session, f"unit_request.{state.value}", actor, row, now)
    person = session.get_one(User, row.requested_by)
    asker = Asker(person.id, person.public_id)
    try:
        join_unit(session, asker, unit_id, staff_no=row.staff_no, now=now)
    except Conflict as error:
        # Whoever is a member already, or waits for five others, needs no request from here.
        if error.code not in {"already_member", "too_many_pending"}:
            raise


def _settle(row: UnitRequest, state: UnitRequestState, actor: Actor, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state.value, actor.user_id, now


def _log(session: Session, what: str, actor: Actor, row: UnitRequest, now: datetime) -> None:
    audit.log(
        session,
        what,
        row.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"name": row.name, "uscc": row.uscc, "unit_id": row.unit_id},
    )
