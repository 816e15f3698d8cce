"""Who may give which role: an operator any, HR those of people who lead or train. Pure."""

from learning.kernel.permissions import Permission, Role

APPOINTED = (Role.MANAGER, Role.TRAINER)

OFFERED = (*APPOINTED, *(role for role in Role if role not in APPOINTED))
"""Roles as they are offered: those that are given most often, and reach least, first."""


def permission_for(role: Role) -> Permission:
    """Return what somebody must hold to give a role or to end it."""
    is_appointed = role in APPOINTED
    return Permission.ORG_MANAGERS_APPOINT if is_appointed else Permission.ORG_ROLES_GRANT
