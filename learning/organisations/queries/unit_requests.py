"""Reads about units that people did not find: what waits for the operator, what one asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.organisations.models import Unit, UnitName, UnitRequest
from learning.organisations.queries.units import UnitView, get_unit, storable
from learning.organisations.rules.joining import UnitRequestState
from learning.organisations.rules.names import name_key

MAX_OWN = 50  # of one's own requests, newest first


@dataclass(frozen=True, slots=True)
class UnitRequestView:
    """A request for a missing unit; `unit_name` is the unit it led to, "" before that."""

    id: int
    public_id: str
    name: str
    uscc: str
    region: str
    staff_no: str
    note: str
    person: str
    requested_by: int
    requested_at: datetime
    state: str
    unit_id: int | None
    unit_name: str
    decided_at: datetime | None
    reason: str


def list_own_unit_requests(session: Session, user_id: int) -> list[UnitRequestView]:
    """Return a person's own requests for missing units, newest first; at most 50."""
    rows = session.execute(
        _select_unit_requests()
        .where(UnitRequest.requested_by == user_id)
        .order_by(UnitRequest.requested_at.desc(), UnitRequest.id.desc())
        .limit(MAX_OWN)
    )
    return [_unit_request_view(*row) for row in rows]


def _select_unit_requests() -> Select[UnitRequest, str, str | None]:
    return (
        select(UnitRequest, User.display_name, UnitName.name)
        .join(User, User.id == UnitRequest.requested_by)
        .outerjoin(
            UnitName, and_(UnitName.unit_id == UnitRequest.unit_id, UnitName.valid_to.is_(None))
        )
    )


def _unit_request_view(row: UnitRequest, person: str, unit_name: str | None) -> UnitRequestView:
    return UnitRequestView(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        uscc=row.uscc,
        region=row.region,
        staff_no=row.staff_no,
        note=row.note,
        person=person,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        state=row.state,
        unit_id=row.unit_id,
        unit_name=unit_name or "",
        decided_at=row.decided_at,
        reason=row.reason,
    )


def list_unit_requests(
    session: Session, *, search: str = "", offset: int = 0, limit: int = 50
) -> list[UnitRequestView]:
    """Return a page of the requests for missing units that wait, oldest first."""
    rows = session.execute(
        _select_unit_requests()
        .where(_is_waiting_wish(search))
        .order_by(UnitRequest.requested_at, UnitRequest.id)
        .offset(offset)
        .limit(limit)
    )
    return [_unit_request_view(*row) for row in rows]


def count_unit_requests(session: Session, *, search: str = "") -> int:
    """Return how many requests `list_unit_requests` would give without pages."""
    query = select(func.count()).select_from(UnitRequest).where(_is_waiting_wish(search))
    return session.scalar(query) or 0


def _is_waiting_wish(search: str) -> ColumnElement[bool]:
    is_pending = UnitRequest.state == UnitRequestState.PENDING.value
    key = name_key(search)
    if not key:
        return is_pending
    return and_(
        is_pending,
        or_(
            func.lower(UnitRequest.name).contains(key, autoescape=True),
            UnitRequest.uscc == key.upper(),
        ),
    )


def get_unit_request(session: Session, raw_public_id: str) -> UnitRequestView:
    """Return a request for a missing unit; NotFound when missing."""
    row = session.execute(
        _select_unit_requests().where(UnitRequest.public_id == storable(raw_public_id))
    ).first()
    if row is None:
        raise NotFound("unit_request")
    return _unit_request_view(*row)


def find_unit_by_uscc(session: Session, uscc: str, now: datetime) -> UnitView | None:
    """Return the open unit of a unified social credit code, None without one."""
    if not uscc:
        return None
    unit_id = session.scalar(
        select(Unit.id).where(
            Unit.uscc == uscc, or_(Unit.closed_at.is_(None), Unit.closed_at > now)
        )
    )
    return get_unit(session, unit_id, now) if unit_id is not None else None
