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


def scope_kind_words(kind: ScopeKind) -> str:
    """Return how far a role may reach, as it is chosen."""
    return {
        ScopeKind.PLATFORM: _("全平台"),
        ScopeKind.UNIT: _("一个单位及下属单位"),
        ScopeKind.REGION: _("一个地区的单位"),
        ScopeKind.INDUSTRY: _("一个行业的单位"),
    }[kind]


def giving_words(code: str) -> str:
    """Return what is wrong with a field of the form that gives a role."""
    words = {
        "nobody": _(
            "没有人用这个登录名，或者账号已停用。请向本人核对；用工号登录的，填“单位代码/工号”。"
        ),
        "unknown_unit": _("没有找到这个单位：填全名、别名、单位代码或统一社会信用代码。"),
        "ambiguous_unit": _("不止一个单位叫这个名称，请写上级，如：示例企业/质量部。"),
        "bad_region": _(
            "填行政区划代码：省填 2 位，如 37；市填 4 位，如 3702；也可填 6 位，如 370200。"
        ),
        "bad_industry": _("填行业代码，如 C 或 C3670。"),
    }
    return words.get(code, _("这一项填得不对。"))
