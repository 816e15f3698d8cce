"""Merges and splits carry people over, close the predecessors and are remembered."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid
from learning.organisations import queries, services
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import SplitPart
from tests.factories.people import make_membership, make_unit, make_user

DAY = timedelta(days=1)


def test_merged_units_hand_over_people_posts_and_parts(session: Session, now) -> None:
    group = make_unit(session, now, name="集团")
    a, b = (make_unit(session, now, name=name, parent=group) for name in ("甲公司", "乙公司"))
    workshop = make_unit(session, now, kind="department", name="车间", parent=a)
    one, two, three = (make_user(session, now) for _ in range(3))
    make_membership(session, now, one, a, staff_no="001")
    make_membership(session, now, two, workshop, organisation=a, staff_no="002")
    make_membership(session, now, three, b, staff_no="001")
    post = services.create_post(session, None, a.id, name="检验员", now=now - DAY)
    services.assign_post(session, None, one.id, post_id=post.id, unit_id=a.id, now=now - DAY)

    services.merge_units(session, None, [a.id], successor_id=b.id, now=now)

    places = {
        person.id: [(m.unit_id, m.organisation_id, m.staff_no) for m in queries.list_memberships(session, person.id, now)]
        for person in (one, two, three)
    }  # fmt: skip
    assert places == {
        one.id: [(b.id, b.id, "")],
        two.id: [(workshop.id, b.id, "002")],
        three.id: [(b.id, b.id, "001")],
    }
    assert [u.name for u in queries.list_path(session, workshop.id, now)] == [
        "集团",
        "乙公司",
        "车间",
    ]
    assert [u.id for u in queries.list_children(session, group.id, now)] == [b.id]
    assert queries.get_unit(session, a.id, now).closed_at == now
    succession = queries.list_successions(session, a.id, now)[0]
    assert (succession.kind, succession.is_successor, succession.other_name) == (
        "merge",
        False,
        "乙公司",
    )
    assert queries.list_successions(session, b.id, now)[0].is_successor is True
    members = queries.list_members(session, queries.subtree([b.id], now), now)
    assert {m.user_id: m.posts for m in members}[one.id] == "检验员"
    assert queries.count_members(session, queries.subtree([a.id], now - DAY), now - DAY) == 2


def test_a_member_of_both_units_is_a_member_once(session: Session, now) -> None:
    a, b = make_unit(session, now, name="甲"), make_unit(session, now, name="乙")
    person = make_user(session, now)
    make_membership(session, now, person, a, staff_no="1")
    make_membership(session, now, person, b, staff_no="2")

    services.merge_units(session, None, [a.id], successor_id=b.id, now=now)

    assert [m.staff_no for m in queries.list_memberships(session, person.id, now)] == ["2"]


def test_units_are_not_merged_into_what_is_below_them_or_of_another_kind(
    session: Session, now
) -> None:
    top = make_unit(session, now, name="上")
    below = make_unit(session, now, name="下", parent=top)
    part = make_unit(session, now, kind="department", name="部", parent=top)

    for predecessors, successor, code in (
        ([top.id], below.id, "unit_cycle"),
        ([top.id], top.id, "unit_cycle"),
        ([part.id], top.id, "unit_kinds_differ"),
    ):
        with pytest.raises(Conflict, match=code):
            services.merge_units(session, None, predecessors, successor_id=successor, now=now)


def test_several_units_are_merged_at_once_even_when_one_is_below_another(
    session: Session, now
) -> None:
    a = make_unit(session, now, name="甲")
    b = make_unit(session, now, name="乙", parent=a)
    c = make_unit(session, now, name="丙")

    services.merge_units(
        session, None, [a.id, b.id], successor_id=c.id, now=now, effective_at=now - DAY
    )

    assert queries.list_children(session, c.id, now) == []
    assert queries.get_unit(session, b.id, now).closed_at == now - DAY


def test_a_split_unit_shares_out_its_parts_and_people(session: Session, now) -> None:
    firm = make_unit(session, now, name="厂")
    part = make_unit(session, now, kind="department", name="生产部", parent=firm)
    first = make_unit(session, now, kind="department", name="一班", parent=part)
    second = make_unit(session, now, kind="department", name="二班", parent=part)
    people = [make_user(session, now) for _ in range(3)]
    make_membership(session, now, people[0], part, organisation=firm, staff_no="1")
    make_membership(session, now, people[1], part, organisation=firm, staff_no="2")
    make_membership(session, now, people[2], second, organisation=firm, staff_no="3")

    one, two = services.split_unit(
        session,
        None,
        part.id,
        parts=[
            SplitPart(UnitDraft(UnitKind.DEPARTMENT, "生产一部")),
            SplitPart(
                UnitDraft(UnitKind.DEPARTMENT, "生产二部"),
                child_ids=frozenset({second.id}),
                user_ids=frozenset({people[1].id}),
            ),
        ],
        now=now,
    )

    names = [[u.name for u in queries.list_path(session, unit.id, now)] for unit in (first, second)]
    assert names == [["厂", "生产一部", "一班"], ["厂", "生产二部", "二班"]]
    places = [queries.list_memberships(session, person.id, now)[0] for person in people]
    assert [m.unit_id for m in places] == [one.id, two.id, second.id]
    assert [m.staff_no for m in places] == ["1", "2", "3"]
    assert {m.organisation_id for m in places} == {firm.id}
    assert queries.get_unit(session, part.id, now).is_open is False
    assert {s.other_name for s in queries.list_successions(session, part.id, now)} == {
        "生产一部",
        "生产二部",
    }


def test_a_split_organisation_gives_its_people_new_organisations(session: Session, now) -> None:
    firm = make_unit(session, now, kind="institute", name="院")
    part = make_unit(session, now, kind="department", name="部", parent=firm)
    people = [make_user(session, now) for _ in range(2)]
    make_membership(session, now, people[0], firm)
    make_membership(session, now, people[1], part, organisation=firm)

    one, two = services.split_unit(
        session,
        None,
        firm.id,
        parts=[
            SplitPart(UnitDraft(UnitKind.INSTITUTE, "院")),
            SplitPart(UnitDraft(UnitKind.INSTITUTE, "新院"), child_ids=frozenset({part.id})),
        ],
        now=now,
    )

    found = [queries.organisation_of(session, person.id, now) for person in people]
    assert [view.id for view in found if view] == [one.id, two.id]


def test_a_split_with_problems_names_the_part(session: Session, now) -> None:
    firm = make_unit(session, now, name="厂")
    draft = UnitDraft(UnitKind.ENTERPRISE, "新厂", uscc="91110000600037341L")

    with pytest.raises(Invalid) as caught:
        services.split_unit(
            session, None, firm.id, parts=[SplitPart(draft), SplitPart(draft)], now=now
        )
    with pytest.raises(Invalid) as alone:
        services.split_unit(session, None, firm.id, parts=[SplitPart(draft)], now=now)

    assert [(p.place, p.code) for p in caught.value.problems] == [
        ("parts-1-name", "name_taken"),
        ("parts-1-uscc", "uscc_taken"),
    ]
    assert [p.code for p in alone.value.problems] == ["too_few_parts"]
