"""Reads about join codes and one's own requests to join."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.organisations.models import (
    JoinCode,
    JoinRequest,
    Membership,
    Unit,
    UnitName,
    UnitParent,
)
from learning.organisations.queries.units import (
    UnitView,
    as_view,
    select_views,
    storable,
    valid_at,
)
from learning.organisations.rules.joining import (
    CodeState,
    RequestState,
    code_state,
    normalise_join_code,
)
from learning.organisations.rules.units import MAX_DEPTH

MAX_OWN = 50  # of one's own requests, newest first


@dataclass(frozen=True, slots=True)
class JoinCodeView:
    """A join code as HR sees it; `code` without its hyphen."""

    public_id: str
    unit_id: int
    code: str
    valid_until: datetime
    max_uses: int
    uses: int
    created_at: datetime
    state: CodeState


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that waits: the person goes on without the unit until it is decided."""

    public_id: str
    unit_public_id: str
    unit_name: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One of a person's own requests to join; `is_unit_open` False when the unit has ended.

    `department_path` is "" where the organisation itself was asked for.
    """

    public_id: str
    organisation_name: str
    department_path: str
    staff_no: str
    state: str
    requested_at: datetime
    decided_at: datetime | None
    reason: str
    is_unit_open: bool


def list_codes(session: Session, unit_id: int, now: datetime) -> list[JoinCodeView]:
    """Return the join codes of a unit, newest first; at most 50."""
    rows = session.scalars(
        select(JoinCode).where(JoinCode.unit_id == unit_id).order_by(JoinCode.id.desc()).limit(50)
    )
    return [_code_view(row, now) for row in rows]


def get_code(session: Session, unit_id: int, raw_public_id: str, now: datetime) -> JoinCodeView:
    """Return a join code of the unit; NotFound otherwise."""
    row = session.scalars(
        select(JoinCode).where(
            JoinCode.unit_id == unit_id, JoinCode.public_id == storable(raw_public_id)
        )
    ).first()
    if row is None:
        raise NotFound("join_code")
    return _code_view(row, now)


def _code_view(row: JoinCode, now: datetime) -> JoinCodeView:
    state = code_state(
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
        uses=row.uses,
        max_uses=row.max_uses,
        now=now,
    )
    return JoinCodeView(
        public_id=row.public_id,
        unit_id=row.unit_id,
        code=row.code,
        valid_until=row.valid_until,
        max_uses=row.max_uses,
        uses=row.uses,
        created_at=row.created_at,
        state=state,
    )


def find_open_code(session: Session, raw_code: str, now: datetime) -> JoinCodeView | None:
    """Return the join code somebody typed; None when unknown, ended, used up or its unit closed.

    Strangers cannot tell these apart.
    """
    code = normalise_join_code(raw_code)
    if not code:
        return None
    row = session.scalars(
        select(JoinCode)
        .join(Unit, Unit.id == JoinCode.unit_id)
        .where(JoinCode.code == code, or_(Unit.closed_at.is_(None), Unit.closed_at > now))
    ).first()
    view = _code_view(row, now) if row else None
    return view if view and view.state is CodeState.OPEN else None


def places_of(
    session: Session, unit_ids: Iterable[int], now: datetime
) -> dict[int, list[UnitView]]:
    """Return for each unit its organisation and the departments down to it; never empty lists."""
    up = (
        select(Unit.id.label("start"), Unit.id.label("id"), literal(0).label("depth"))
        .where(Unit.id.in_(set(unit_ids)))
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(up.c.start, UnitParent.parent_id, up.c.depth + 1)
        .join(up, UnitParent.unit_id == up.c.id)
        .where(valid_at(UnitParent, now), up.c.depth < MAX_DEPTH)
    )
    rows = session.execute(
        select_views(now)
        .add_columns(up.c.start)
        .join(up, up.c.id == Unit.id)
        .order_by(up.c.depth.desc())
    )
    paths: dict[int, list[UnitView]] = {}
    for unit, name, start in rows:
        paths.setdefault(start, []).append(as_view(unit, name))
    return {start: _from_organisation(path) for start, path in paths.items()}


def _from_organisation(path: list[UnitView]) -> list[UnitView]:
    first = max((i for i, unit in enumerate(path) if not unit.is_department), default=0)
    return path[first:]


def pending_request_of(session: Session, user_id: int) -> PendingRequest | None:
    """Return a person's oldest request that waits for an open unit, None without any."""
    row = session.execute(
        select(JoinRequest.public_id, Unit.public_id, UnitName.name, JoinRequest.requested_at)
        .join(Unit, Unit.id == JoinRequest.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(
            JoinRequest.user_id == user_id,
            JoinRequest.state == RequestState.PENDING.value,
            Unit.closed_at.is_(None),
        )
        .order_by(JoinRequest.requested_at, JoinRequest.id)
        .limit(1)
    ).first()
    return PendingRequest(*row) if row else None


def list_own(session: Session, user_id: int, now: datetime) -> list[OwnRequest]:
    """Return a person's own requests to join, newest first; at most 50."""
    rows = session.execute(
        select(JoinRequest, Unit.closed_at)
        .join(Unit, Unit.id == JoinRequest.unit_id)
        .where(JoinRequest.user_id == user_id)
        .order_by(JoinRequest.requested_at.desc(), JoinRequest.id.desc())
        .limit(MAX_OWN)
    ).all()
    paths = places_of(session, (row.unit_id for row, _closed in rows), now)
    return [
        OwnRequest(
            public_id=row.public_id,
            organisation_name=paths[row.unit_id][0].name,
            department_path=" / ".join(unit.name for unit in paths[row.unit_id][1:]),
            staff_no=row.staff_no,
            state=row.state,
            requested_at=row.requested_at,
            decided_at=row.decided_at,
            reason=row.reason,
            is_unit_open=closed_at is None or closed_at > now,
        )
        for row, closed_at in rows
    ]


def is_member(session: Session, user_id: int, unit_id: int, now: datetime) -> bool:
    """Tell whether a person is a member of exactly this unit."""
    found = session.scalar(
        select(Membership.id).where(
            Membership.user_id == user_id,
            Membership.unit_id == unit_id,
            valid_at(Membership, now),
        )
    )
    return found is not None


def find_pending(session: Session, user_id: int, unit_id: int) -> JoinRequest | None:
    """Return a person's waiting request for a unit, None without one."""
    return session.scalars(
        select(JoinRequest).where(
            JoinRequest.user_id == user_id,
            JoinRequest.unit_id == unit_id,
            JoinRequest.state == RequestState.PENDING.value,
        )
    ).first()
