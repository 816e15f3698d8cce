"""Reads about units and people's places in them, on a given date."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import RoleAssignment


def list_grants(session: Session, user_id: int, now: datetime) -> tuple[Grant, ...]:
    """Return the roles a person holds at the instant, with how far each reaches."""
    rows = session.execute(
        select(RoleAssignment.role, RoleAssignment.scope_kind, RoleAssignment.scope_value)
        .where(
            RoleAssignment.user_id == user_id,
            RoleAssignment.valid_from <= now,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > now),
        )
        .order_by(RoleAssignment.id)
    )
    return tuple(Grant(Role(r.role), ScopeKind(r.scope_kind), r.scope_value) for r in rows)
