"""Offices, desks of units and declared headcounts in words, translated."""

from learning.competitions.queries.desks import OfficeView
from learning.competitions.rules.desks import DeskRole
from learning.competitions.rules.links import LinkState
from learning.competitions.words.competition import _, province_words
from learning.kernel.permissions import ScopeKind


def scope_kind_words(kind: ScopeKind) -> str:
    """Return what kind of scope an office has."""
    return {
        ScopeKind.REGION: _("地区（省名或行政区划代码，如 山东、370200）"),
        ScopeKind.INDUSTRY: _("行业（国民经济行业代码，如 C34）"),
        ScopeKind.UNIT: _("某单位及其下级（单位代码或统一社会信用代码）"),
    }[kind]


def scope_words(office: OfficeView) -> str:
    """Return which units an office looks after."""
    if office.scope_kind is ScopeKind.UNIT:
        return _("%(name)s及其下级", name=office.scope_name)
    if office.scope_kind is ScopeKind.INDUSTRY:
        return _("行业 %(code)s", code=office.scope_value)
    name = province_words(office.scope_value[:2]) if office.scope_value else ""
    return _("地区 %(name)s %(code)s", name=name, code=office.scope_value)


def role_words(role: DeskRole) -> str:
    """Return as whom somebody sees a unit."""
    return {
        DeskRole.UNIT: _("本单位人力资源"),
        DeskRole.OFFICE: _("分办"),
        DeskRole.ORGANISER: _("主办"),
    }[role]


def declaration_words(state: str) -> tuple[str, str]:
    """Return how a declared headcount stands, and the status of its badge."""
    return {
        "roster": (_("报名时取自名册"), "info"),
        "corrected": (_("主办更正"), "info"),
        "waiting": (_("待核实"), "due"),
        "confirmed": (_("已核实"), "pass"),
        "refused": (_("未通过"), "over"),
        "replaced": (_("已被新申报取代"), "none"),
    }[state]


def problem_words(code: str) -> str:
    """Return what is wrong with a field, translated."""
    words = {
        "person": _("没有使用这个登录名的人，或账号已停用。"),
        "title": _("填 1 到 60 个字。"),
        "scope": _(
            "没有这个范围：地区填省名或行政区划代码，行业填行业代码，单位填单位代码或统一社会信用代码。"
        ),
        "fair_item_seconds": _("在 0 到 60 秒之间。"),
        "fair_share": _("在 0 到 1 之间。"),
        "fair_gaps": _("填 5 到 300。"),
        "fair_variation": _("在 0 到 1 之间。"),
        "fair_takeovers": _("填 1 到 100。"),
        "fair_shared": _("填 2 到 100。"),
        "fair_chance": _("大于 0，至多 0.05。"),
        "pledge_cut": _("大于 0，至多到满分，最多两位小数。"),
        "pledge_hours": _("大于 0，至多 24，最多两位小数。"),
        "fair_phones": _("填 2 到 1,000，不查填 0。"),
        "team_least": _("填 1 到 50。"),
        "team_most": _("不少于下限，至少 2，至多 50。"),
        "team_best": _("填 0（全体）到每队至多人数。"),
        "link_label": _("填 1 到 60 个字。"),
        "link_expires_at": _("有效期要晚于现在。"),
        "link_max_uses": _("填 1 到 1,000,000 的整数，不限就留空。"),
        "extra_person": _("没有这个登录名的参赛者，请先让本人报名。"),
        "extra_percent": _("请从列出的比例中选择。"),
        "headcount": _("人数填整数。"),
        "headcount_range": _("人数要在 1 到 10,000,000 之间。"),
        "as_of": _("请选日期。"),
        "as_of_range": _("日期不能晚于今天，也不能早于 400 天之前。"),
        "evidence_missing": _("请附证明材料，如社保缴纳人数证明的扫描件。"),
        "evidence_empty": _("文件是空的，请重新选择。"),
        "evidence_too_large": _("文件超过 2 MB，请压缩或只拍需要的部分。"),
        "evidence_type": _("只收 PDF、PNG、JPEG 文件；改文件名不能改变文件类型。"),
    }
    return words.get(code, _("这一项填得不对。"))


def link_words(state: LinkState) -> tuple[str, str]:
    """Return how a link stands, and the status of its badge."""
    return {
        LinkState.OPEN: (_("可用"), "pass"),
        LinkState.REVOKED: (_("已停用"), "over"),
        LinkState.EXPIRED: (_("已过期"), "none"),
        LinkState.USED_UP: (_("名额已满"), "due"),
    }[state]
