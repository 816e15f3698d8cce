"""Grants reach by platform, unit, region and industry; foreign units look like missing ones."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Grant, Permission, Role, ScopeKind
from learning.organisations import queries, services
from learning.organisations.models import Unit
from tests.factories.people import make_actor, make_unit, make_user

READ = Permission.ORG_PEOPLE_READ


class Network:
    """A group in Beijing with a branch in Qingdao, and an association of Shandong with members."""

    def __init__(self, session: Session, now) -> None:
        def unit(name: str, kind: str = "enterprise", **more) -> Unit:
            return make_unit(session, now, name=name, kind=kind, **more)

        self.group = unit("集团", region="110000", industry="C36")
        self.office = unit("总部部门", "department", parent=self.group)
        self.branch = unit("青岛分公司", parent=self.group, region="370200", industry="C3670")
        self.workshop = unit("车间", "department", parent=self.branch)
        self.works = unit("无代码工厂", parent=self.branch)
        self.far = unit("广州分公司", parent=self.branch, region="440100", industry="G54")
        self.other = unit("外部企业", region="371000", industry="I65")
        self.all = [
            self.group, self.office, self.branch, self.workshop, self.works, self.far, self.other,
        ]  # fmt: skip


def reached(session: Session, now, *grants: Grant) -> set[str]:
    actor = make_actor(make_user(session, now), *grants)
    reach = queries.units_in_reach(session, actor, READ, now)
    return {unit.name for unit in queries.list_units(session, reach, now)}


def hr(kind: ScopeKind, value: str) -> Grant:
    return Grant(Role.HR_MANAGER, kind, value)


def test_the_platform_reaches_all_open_units(session: Session, now) -> None:
    network = Network(session, now)
    services.close_unit(session, None, network.other.id, now=now)

    found = reached(session, now, hr(ScopeKind.PLATFORM, ""))

    assert {"集团", "广州分公司"} <= found
    assert "外部企业" not in found


def test_a_unit_grant_reaches_its_subtree(session: Session, now) -> None:
    network = Network(session, now)

    found = reached(session, now, hr(ScopeKind.UNIT, str(network.branch.id)))

    assert found == {"青岛分公司", "车间", "无代码工厂", "广州分公司"}


@pytest.mark.parametrize("code", ["37", "370000"])
def test_a_region_reaches_its_units_and_what_below_them_names_no_other(
    session: Session, now, code: str
) -> None:
    Network(session, now)

    found = reached(session, now, hr(ScopeKind.REGION, code))

    assert found == {"青岛分公司", "车间", "无代码工厂", "外部企业"}


def test_an_industry_reaches_by_prefix(session: Session, now) -> None:
    Network(session, now)

    assert reached(session, now, hr(ScopeKind.INDUSTRY, "C367")) == {
        "青岛分公司",
        "车间",
        "无代码工厂",
    }
    assert reached(session, now, hr(ScopeKind.INDUSTRY, "I")) == {"外部企业"}


def test_several_grants_add_up(session: Session, now) -> None:
    network = Network(session, now)

    found = reached(
        session, now, hr(ScopeKind.REGION, "44"), hr(ScopeKind.UNIT, str(network.office.id))
    )

    assert found == {"广州分公司", "总部部门"}


@pytest.mark.parametrize(
    "grant",
    [
        hr(ScopeKind.REGION, ""),
        hr(ScopeKind.REGION, "3"),
        hr(ScopeKind.REGION, "%"),
        hr(ScopeKind.INDUSTRY, ""),
        hr(ScopeKind.INDUSTRY, "c"),
        hr(ScopeKind.UNIT, ""),
        hr(ScopeKind.UNIT, "x"),
        hr(ScopeKind.UNIT, "9" * 30),
        hr(ScopeKind.UNIT, "²"),
        Grant(Role.AUTHOR, ScopeKind.PLATFORM, ""),
    ],
)
def test_a_grant_without_meaning_reaches_nothing(session: Session, now, grant: Grant) -> None:
    Network(session, now)

    assert reached(session, now, grant) == set()


def test_a_foreign_unit_looks_like_a_missing_one(session: Session, now) -> None:
    network = Network(session, now)
    actor = make_actor(make_user(session, now), hr(ScopeKind.UNIT, str(network.branch.id)))

    def refusal(public_id: str) -> tuple[str, dict[str, object]]:
        with pytest.raises(NotFound) as caught:
            queries.get_unit_in_reach(session, actor, READ, public_id, now)
        return caught.value.code, caught.value.data

    assert refusal(network.group.public_id) == refusal("0" * 26) == refusal("' OR 1=1 --")
    own = queries.get_unit_in_reach(session, actor, READ, network.branch.public_id, now)
    assert own.name == "青岛分公司"


def test_reach_follows_moves(session: Session, now) -> None:
    network = Network(session, now)
    services.move_unit(session, None, network.workshop.id, parent_id=network.other.id, now=now)

    assert "车间" not in reached(session, now, hr(ScopeKind.UNIT, str(network.branch.id)))
    assert "车间" in reached(
        session, now - timedelta(days=1), hr(ScopeKind.UNIT, str(network.branch.id))
    )


def test_list_grants_gives_what_holds_now(session: Session, now) -> None:
    user = make_user(session, now)
    unit = make_unit(session, now)
    row = services.grant_role(
        session, None, user.id, role=Role.HR_MANAGER, scope_kind=ScopeKind.UNIT,
        scope_value=str(unit.id), now=now - timedelta(days=2),
    )  # fmt: skip
    services.revoke_role(session, None, row.id, now=now)

    assert queries.list_grants(session, user.id, now) == ()
    assert queries.list_grants(session, user.id, now - timedelta(days=1)) == (
        Grant(Role.HR_MANAGER, ScopeKind.UNIT, str(unit.id)),
    )
