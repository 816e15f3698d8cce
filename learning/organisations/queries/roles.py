"""The roles that somebody holds now, as far as who looks may see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Role, ScopeKind
from learning.organisations.models import RoleAssignment, Unit, UnitName
from learning.organisations.queries.units import UnitView, subtree, valid_at


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


def list_roles(
    session: Session, unit: UnitView, user_id: int, now: datetime, *, everywhere: bool
) -> list[HeldRole]:
    """Return what somebody holds for a unit and what is below, or `everywhere`, oldest first."""
    row = RoleAssignment
    ids = [str(one) for one in session.scalars(subtree([unit.id], now))]
    here = and_(row.scope_kind == ScopeKind.UNIT.value, row.scope_value.in_(ids))
    held = session.scalars(
        select(row)
        .where(row.user_id == user_id, valid_at(row, now), or_(here, literal(everywhere)))
        .order_by(row.id)
    ).all()
    units = {int(each.scope_value) for each in held if each.scope_kind == ScopeKind.UNIT.value}
    names = {
        found.id: (found.public_id, found.name)
        for found in session.execute(
            select(Unit.id, Unit.public_id, UnitName.name)
            .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
            .where(Unit.id.in_(units))
        )
    }
    return [_view(each, names) for each in held]


def _view(row: RoleAssignment, names: dict[int, tuple[str, str]]) -> HeldRole:
    value = place = row.scope_value
    if row.scope_kind == ScopeKind.UNIT.value:
        value, place = names[int(row.scope_value)]
    kind = ScopeKind(row.scope_kind)
    return HeldRole(row.id, Role(row.role), kind, f"{kind.value}:{value}", place, row.valid_from)
