"""Roles, and for where they are held, in words."""

from flask_babel import gettext as _

from learning.kernel.permissions import Role, ScopeKind
from learning.organisations.queries.roles import HeldRole


def role_words(role: Role) -> str:
    """Return what a role is called, and in a few words what it is for."""
    return {
        Role.OPERATOR: _("运维（平台与全部单位）"),
        Role.ASSOCIATION_MANAGER: _("竞赛管理（举办竞赛）"),
        Role.HR_MANAGER: _("人力资源（人员、持证与培训）"),
        Role.AUTHOR: _("命题与写课"),
        Role.REVIEWER: _("审题与审课"),
        Role.ITEM_MANAGER: _("题库管理"),
        Role.EXAMINER: _("考务（考试与认证项目）"),
        Role.TRAINER: _("培训师（面授）"),
        Role.AUDITOR: _("审计（操作记录）"),
        Role.MANAGER: _("班组长、部门负责人（看本班组持证）"),
        Role.DECIDER: _("发证决定人"),
    }[role]


def place_of_role(held: HeldRole) -> str:
    """Return for where a role is held."""
    if held.kind is ScopeKind.PLATFORM:
        return _("全平台")
    if held.kind is ScopeKind.UNIT:
        return _("%(unit)s及下属单位", unit=held.place)
    if held.kind is ScopeKind.REGION:
        return _("地区代码 %(code)s", code=held.place)
    return _("行业代码 %(code)s", code=held.place)
