"""The roles that somebody holds now, as far as who looks may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.permissions import Role, ScopeKind
from learning.organisations.models import RoleAssignment, Unit, UnitName
from learning.organisations.queries.units import UnitView, subtree, valid_at
from learning.organisations.rules.names import clean_text


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role held since an instant; `scope` names where: `unit:<public id>` or `region:37`.

    `place` is the unit's name, or the code; "" for the whole platform.
    """

    assignment_id: int
    role: Role
    kind: ScopeKind
    scope: str
    place: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody who holds a role; `is_open` is false for an account that is closed or disabled."""

    user_id: int
    public_id: str
    name: str
    is_open: bool
    held: HeldRole


def list_roles(
    session: Session, unit: UnitView | None, user_id: int, now: datetime, *, everywhere: bool
) -> list[HeldRole]:
    """Return what somebody holds for a unit and what is below, or `everywhere`, oldest first."""
    row = RoleAssignment
    ids = [str(one) for one in session.scalars(subtree([unit.id], now))] if unit else []
    here = and_(row.scope_kind == ScopeKind.UNIT.value, row.scope_value.in_(ids))
    held = session.scalars(
        select(row)
        .where(row.user_id == user_id, valid_at(row, now), or_(here, literal(everywhere)))
        .order_by(row.id)
    ).all()
    names = _unit_names(session, held)
    return [_view(each, names) for each in held]


def list_holders(
    session: Session, now: datetime, *, search: str, role: Role | None, offset: int, limit: int
) -> list[RoleHolder]:
    """Return a page of who holds roles on the whole platform, the latest given first.

    `search` is a part of the person's name; `role` None is every role.
    """
    rows = session.execute(
        select(RoleAssignment, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(*_of_holders(now, search, role))
        .order_by(RoleAssignment.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    names = _unit_names(session, [row for row, _user in rows])
    return [
        RoleHolder(
            user.id,
            user.public_id,
            user.display_name,
            user.closed_at is None and user.disabled_at is None,
            _view(row, names),
        )
        for row, user in rows
    ]


def count_holders(session: Session, now: datetime, *, search: str, role: Role | None) -> int:
    """Return how many rows `list_holders` would give without pages."""
    query = (
        select(func.count())
        .select_from(RoleAssignment)
        .join(User, User.id == RoleAssignment.user_id)
        .where(*_of_holders(now, search, role))
    )
    return session.scalar(query) or 0


def _of_holders(now: datetime, search: str, role: Role | None) -> list[ColumnElement[bool]]:
    text = clean_text(search)
    return [
        valid_at(RoleAssignment, now),
        User.display_name.contains(text, autoescape=True) if text else true(),
        RoleAssignment.role == role.value if role else true(),
    ]


def _unit_names(session: Session, held: Iterable[RoleAssignment]) -> dict[int, tuple[str, str]]:
    units = {int(each.scope_value) for each in held if each.scope_kind == ScopeKind.UNIT.value}
    return {
        found.id: (found.public_id, found.name)
        for found in session.execute(
            select(Unit.id, Unit.public_id, UnitName.name)
            .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
            .where(Unit.id.in_(units))
        )
    }


def _view(row: RoleAssignment, names: dict[int, tuple[str, str]]) -> HeldRole:
    value = place = row.scope_value
    if row.scope_kind == ScopeKind.UNIT.value:
        value, place = names[int(row.scope_value)]
    kind = ScopeKind(row.scope_kind)
    return HeldRole(row.id, Role(row.role), kind, f"{kind.value}:{value}", place, row.valid_from)
