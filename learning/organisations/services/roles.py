"""Giving somebody a role, and ending it; nobody does either to themselves."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.queries import find_user_by_keys
from learning.accounts.rules import candidate_keys
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Permission, Role, ScopeKind
from learning.organisations.queries import get_unit_in_reach, match_units, units_in_reach
from learning.organisations.queries.persons import PersonView, get_person
from learning.organisations.queries.reach import reaches_everywhere
from learning.organisations.queries.roles import list_roles
from learning.organisations.queries.units import UnitView, storable
from learning.organisations.rules.names import clean_text
from learning.organisations.rules.roles import APPOINTED, permission_for
from learning.organisations.rules.units import industry_prefix, region_prefix
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
    kind, value = ScopeKind.UNIT, str(unit.id)
    if raw_scope == PLATFORM:
        if not reaches_everywhere(actor, permission_for(role)):
            raise NotFound("unit")
        kind, value = ScopeKind.PLATFORM, ""
    grant_role(
        session, actor, person.user_id, role=role, scope_kind=kind, scope_value=value, now=now
    )


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


def appoint_by_login(
    session: Session,
    actor: Actor,
    *,
    raw_login: str,
    raw_role: str,
    scope_kind: ScopeKind,
    raw_scope: str,
    now: datetime,
) -> str:
    """Give a role to whoever logs in so (or as `unit code/staff number`); return their name.

    Also to who belongs to no unit. `raw_scope` is a unit's name, path or code, a division or an
    industry code; it is not read for the platform. Raises NotFound for who does not give roles
    everywhere, Invalid (places login, role, scope), Conflict("own_role").
    """
    _refuse_local(actor)
    role = _role_of(raw_role)
    code, slash, staff_no = raw_login.partition("/")
    keys = candidate_keys(staff_no, code) if slash else candidate_keys(raw_login)
    user, problems = find_user_by_keys(session, keys), []
    if user is None or user.closed_at is not None or user.disabled_at is not None:
        problems.append(_problem("login", "nobody"))
    scope, code = _scope_value(session, actor, scope_kind, raw_scope, now)
    if code:
        problems.append(_problem("scope", code))
    if user is None or problems:
        raise Invalid(problems)
    if user.id == actor.user_id:
        raise Conflict("own_role")
    grant_role(
        session, actor, user.id, role=role, scope_kind=scope_kind, scope_value=scope, now=now
    )
    return user.display_name


def dismiss_anywhere(
    session: Session,
    actor: Actor,
    *,
    raw_person_id: str,
    raw_role: str,
    raw_scope: str,
    now: datetime,
) -> None:
    """End a role that anybody holds, named as by `queries.roles.HeldRole.scope`.

    Raises NotFound for who does not give roles everywhere and for a role not held,
    Conflict("own_role").
    """
    _refuse_local(actor)
    role = _role_of(raw_role)
    user_id = session.scalar(select(User.id).where(User.public_id == storable(raw_person_id)))
    if user_id is None:
        raise NotFound("user")
    if user_id == actor.user_id:
        raise Conflict("own_role")
    held = list_roles(session, None, user_id, now, everywhere=True)
    found = next((one for one in held if (one.role, one.scope) == (role, raw_scope)), None)
    if found is None:
        raise NotFound("role_assignment")
    revoke_role(session, actor, found.assignment_id, now=now)


def _refuse_local(actor: Actor) -> None:
    if not reaches_everywhere(actor, Permission.ORG_ROLES_GRANT):
        raise NotFound("roles")


def _scope_value(
    session: Session, actor: Actor, kind: ScopeKind, raw: str, now: datetime
) -> tuple[str, str]:
    """Return the value that is stored, and the code of what is wrong with what was typed."""
    text = clean_text(raw)
    if kind is ScopeKind.PLATFORM:
        return "", ""
    if kind is ScopeKind.REGION:
        return (text, "") if region_prefix(text) else ("", "bad_region")
    if kind is ScopeKind.INDUSTRY:
        return (text.upper(), "") if industry_prefix(text.upper()) else ("", "bad_industry")
    reach = units_in_reach(session, actor, Permission.ORG_ROLES_GRANT, now)
    found = match_units(session, reach, text, now) if text else []
    if len(found) != 1:
        return "", "ambiguous_unit" if found else "unknown_unit"
    return str(found[0].id), ""


def _problem(place: str, code: str) -> Problem:
    return Problem("", None, place, code, code)


def _role_of(raw_role: str) -> Role:
    if raw_role not in set(Role):
        raise Invalid([_problem("role", "role")])
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
