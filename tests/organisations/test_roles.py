"""HR appoints who leads and who trains; an operator gives every role; nobody either to themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import RoleAssignment
from learning.organisations.services.roles import appoint, dismiss
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)
from tests.organisations.web import Browser, present

HOUR = timedelta(hours=1)


class Plant:
    """A firm with a shop, its HR, an operator and a worker of the shop."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.firm = make_unit(session, now, kind="enterprise", name="示例企业")
        self.shop = make_unit(session, now, kind="department", name="一车间", parent=self.firm)
        self.hr_user = make_user(session, now, "人事")
        make_membership(session, now, self.hr_user, self.firm)
        grant_role(session, now, self.hr_user, Role.HR_MANAGER, self.firm)
        self.hr = make_actor(self.hr_user, unit_grant(Role.HR_MANAGER, self.firm))
        self.operator_user = make_user(session, now, "运维")
        grant_role(session, now, self.operator_user, Role.OPERATOR)
        self.worker = make_user(session, now, "王班长")
        make_membership(session, now, self.worker, self.shop, organisation=self.firm)

    def appoint(self, actor, role="manager", scope="", unit=None, person=None, at=None) -> None:
        appoint(
            self.session,
            actor,
            (unit or self.shop).public_id,
            (person or self.worker).public_id,
            raw_role=role,
            raw_scope=scope,
            now=at or self.now,
        )

    def dismiss(self, actor, role, scope) -> None:
        dismiss(
            self.session,
            actor,
            self.shop.public_id,
            self.worker.public_id,
            raw_role=role,
            raw_scope=scope,
            now=self.now + HOUR,
        )

    @property
    def held(self) -> list[tuple[str, str, str]]:
        rows = self.session.scalars(
            select(RoleAssignment).where(
                RoleAssignment.user_id == self.worker.id, RoleAssignment.valid_to.is_(None)
            )
        )
        return [(row.role, row.scope_kind, row.scope_value) for row in rows]


@pytest.fixture
def plant(session, now) -> Plant:
    return Plant(session, now)


@pytest.fixture
def operator(plant):
    return make_actor(plant.operator_user, Grant(Role.OPERATOR, ScopeKind.PLATFORM, ""))


class TestByHR:
    def test_who_leads_a_team_is_appointed_for_it_and_dismissed(self, plant) -> None:
        plant.appoint(plant.hr)
        plant.appoint(plant.hr)  # a second time changes nothing

        assert plant.held == [("manager", "unit", str(plant.shop.id))]
        plant.dismiss(plant.hr, "manager", f"unit:{plant.shop.public_id}")
        assert plant.held == []
        acts = plant.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-2:] == ["role.granted", "role.revoked"]

    @pytest.mark.parametrize("role", [role.value for role in Role])
    def test_no_other_role_is_hers_to_give(self, plant, role) -> None:
        if role in {"manager", "trainer"}:
            plant.appoint(plant.hr, role)
            assert plant.held
            return
        with pytest.raises(NotFound):
            plant.appoint(plant.hr, role)
        assert plant.held == []

    def test_nor_to_end(self, plant, operator) -> None:
        plant.appoint(operator, "examiner")

        with pytest.raises(NotFound):
            plant.dismiss(plant.hr, "examiner", f"unit:{plant.shop.public_id}")

    def test_nothing_reaches_beyond_her_enterprise(self, plant) -> None:
        other = make_unit(plant.session, plant.now, kind="enterprise", name="别的企业")
        stranger = make_user(plant.session, plant.now, "外人")
        make_membership(plant.session, plant.now, stranger, other)

        for unit, person in ((other, stranger), (plant.shop, stranger)):
            with pytest.raises(NotFound):
                plant.appoint(plant.hr, unit=unit, person=person)
        with pytest.raises(NotFound):
            plant.appoint(plant.hr, scope="platform")

    def test_nobody_appoints_themselves(self, plant) -> None:
        with pytest.raises(Conflict, match="own_role"):
            plant.appoint(plant.hr, unit=plant.firm, person=plant.hr_user)

    def test_what_is_no_role_and_who_is_closed_are_refused(self, plant) -> None:
        with pytest.raises(Invalid):
            plant.appoint(plant.hr, role="king")
        plant.worker.disabled_at = plant.now
        plant.session.flush()
        with pytest.raises(Conflict, match="user_disabled"):
            plant.appoint(plant.hr)


class TestByAnOperator:
    def test_any_role_is_given_for_a_unit_or_everywhere(self, plant, operator) -> None:
        plant.appoint(operator, "hr_manager", unit=plant.firm)
        plant.appoint(operator, "examiner", scope="platform")

        assert plant.held == [
            ("hr_manager", "unit", str(plant.firm.id)),
            ("examiner", "platform", ""),
        ]
        plant.dismiss(operator, "examiner", "platform:")
        assert [row[0] for row in plant.held] == ["hr_manager"]

    def test_an_operator_of_one_unit_gives_no_role_that_may_reach_beyond_it(self, plant) -> None:
        local = make_actor(plant.operator_user, unit_grant(Role.OPERATOR, plant.firm))

        for role in ("item_manager", "auditor", "operator"):
            with pytest.raises(NotFound):
                plant.appoint(local, role)
        plant.appoint(local, "manager")
        assert [row[0] for row in plant.held] == ["manager"]


class TestPages:
    def test_the_page_of_a_person_lists_gives_and_ends(self, client, database) -> None:
        with database.transaction() as session:
            plant = Plant(session, present())
            hr, shop, worker = plant.hr_user, plant.shop.public_id, plant.worker
        desk = Browser(client, database, hr)
        path = f"/units/{shop}/people/{worker.public_id}"

        before = desk.page(path)
        reply = desk.post(f"{path}/roles", {"role": "manager"})
        after = desk.page(path)
        leader = Browser(client.application.test_client(), database, worker)

        assert "班组长" in before
        assert "考务（" not in before  # not hers to give
        assert reply.status_code == 303
        assert "一车间及下属单位" in after
        assert leader.get("/staff/team").status_code == 200
        desk.post(f"{path}/roles/end", {"role": "manager", "scope": f"unit:{shop}"})
        assert leader.get("/staff/team").status_code == 403

    def test_the_own_page_gives_nothing(self, client, database) -> None:
        with database.transaction() as session:
            plant = Plant(session, present())
            hr, firm = plant.hr_user, plant.firm.public_id
        desk = Browser(client, database, hr)
        path = f"/units/{firm}/people/{hr.public_id}"

        page = desk.page(path)

        assert "人力资源（" in page
        assert f"{path}/roles" not in page
        assert desk.post(f"{path}/roles", {"role": "trainer"}).status_code == 409
