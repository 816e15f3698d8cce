"""Reads about requests for correction: one's own, and those that wait for a decision in reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import (
    CorrectionRequest,
    Membership,
    Post,
    PostHolding,
    Unit,
    UnitName,
)
from learning.organisations.queries.reach import units_in_reach
from learning.organisations.queries.units import storable, valid_at
from learning.organisations.rules.corrections import CorrectionField, CorrectionState
from learning.organisations.rules.names import name_key

DECIDE = Permission.PRIVACY_DECIDE
LATEST = 100
_PENDING = CorrectionState.PENDING.value


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A request in the list of those who decide; `organisations` are the person's, joined by /."""

    public_id: str
    name: str
    organisations: str
    field: str
    wanted: str
    has_evidence: bool
    state: str
    requested_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class CorrectionDetail:
    """A request with the person it is about and with what is recorded now."""

    request: CorrectionRequest
    name: str
    is_closed: bool
    recorded_now: str
    decider: str
    places: tuple[tuple[str, str], ...]  # organisations of the person in reach: public id, name


def list_own_corrections(session: Session, user_id: int) -> list[CorrectionRequest]:
    """Return a person's own requests, newest first, at most 100."""
    return list(
        session.scalars(
            select(CorrectionRequest)
            .where(CorrectionRequest.user_id == user_id)
            .order_by(CorrectionRequest.requested_at.desc(), CorrectionRequest.id.desc())
            .limit(LATEST)
        )
    )


def find_present(session: Session, user_id: int, now: datetime) -> dict[CorrectionField, str]:
    """Return what is recorded of a person for each field, "" for nothing; many are joined by /."""
    places = session.execute(
        select(Membership.staff_no, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(Membership.user_id == user_id, valid_at(Membership, now))
        .order_by(Membership.valid_from, Membership.id)
    ).all()
    posts = session.scalars(
        select(Post.name)
        .join(PostHolding, PostHolding.post_id == Post.id)
        .where(PostHolding.user_id == user_id, valid_at(PostHolding, now))
        .order_by(PostHolding.id)
    )
    phones = session.scalars(
        select(LoginName.name)
        .where(LoginName.user_id == user_id, LoginName.kind == "phone")
        .order_by(LoginName.id)
    )
    return {
        CorrectionField.NAME: session.get_one(User, user_id).display_name,
        CorrectionField.STAFF_NO: _joined(row.staff_no for row in places),
        CorrectionField.DEPARTMENT: _joined(row.name for row in places),
        CorrectionField.POST: _joined(posts),
        CorrectionField.PHONE: _joined(phones),
        CorrectionField.OTHER: "",
    }


def _joined(parts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(part for part in parts if part))


def may_decide(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `CorrectionRequest` that the actor may decide it.

    The person belongs to an organisation in reach; whoever decides on the whole platform decides
    for people without any as well. Nobody decides their own request.
    """
    is_another = CorrectionRequest.user_id != actor.user_id
    if any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(DECIDE)):
        return and_(true(), is_another)
    belongs = exists().where(
        Membership.user_id == CorrectionRequest.user_id,
        Membership.organisation_id.in_(units_in_reach(session, actor, DECIDE, now)),
        valid_at(Membership, now),
    )
    return and_(belongs, is_another)


def _matches(search: str) -> ColumnElement[bool]:
    key = name_key(search)
    if not key:
        return true()
    letters = func.replace(User.sort_key, " ", "")
    return or_(
        User.display_name.icontains(search, autoescape=True),
        letters.contains(key, autoescape=True),
    )


def _select_ids(session: Session, actor: Actor, search: str, now: datetime) -> Select[int]:
    return (
        select(CorrectionRequest.id)
        .join(User, User.id == CorrectionRequest.user_id)
        .where(may_decide(session, actor, now), _matches(search))
    )


def count_corrections(
    session: Session, actor: Actor, now: datetime, *, search: str = ""
) -> dict[CorrectionState, int]:
    """Return how many requests in reach stand how; every state is there."""
    ids = _select_ids(session, actor, search, now)
    rows = session.execute(
        select(CorrectionRequest.state, func.count())
        .where(CorrectionRequest.id.in_(ids))
        .group_by(CorrectionRequest.state)
    )
    found = dict(rows.all())
    return {state: found.get(state.value, 0) for state in CorrectionState}


def list_corrections(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    state: CorrectionState | None = None,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[CorrectionLine]:
    """Return a page of the requests in reach: pending ones, oldest first; then the last decided."""
    query = (
        select(CorrectionRequest, User.display_name)
        .join(User, User.id == CorrectionRequest.user_id)
        .where(may_decide(session, actor, now), _matches(search))
        .order_by(*_waiting_first())
        .offset(offset)
        .limit(limit)
    )
    if state is not None:
        query = query.where(CorrectionRequest.state == state.value)
    rows = session.execute(query).all()
    places = _organisations(session, {row.user_id for row, _name in rows}, now)
    return [
        CorrectionLine(
            public_id=row.public_id,
            name=name,
            organisations=_joined(place for _id, place in places.get(row.user_id, [])),
            field=row.field,
            wanted=row.wanted_text,
            has_evidence=bool(row.evidence_type),
            state=row.state,
            requested_at=row.requested_at,
            decided_at=row.decided_at,
        )
        for row, name in rows
    ]


def _waiting_first() -> tuple[ColumnElement[Any], ...]:
    is_pending = CorrectionRequest.state == _PENDING
    return (
        case((is_pending, 0), else_=1),
        case((is_pending, CorrectionRequest.requested_at), else_=None),
        CorrectionRequest.decided_at.desc(),
        CorrectionRequest.id.asc(),
    )


def _organisations(
    session: Session, user_ids: Iterable[int], now: datetime
) -> dict[int, list[tuple[str, str]]]:
    rows = session.execute(
        select(Membership.user_id, Unit.public_id, UnitName.name)
        .join(Unit, Unit.id == Membership.organisation_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(Membership.user_id.in_(list(user_ids)), valid_at(Membership, now))
        .order_by(Membership.valid_from, Membership.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for user_id, public_id, name in rows:
        found.setdefault(user_id, []).append((public_id, name))
    return found


def select_in_reach(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> Select[CorrectionRequest]:
    """Return the query of one request, empty when it is missing or out of the actor's reach."""
    return select(CorrectionRequest).where(
        CorrectionRequest.public_id == storable(raw_public_id), may_decide(session, actor, now)
    )


def get_correction(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> CorrectionDetail:
    """Return a request in reach with the present record; NotFound when foreign or missing."""
    request = session.scalars(select_in_reach(session, actor, raw_public_id, now)).first()
    if request is None:
        raise NotFound("correction")
    user = session.get_one(User, request.user_id)
    decider = session.get(User, request.decided_by) if request.decided_by else None
    field = CorrectionField(request.field)
    return CorrectionDetail(
        request=request,
        name=user.display_name,
        is_closed=user.closed_at is not None,
        recorded_now=find_present(session, user.id, now)[field],
        decider=decider.display_name if decider else "",
        places=_reached_places(session, actor, user.id, now),
    )


def _reached_places(
    session: Session, actor: Actor, user_id: int, now: datetime
) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(
            Unit.id.in_(
                select(Membership.organisation_id).where(
                    Membership.user_id == user_id, valid_at(Membership, now)
                )
            ),
            Unit.id.in_(units_in_reach(session, actor, DECIDE, now)),
        )
        .order_by(Unit.id)
    )
    return tuple((public_id, name) for public_id, name in rows)
