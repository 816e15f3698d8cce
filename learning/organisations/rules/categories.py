"""The staff categories 人员类别 by which hours are asked for, read from lists and planned. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from learning.organisations.rules.names import name_key
from learning.organisations.rules.roster import (
    KnownPerson,
    RosterPlan,
    RosterRow,
    RosterState,
    RowPlan,
    RowStatus,
    Shift,
)


class StaffCategory(StrEnum):
    """What somebody is employed as, as rules of continuing education tell people apart."""

    TECHNICAL = "technical"  # 专业技术人员
    MANAGER = "manager"
    SKILLED = "skilled"
    SAFETY_MANAGER = "safety_manager"
    SAFETY_WORKER = "safety_worker"  # in the dangerous work of a high-hazard industry
    OTHER = "other"


# What lists write for each, compared without spaces; the words shown are among them.
_SYNONYMS = {
    StaffCategory.TECHNICAL: "专业技术人员 专业技术 专业技术类 专业技术岗 专业技术岗位 专技人员 "
    "专技 专技岗 技术人员 工程技术人员 科技人员 technicalprofessionals technicalprofessional "
    "technical professional",
    StaffCategory.MANAGER: "管理人员 管理 管理类 管理岗 管理岗位 经营管理人员 行政管理人员 干部 "
    "manager managers management managerial",
    StaffCategory.SKILLED: "技能人员 技能 技能类 技能岗 技能岗位 技能操作人员 操作人员 操作岗 "
    "技术工人 工人 生产人员 生产工人 一线员工 一线人员 skilledworker skilledworkers skilled "
    "operator worker",
    StaffCategory.SAFETY_MANAGER: "安全管理人员 安全生产管理人员 专职安全管理人员 安全管理 安全员 "
    "专职安全生产管理人员 高危行业安全管理人员 safetymanager safetymanagers safetymanagement "
    "safetymanagershighhazard",
    StaffCategory.SAFETY_WORKER: "高危岗位从业人员 高危行业从业人员 高危从业人员 高危岗位 "
    "高危岗位人员 危险岗位从业人员 highhazardworker highhazardworkers",
    StaffCategory.OTHER: "其他人员 其他 其它 其它人员 other others otherstaff",
}
_MEANINGS = {word: category for category, words in _SYNONYMS.items() for word in words.split()}
_NOISE = str.maketrans("", "", " -_·、/()")


def read_category(text: str) -> StaffCategory | None:
    """Return the category that a cell means, None for none known."""
    return _MEANINGS.get(name_key(text).translate(_NOISE))


def plan_categories(
    plan: RosterPlan, rows: Mapping[int, RosterRow], state: RosterState
) -> RosterPlan:
    """Give the planned rows their categories; an empty cell says nothing."""
    inside = {ids[0] for ids in state.units.values() if len(ids) == 1}
    plan.rows = [
        _with_category(one, rows[one.line], state.people.get(one.user_id or 0), inside)
        for one in plan.rows
    ]
    return plan


def _with_category(
    plan: RowPlan, row: RosterRow, person: KnownPerson | None, inside: set[int]
) -> RowPlan:
    """Return a row's plan with the category of what it opens, and those it changes."""
    if plan.status not in {RowStatus.NEW, RowStatus.CHANGED, RowStatus.UNCHANGED}:
        return plan
    places = [place for place in person.places if place.unit_id in inside] if person else []
    left = next((p.category for p in places if p.membership_id == plan.close_membership), "")
    plan = replace(plan, category=row.category or left)
    others = tuple(
        (place.membership_id, place.category)
        for place in places
        if row.category
        and place.category != row.category
        and place.membership_id != plan.close_membership
    )
    before = next((p.category for p in places if p.category != row.category), "")
    changes_closed = bool(row.category and plan.close_membership and left != row.category)
    if not others and not changes_closed:
        return plan
    return replace(
        plan,
        status=RowStatus.CHANGED if plan.status is RowStatus.UNCHANGED else plan.status,
        changes=(*plan.changes, "category"),
        recategorised=others,
        shifts=(*plan.shifts, Shift("category", before, row.category)),
    )
