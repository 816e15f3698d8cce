"""The register of appeals and complaints: of a sitting, or of all that one answers for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.exams.models import Sitting, SittingAppeal, SittingStaff
from learning.exams.rules import UNANSWERED, AppealKind, AppealState, Duty, State
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach

REGISTER_PAGE = 50
EXPORTED = 500
_OPEN = [state.value for state in UNANSWERED]


class RegisterShown(StrEnum):
    """Which appeals of the register are asked for."""

    OPEN = "open"
    OVERDUE = "overdue"
    OVER = "over"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which appeals are asked for; `sitting_id` None means of all that one answers for.

    `mine` leaves those that the actor handles.
    """

    sitting_id: int | None = None
    shown: RegisterShown = RegisterShown.OPEN
    kind: AppealKind | None = None
    search: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """An appeal in the register."""

    public_id: str
    number: str
    sitting: str
    sitting_title: str
    name: str
    kind: AppealKind
    position: int | None
    state: AppealState
    lodged_at: datetime
    answer_by: datetime
    handler: str
    decided_at: datetime | None


def within(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition on sittings whose appeals the actor handles. Twin: `get_desk`."""
    duties = Sitting.id.in_(
        select(SittingStaff.sitting_id).where(
            SittingStaff.user_id == actor.user_id, SittingStaff.duty == Duty.DECIDER.value
        )
    )
    appointed = and_(duties, Sitting.state != State.DRAFT.value)
    if not actor.holds(Permission.SITTING_MANAGE):
        return appointed
    reach = units_in_reach(session, actor, Permission.SITTING_MANAGE, now)
    return or_(appointed, Sitting.organiser_id.in_(reach))


def count_register(
    session: Session, actor: Actor, wanted: RegisterFilter, now: datetime
) -> dict[RegisterShown, int]:
    """Return how many appeals each choice of `shown` would give, in one statement."""
    is_open, late = SittingAppeal.state.in_(_OPEN), SittingAppeal.answer_by < now
    row = session.execute(
        select(
            func.count(),
            func.count().filter(is_open),
            func.count().filter(is_open, late),
        )
        .select_from(SittingAppeal)
        .join(Sitting, Sitting.id == SittingAppeal.sitting_id)
        .join(User, User.id == SittingAppeal.user_id)
        .where(*_conditions(session, actor, wanted, now))
    ).one()
    return {
        RegisterShown.OPEN: row[1],
        RegisterShown.OVERDUE: row[2],
        RegisterShown.OVER: row[0] - row[1],
        RegisterShown.ALL: row[0],
    }


def list_register(
    session: Session,
    actor: Actor,
    wanted: RegisterFilter,
    now: datetime,
    *,
    offset: int = 0,
    limit: int = REGISTER_PAGE,
) -> list[RegisterLine]:
    """Return a page of appeals: those to be answered by their deadline, so the overdue first."""
    rows = session.execute(
        _lines()
        .where(*_conditions(session, actor, wanted, now), *_shown(wanted.shown, now))
        .order_by(
            case((SittingAppeal.state.in_(_OPEN), 0), else_=1),
            SittingAppeal.answer_by,
            SittingAppeal.id,
        )
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> RegisterLine:
    told = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
    kinds = {"kind": AppealKind(row.kind), "state": AppealState(row.state)}
    return RegisterLine(**{**told, **kinds})


def iterate_register(
    session: Session, actor: Actor, wanted: RegisterFilter, now: datetime
) -> Iterator[RegisterLine]:
    """Give the whole register in its order, read in pages."""
    offset = 0
    while True:
        page = list_register(session, actor, wanted, now, offset=offset, limit=EXPORTED)
        yield from page
        if len(page) < EXPORTED:
            return
        offset += EXPORTED


def _lines() -> Select[*tuple[Any, ...]]:
    handler = aliased(User)
    return (
        select(
            SittingAppeal.public_id,
            SittingAppeal.number,
            Sitting.public_id.label("sitting"),
            Sitting.title.label("sitting_title"),
            User.display_name.label("name"),
            SittingAppeal.kind,
            SittingAppeal.position,
            SittingAppeal.state,
            SittingAppeal.lodged_at,
            SittingAppeal.answer_by,
            func.coalesce(handler.display_name, "").label("handler"),
            SittingAppeal.decided_at,
        )
        .join(Sitting, Sitting.id == SittingAppeal.sitting_id)
        .join(User, User.id == SittingAppeal.user_id)
        .outerjoin(handler, handler.id == SittingAppeal.handled_by)
    )


def _shown(shown: RegisterShown, now: datetime) -> list[ColumnElement[bool]]:
    is_open = SittingAppeal.state.in_(_OPEN)
    conditions: dict[RegisterShown, list[ColumnElement[bool]]] = {
        RegisterShown.OPEN: [is_open],
        RegisterShown.OVERDUE: [is_open, SittingAppeal.answer_by < now],
        RegisterShown.OVER: [~is_open],
    }
    return conditions.get(shown, [])


def _conditions(
    session: Session, actor: Actor, wanted: RegisterFilter, now: datetime
) -> list[ColumnElement[bool]]:
    conditions = [within(session, actor, now)]
    if wanted.sitting_id is not None:
        conditions.append(SittingAppeal.sitting_id == wanted.sitting_id)
    if wanted.kind is not None:
        conditions.append(SittingAppeal.kind == wanted.kind.value)
    if wanted.mine:
        conditions.append(SittingAppeal.handled_by == actor.user_id)
    if text := wanted.search.strip():
        conditions.append(
            or_(
                User.display_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                SittingAppeal.number.startswith(text, autoescape=True),
            )
        )
    return conditions
