"""Giving somebody of a unit a role, and ending it; nobody does either to themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.queries import get_unit_in_reach
from learning.organisations.queries.persons import PersonView, get_person
from learning.organisations.queries.reach import reaches_everywhere
from learning.organisations.queries.roles import list_roles
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.roles import APPOINTED, permission_for
from learning.organisations.services.memberships import grant_role, revoke_role

PLATFORM = "platform"


def appoint(
    session: Session,
    actor: Actor,
    raw_unit_id: str,
    raw_person_id: str,
    *,
    raw_role: str,
    raw_scope: str,
    now: datetime,
) -> None:
    """Give a person a role for the unit and what is below, or (`platform`) everywhere.

    Raises NotFound where the unit, or the role there, is not the actor's to give, Invalid(role),
    Conflict("own_role"), Conflict("user_disabled") for an account that is closed.
    """
    role = _role_of(raw_role)
    unit, person = _find(session, actor, raw_unit_id, raw_person_id, role, now)
    if not person.is_open:
        raise Conflict("user_disabled")
    if raw_scope != PLATFORM:
        scope = {"scope_kind": ScopeKind.UNIT, "scope_value": str(unit.id)}
    elif reaches_everywhere(actor, permission_for(role)):
        scope = {"scope_kind": ScopeKind.PLATFORM}
    else:
        raise NotFound("unit")
    grant_role(session, actor, person.user_id, role=role, now=now, **scope)  # type: ignore[arg-type]


def dismiss(
    session: Session,
    actor: Actor,
    raw_unit_id: str,
    raw_person_id: str,
    *,
    raw_role: str,
    raw_scope: str,
    now: datetime,
) -> None:
    """End a role that a person holds; the other arguments and errors as for `appoint`."""
    role = _role_of(raw_role)
    unit, person = _find(session, actor, raw_unit_id, raw_person_id, role, now)
    everywhere = reaches_everywhere(actor, permission_for(role))
    held = list_roles(session, unit, person.user_id, now, everywhere=everywhere)
    found = next((one for one in held if (one.role, one.scope) == (role, raw_scope)), None)
    if found is None:
        raise NotFound("role_assignment")
    revoke_role(session, actor, found.assignment_id, now=now)


def _role_of(raw_role: str) -> Role:
    if raw_role not in set(Role):
        raise Invalid([Problem("", None, "role", "role", "role")])
    return Role(raw_role)


def _find(
    session: Session,
    actor: Actor,
    raw_unit_id: str,
    raw_person_id: str,
    role: Role,
    now: datetime,
) -> tuple[UnitView, PersonView]:
    wanted = permission_for(role)
    # Not every role stays within its unit (keys of items, the audit): such come from above alone.
    if role not in APPOINTED and not reaches_everywhere(actor, wanted):
        raise NotFound("unit")
    unit = get_unit_in_reach(session, actor, wanted, raw_unit_id, now)
    person = get_person(session, unit, raw_person_id, now)
    if person.user_id == actor.user_id:
        raise Conflict("own_role")
    return unit, person
