"""Memberships, posts and roles: several at once, dated, one staff number a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role, ScopeKind
from learning.organisations import queries, services
from learning.organisations.models import PostHolding, Unit
from tests.factories.people import grant_role, make_membership, make_unit, make_user

DAY = timedelta(days=1)


def test_a_person_has_several_places_each_with_its_dates(session: Session, now) -> None:
    person, a, b = make_user(session, now), make_unit(session, now), make_unit(session, now)

    first = services.add_membership(
        session,
        None,
        person.id,
        unit_id=a.id,
        staff_no="００１",
        now=now,
        effective_at=now - 9 * DAY,
    )
    services.add_membership(
        session, None, person.id, unit_id=b.id, now=now, effective_at=now - 3 * DAY
    )
    services.end_membership(session, None, first.id, now=now, effective_at=now - DAY)

    def units(at) -> list[int]:
        return [m.unit_id for m in queries.list_memberships(session, person.id, at)]

    assert units(now - 10 * DAY) == []
    assert units(now - 5 * DAY) == [a.id]
    assert units(now - 2 * DAY) == [a.id, b.id]
    assert units(now) == [b.id]
    assert first.staff_no == "001"
    organisation = queries.organisation_of(session, person.id, now - 2 * DAY)
    assert organisation is not None
    assert organisation.id == a.id


def test_a_staff_number_is_one_persons_within_the_organisation(session: Session, now) -> None:
    firm = make_unit(session, now)
    part = make_unit(session, now, kind="department", parent=firm)
    one, two = make_user(session, now), make_user(session, now)
    services.add_membership(session, None, one.id, unit_id=firm.id, staff_no="a1", now=now)

    with pytest.raises(Conflict, match="staff_no_taken"):
        services.add_membership(session, None, two.id, unit_id=part.id, staff_no="A1", now=now)
    with pytest.raises(Conflict, match="already_member"):
        services.add_membership(session, None, one.id, unit_id=firm.id, now=now)
    with pytest.raises(Invalid):
        services.add_membership(session, None, two.id, unit_id=part.id, staff_no="1" * 41, now=now)


def test_a_post_is_held_in_a_unit_of_its_organisation(session: Session, now) -> None:
    firm, other = make_unit(session, now), make_unit(session, now)
    person = make_user(session, now)
    membership = services.add_membership(session, None, person.id, unit_id=firm.id, now=now - DAY)
    post = services.create_post(session, None, firm.id, name=" 内审员 ", now=now - DAY)
    services.assign_post(session, None, person.id, post_id=post.id, unit_id=firm.id, now=now - DAY)

    with pytest.raises(Conflict, match="already_holds"):
        services.assign_post(session, None, person.id, post_id=post.id, unit_id=firm.id, now=now)
    with pytest.raises(Conflict, match="post_of_other_organisation"):
        services.assign_post(session, None, person.id, post_id=post.id, unit_id=other.id, now=now)
    with pytest.raises(Invalid):
        services.create_post(session, None, firm.id, name="内审员", now=now)
    with pytest.raises(Invalid):
        services.create_post(session, None, firm.id, name=" ", now=now)
    services.end_membership(session, None, membership.id, now=now)
    holding = session.scalars(select(PostHolding)).one()
    assert (holding.valid_from, holding.valid_to) == (now - DAY, now)
    with pytest.raises(NotFound):
        services.end_post_holding(session, None, holding.id, now=now)
    with pytest.raises(NotFound):
        services.end_membership(session, None, membership.id, now=now)


def test_a_post_holding_ends_on_its_date(session: Session, now) -> None:
    firm, person = make_unit(session, now), make_user(session, now)
    make_membership(session, now, person, firm)
    post = services.create_post(session, None, firm.id, name="内审员", now=now - DAY)
    holding = services.assign_post(
        session, None, person.id, post_id=post.id, unit_id=firm.id, now=now - DAY
    )

    with pytest.raises(Conflict):
        services.end_post_holding(session, None, holding.id, now=now, effective_at=now - 2 * DAY)
    services.end_post_holding(session, None, holding.id, now=now)

    here = select(Unit.id).where(Unit.id == firm.id)
    assert queries.list_members(session, here, now)[0].posts == ""
    assert queries.list_members(session, here, now - DAY)[0].posts == "内审员"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ScopeKind.UNIT, "x"),
        (ScopeKind.UNIT, "999999999"),
        (ScopeKind.REGION, "7"),
        (ScopeKind.INDUSTRY, "36"),
    ],
)
def test_a_role_needs_a_scope_that_exists(
    session: Session, now, kind: ScopeKind, value: str
) -> None:
    person = make_user(session, now)

    with pytest.raises(Invalid):
        services.grant_role(
            session, None, person.id, role=Role.AUTHOR, scope_kind=kind, scope_value=value, now=now
        )


def test_the_same_role_is_granted_once(session: Session, now) -> None:
    person = make_user(session, now)
    grant = {"role": Role.HR_MANAGER, "scope_kind": ScopeKind.REGION, "scope_value": "370000"}

    first = services.grant_role(session, None, person.id, **grant, now=now)
    second = services.grant_role(session, None, person.id, **grant, now=now)

    assert (second.id, second.scope_value) == (first.id, "37")
    services.revoke_role(session, None, first.id, now=now)
    with pytest.raises(NotFound):
        services.revoke_role(session, None, first.id, now=now)


def test_members_are_listed_by_pinyin_searched_and_paged(session: Session, now) -> None:
    firm = make_unit(session, now)
    here = select(Unit.id).where(Unit.id == firm.id)
    for number, (name, key) in enumerate(
        [("张伟", "zhang wei"), ("李娜", "li na"), ("王_芳", "wang fang")]
    ):
        person = make_user(session, now, name)
        person.sort_key = key
        make_membership(session, now, person, firm, staff_no=f"A{number}")

    def names(search: str = "", **page: int) -> list[str]:
        return [m.name for m in queries.list_members(session, here, now, search=search, **page)]

    assert names() == ["李娜", "王_芳", "张伟"]
    assert names(offset=1, limit=1) == ["王_芳"]
    assert names("wang") == names("_") == names("a2") == names("王") == ["王_芳"]
    assert names("%") == []
    assert queries.count_members(session, here, now) == 3
    assert queries.count_members(session, here, now, search="zhang") == 1


def test_only_people_that_were_nowhere_else_are_ours_to_open(session: Session, now) -> None:
    ours, theirs, gone, merged = (make_unit(session, now) for _ in range(4))
    people = {
        key: make_user(session, now)
        for key in ("mine", "shared", "former", "orphan", "taken_over", "operator", "hr", "nobody")
    }
    for key, person in people.items():
        if key != "nobody":
            make_membership(session, now, person, merged if key == "taken_over" else ours)
    make_membership(session, now, people["shared"], theirs)
    for key, unit in (("former", theirs), ("orphan", gone)):
        row = make_membership(session, now, people[key], unit)
        services.end_membership(session, None, row.id, now=now)
    services.close_unit(session, None, gone.id, now=now)
    services.merge_units(session, None, [merged.id], successor_id=ours.id, now=now)
    grant_role(session, now, people["operator"], Role.OPERATOR)
    grant_role(session, now, people["hr"], Role.HR_MANAGER, ours)

    condition = queries.is_only_theirs(
        select(Unit.id).where(Unit.id == ours.id), queries.subtree([ours.id], now), now
    )
    found = set(session.scalars(select(User.id).where(condition)))

    assert {key for key, person in people.items() if person.id in found} == {
        "mine",
        "taken_over",
        "hr",
    }


def test_a_member_is_found_by_public_id_only_within_the_units(session: Session, now) -> None:
    firm, other = make_unit(session, now), make_unit(session, now)
    person = make_user(session, now)
    make_membership(session, now, person, firm)

    member = queries.get_member(
        session, select(Unit.id).where(Unit.id == firm.id), person.public_id, now
    )

    assert member.user_id == person.id
    with pytest.raises(NotFound):
        queries.get_member(
            session, select(Unit.id).where(Unit.id == other.id), person.public_id, now
        )
