"""Permissions as data: one enumeration, roles that grant them, and where a grant reaches.

A permission reads `scope:resource:action`. `self:*` permissions belong to every logged-in person
and concern only what is their own: ownership is then part of the query. All others come from a
role that was granted somewhere (platform, a unit's subtree, a region, an industry).
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """Everything that can be allowed, alphabetical by value."""

    COMPETITION_MANAGE = "competition:competition:manage"  # create, open, close competitions
    COMPETITION_EXPORT = "competition:results:export"  # download a ranked list
    ITEM_READ_KEY = "item:key:read"  # see keys; every use is logged
    ORG_CODES_ISSUE = "org:codes:issue"  # print activation and reset codes
    ORG_PEOPLE_READ = "org:people:read"  # see the people of a unit
    ORG_ROSTER_IMPORT = "org:roster:import"  # import a roster
    ORG_UNIT_MANAGE = "org:unit:manage"  # create, rename, move, merge, split units
    PLATFORM_HEALTH_READ = "platform:health:read"  # operator's page of health
    SELF_ACCOUNT = "self:account:manage"  # one's own log-ins, password, language
    SELF_ATTEMPT = "self:attempt:sit"  # one's own attempts
    SELF_COMPETITION_ENTER = "self:competition:enter"  # see and enter competitions
    SELF_HOME = "self:home:read"  # one's own first page


class Role(StrEnum):
    """Roles as granted to people; what each allows is `GRANTS`."""

    OPERATOR = "operator"  # 运维
    ASSOCIATION_MANAGER = "association_manager"  # 协会竞赛管理
    HR_MANAGER = "hr_manager"  # 人力资源
    AUTHOR = "author"  # 命题


SELF_PERMISSIONS = frozenset(p for p in Permission if p.value.startswith("self:"))

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.ORG_CODES_ISSUE,
            Permission.ORG_PEOPLE_READ,
            Permission.ORG_ROSTER_IMPORT,
            Permission.ORG_UNIT_MANAGE,
            Permission.PLATFORM_HEALTH_READ,
        }
    ),
    Role.ASSOCIATION_MANAGER: frozenset(
        {Permission.COMPETITION_MANAGE, Permission.COMPETITION_EXPORT}
    ),
    Role.HR_MANAGER: frozenset(
        {Permission.ORG_CODES_ISSUE, Permission.ORG_PEOPLE_READ, Permission.ORG_ROSTER_IMPORT}
    ),
    Role.AUTHOR: frozenset({Permission.ITEM_READ_KEY}),
}


class ScopeKind(StrEnum):
    """How far a granted role reaches."""

    PLATFORM = "platform"  # everything
    UNIT = "unit"  # a unit and all below it
    REGION = "region"  # units of a region, by prefix of the division code (GB/T 2260)
    INDUSTRY = "industry"  # units of an industry, by prefix of the code (GB/T 4754)


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held somewhere; `scope_value` is "" for the platform, else the unit id or code."""

    role: Role
    scope_kind: ScopeKind
    scope_value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: passed to services instead of any request or session object."""

    user_id: int
    public_id: str
    display_name: str
    login_session_id: str
    locale: str
    session_expires_at_ms: int = 0
    grants: tuple[Grant, ...] = ()

    def holds(self, permission: Permission) -> bool:
        """Tell whether the permission is held anywhere; where it reaches is the query's matter."""
        if permission in SELF_PERMISSIONS:
            return True
        return any(permission in GRANTS[grant.role] for grant in self.grants)

    def grants_for(self, permission: Permission) -> tuple[Grant, ...]:
        """Return the grants that carry the permission."""
        return tuple(g for g in self.grants if permission in GRANTS[g.role])
