"""Units are created, renamed, moved and closed; the past stays as it was."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.organisations import queries, services
from learning.organisations.models import Membership, PostHolding, Unit
from learning.organisations.rules.units import UnitDraft, UnitKind
from tests.factories.people import make_membership, make_unit, make_user

USCC = "91110000600037341L"
DAY = timedelta(days=1)


def department(name: str) -> UnitDraft:
    return UnitDraft(UnitKind.DEPARTMENT, name)


def association(name: str, **more: object) -> UnitDraft:
    return UnitDraft(UnitKind.ASSOCIATION, name, **more)  # type: ignore[arg-type]


def codes(error: Invalid) -> dict[str, str]:
    return {problem.place: problem.code for problem in error.problems}


def test_a_created_unit_has_a_name_a_parent_and_an_audit_entry(session: Session, now) -> None:
    root = make_unit(session, now, kind="association", name="示例协会")

    unit = services.create_unit(
        session,
        None,
        UnitDraft(
            UnitKind.ENTERPRISE,
            " 示例 集团 ",
            code="ab-1",
            uscc="91110000 600037341l",
            region="370200",
        ),
        parent_id=root.id,
        now=now,
    )

    view = queries.get_unit(session, unit.id, now)
    assert (view.name, view.code, view.uscc, view.region) == ("示例 集团", "AB-1", USCC, "370200")
    assert queries.parent_at(session, unit.id, now) == root.id
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == unit.public_id))
    assert list(acts) == ["unit.created"]


def test_all_problems_of_a_new_unit_are_named_at_once(session: Session, now) -> None:
    draft = UnitDraft(
        UnitKind.ENTERPRISE, "  ", code="a/b", uscc="911100006000373410", region="99", industry="Z1",
        headcount=-1, aliases=("x" * 201,),
    )  # fmt: skip

    with pytest.raises(Invalid) as caught:
        services.create_unit(session, None, draft, parent_id=None, now=now)

    assert codes(caught.value) == {
        "name": "name_missing",
        "code": "bad_code",
        "uscc": "bad_uscc",
        "region": "bad_region",
        "industry": "bad_industry",
        "headcount": "bad_headcount",
        "aliases": "name_too_long",
    }


def test_codes_belong_to_one_unit_and_siblings_differ_in_name(session: Session, now) -> None:
    root = make_unit(session, now, kind="association", name="示例协会")
    first = UnitDraft(UnitKind.ENTERPRISE, "甲公司", code="JIA", uscc=USCC)
    services.create_unit(session, None, first, parent_id=root.id, now=now)

    with pytest.raises(Invalid) as caught:
        services.create_unit(session, None, first, parent_id=root.id, now=now)

    assert codes(caught.value) == {
        "code": "code_taken", "uscc": "uscc_taken", "name": "name_taken",
    }  # fmt: skip


def test_a_department_needs_a_parent_and_has_no_codes(session: Session, now) -> None:
    draft = UnitDraft(UnitKind.DEPARTMENT, "质量部", code="QD", uscc=USCC)

    with pytest.raises(Invalid) as caught:
        services.create_unit(session, None, draft, parent_id=None, now=now)

    assert codes(caught.value) == {
        "code": "department_code", "uscc": "department_uscc", "parent": "department_needs_parent",
    }  # fmt: skip


def test_an_enterprise_without_its_code_is_refused(session: Session, now) -> None:
    with pytest.raises(Invalid) as caught:
        services.create_unit(
            session, None, UnitDraft(UnitKind.ENTERPRISE, "甲公司"), parent_id=None, now=now
        )

    assert codes(caught.value) == {"uscc": "uscc_missing"}


def test_a_renamed_unit_keeps_its_old_name_on_old_dates(session: Session, now) -> None:
    unit = make_unit(session, now, name="旧名")

    services.rename_unit(session, None, unit.id, name="新名", now=now, effective_at=now - 10 * DAY)

    assert queries.unit_name_at(session, unit.id, now) == "新名"
    assert queries.unit_name_at(session, unit.id, now - 10 * DAY) == "新名"
    assert (
        queries.unit_name_at(session, unit.id, now - 10 * DAY - timedelta(microseconds=1)) == "旧名"
    )
    assert queries.unit_name_at(session, unit.id, now - 500 * DAY) == ""


def test_a_rename_before_the_last_one_or_in_the_future_is_refused(session: Session, now) -> None:
    unit = make_unit(session, now, name="旧名")
    services.rename_unit(session, None, unit.id, name="新名", now=now, effective_at=now - DAY)

    with pytest.raises(Conflict, match="changed_since"):
        services.rename_unit(
            session, None, unit.id, name="更新", now=now, effective_at=now - 2 * DAY
        )
    with pytest.raises(Invalid):
        services.rename_unit(session, None, unit.id, name="更新", now=now, effective_at=now + DAY)


def test_two_renames_at_the_same_instant_leave_the_second(session: Session, now) -> None:
    unit = make_unit(session, now, name="旧名")

    services.rename_unit(session, None, unit.id, name="二", now=now)
    services.rename_unit(session, None, unit.id, name="三", now=now)

    assert queries.unit_name_at(session, unit.id, now) == "三"


def test_a_unit_may_not_come_below_itself(session: Session, now) -> None:
    top = make_unit(session, now, name="上")
    middle = make_unit(session, now, name="中", parent=top)
    bottom = make_unit(session, now, name="下", parent=middle)

    for target in (top, bottom):
        with pytest.raises(Conflict, match="unit_cycle"):
            services.move_unit(session, None, top.id, parent_id=target.id, now=now)


def test_a_backdated_move_may_not_make_a_cycle_in_the_past(session: Session, now) -> None:
    a = make_unit(session, now, name="甲")
    b = make_unit(session, now, name="乙", parent=a)
    services.move_unit(session, None, b.id, parent_id=None, now=now, effective_at=now - DAY)

    with pytest.raises(Conflict, match="changed_since"):
        services.move_unit(session, None, a.id, parent_id=b.id, now=now, effective_at=now - 2 * DAY)
    services.move_unit(session, None, a.id, parent_id=b.id, now=now, effective_at=now - DAY)


def test_a_moved_unit_stood_where_it_was_on_old_dates(session: Session, now) -> None:
    old, new = make_unit(session, now, name="旧集团"), make_unit(session, now, name="新集团")
    unit = make_unit(session, now, name="子公司", parent=old)

    services.move_unit(session, None, unit.id, parent_id=new.id, now=now)

    def path(at) -> list[str]:
        return [u.name for u in queries.list_path(session, unit.id, at)]

    def below(root: Unit, at) -> set[int]:
        return set(session.scalars(queries.subtree([root.id], at)))

    assert path(now) == ["新集团", "子公司"]
    assert path(now - DAY) == ["旧集团", "子公司"]
    assert below(old, now) == {old.id}
    assert below(old, now - DAY) == {old.id, unit.id}
    assert [u.id for u in queries.list_children(session, new.id, now)] == [unit.id]


def test_people_of_a_moved_department_belong_to_its_new_organisation(session: Session, now) -> None:
    old, new = make_unit(session, now, name="甲公司"), make_unit(session, now, name="乙公司")
    workshop = make_unit(session, now, kind="department", name="车间", parent=old)
    team = make_unit(session, now, kind="department", name="班组", parent=workshop)
    branch = make_unit(session, now, name="分公司", parent=team)
    people = [make_user(session, now, name) for name in ("张伟", "王芳", "李娜")]
    make_membership(session, now, people[0], workshop, organisation=old, staff_no="001")
    make_membership(session, now, people[1], team, organisation=old, staff_no="002")
    make_membership(session, now, people[2], branch, staff_no="003")
    post = services.create_post(
        session, None, old.id, name="检验员", is_key_post=True, now=now - DAY
    )
    services.assign_post(
        session, None, people[1].id, post_id=post.id, unit_id=team.id, now=now - DAY
    )

    services.move_unit(session, None, workshop.id, parent_id=new.id, now=now)

    def organisations(at) -> list[int | None]:
        found = [queries.organisation_of(session, person.id, at) for person in people]
        return [view.id if view else None for view in found]

    assert organisations(now) == [new.id, new.id, branch.id]
    assert organisations(now - DAY) == [old.id, old.id, branch.id]
    assert [m.staff_no for m in queries.list_memberships(session, people[1].id, now)] == ["002"]
    rows = session.scalars(
        select(Membership).where(Membership.user_id == people[1].id).order_by(Membership.id)
    ).all()
    assert [(r.valid_from == now, r.valid_to == now) for r in rows] == [
        (False, True),
        (True, False),
    ]
    assert rows[1].recorded_at == now
    members = queries.list_members(session, queries.subtree([new.id], now), now, search="王芳")
    assert [m.posts for m in members] == ["检验员"]
    assert len(session.scalars(select(PostHolding)).all()) == 2


def test_a_staff_number_in_use_there_is_left_behind(session: Session, now) -> None:
    old, new = make_unit(session, now, name="甲公司"), make_unit(session, now, name="乙公司")
    workshop = make_unit(session, now, kind="department", name="车间", parent=old)
    mover, other = make_user(session, now), make_user(session, now)
    make_membership(session, now, mover, workshop, organisation=old, staff_no="001")
    make_membership(session, now, other, new, staff_no="001")

    services.move_unit(session, None, workshop.id, parent_id=new.id, now=now)

    assert [m.staff_no for m in queries.list_memberships(session, mover.id, now)] == [""]
    assert [m.staff_no for m in queries.list_memberships(session, mover.id, now - DAY)] == ["001"]


def test_who_joined_after_a_backdated_move_is_not_given_a_past(session: Session, now) -> None:
    old, new = make_unit(session, now, name="甲公司"), make_unit(session, now, name="乙公司")
    workshop = make_unit(session, now, kind="department", name="车间", parent=old)
    person = make_user(session, now)
    services.add_membership(session, None, person.id, unit_id=workshop.id, now=now - DAY)

    services.move_unit(
        session, None, workshop.id, parent_id=new.id, now=now, effective_at=now - 9 * DAY
    )

    assert queries.list_memberships(session, person.id, now - 2 * DAY) == []
    assert [m.organisation_id for m in queries.list_memberships(session, person.id, now)] == [
        new.id
    ]


def test_aliases_are_replaced_and_found(session: Session, now) -> None:
    unit = make_unit(session, now, name="某某股份有限公司")

    services.set_aliases(session, None, unit.id, aliases=("某股 ", "某股", "ＡＢＣ"), now=now)

    assert queries.list_aliases(session, unit.id) == ["某股", "ＡＢＣ"]
    everything = select(Unit.id)
    for search in ("abc", "某股", "股份", "某某 股份"):
        found = queries.list_units(session, everything, now, search=search)
        assert [u.id for u in found] == [unit.id]
    assert queries.count_units(session, everything, now, search="%") == 0


def test_details_are_corrected_and_the_correction_is_logged(session: Session, now) -> None:
    unit = make_unit(session, now, kind="association", name="示例协会")

    services.update_unit(
        session, None, unit.id, association("", code="XH", region="110000", headcount=30), now=now
    )

    view = queries.get_unit(session, unit.id, now)
    assert (view.name, view.code, view.region, view.headcount) == ("示例协会", "XH", "110000", 30)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "unit.updated")).one()
    assert '"code": [null, "XH"]' in entry.details


def test_only_an_empty_unit_is_closed(session: Session, now) -> None:
    parent = make_unit(session, now, name="集团")
    child = make_unit(session, now, kind="department", name="部门", parent=parent)

    with pytest.raises(Conflict, match="unit_not_empty"):
        services.close_unit(session, None, parent.id, now=now)
    services.close_unit(session, None, child.id, now=now)

    assert queries.list_children(session, parent.id, now) == []
    assert len(queries.list_children(session, parent.id, now - DAY)) == 1
    with pytest.raises(Conflict, match="unit_closed"):
        services.rename_unit(session, None, child.id, name="x", now=now)


def test_acts_on_a_missing_unit_or_before_its_time_are_refused(session: Session, now) -> None:
    unit = make_unit(session, now)

    with pytest.raises(NotFound):
        services.rename_unit(session, None, 10**9, name="x", now=now)
    with pytest.raises(Conflict, match="changed_since"):
        services.rename_unit(
            session, None, unit.id, name="x", now=now, effective_at=now - 500 * DAY
        )


def test_the_paths_below_a_unit_come_parents_first(session: Session, now) -> None:
    root = make_unit(session, now, name="厂")
    b = make_unit(session, now, kind="department", name="乙部", parent=root)
    make_unit(session, now, kind="department", name="丙组", parent=b)
    make_unit(session, now, kind="department", name="丁部", parent=root)

    paths = [path for _unit, path in queries.subtree_paths(session, root.id, now)]

    assert paths == [(), ("丁部",), ("乙部",), ("乙部", "丙组")]
