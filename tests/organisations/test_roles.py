"""HR appoints who leads and who trains; an operator gives every role; nobody either to themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.rules import LoginNameKind
from learning.accounts.services.people import add_login_name
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import RoleAssignment
from learning.organisations.queries.roles import count_holders, list_holders
from learning.organisations.services.roles import (
    appoint,
    appoint_by_login,
    dismiss,
    dismiss_anywhere,
)
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


class TestByLogin:
    """An association's people often belong to no unit: an operator names them by how they log in."""

    def give(self, plant, actor, login, role="association_manager", kind="platform", scope=""):
        return appoint_by_login(
            plant.session,
            actor,
            raw_login=login,
            raw_role=role,
            scope_kind=ScopeKind(kind),
            raw_scope=scope,
            now=plant.now,
        )

    @pytest.fixture
    def outsider(self, plant):
        user = make_user(plant.session, plant.now, "秘书长")
        add_login_name(
            plant.session, user, kind=LoginNameKind.PHONE, raw="13912345678", now=plant.now
        )
        return user

    @pytest.mark.parametrize(
        ("kind", "typed", "stored"),
        [
            ("platform", "", ""),
            ("region", "370000", "37"),
            ("region", "3702", "3702"),
            ("industry", "c36", "C36"),
        ],
    )
    def test_who_belongs_to_no_unit_gets_a_role_for_a_part_or_all(
        self, plant, operator, outsider, kind, typed, stored
    ) -> None:
        name = self.give(plant, operator, "139 1234 5678", kind=kind, scope=typed)

        held = list_holders(
            plant.session,
            plant.now,
            search="秘书",
            role=Role.ASSOCIATION_MANAGER,
            offset=0,
            limit=9,
        )
        assert name == "秘书长"
        assert [(one.user_id, one.held.kind.value, one.held.place) for one in held] == [
            (outsider.id, kind, stored)
        ]
        dismiss_anywhere(
            plant.session,
            operator,
            raw_person_id=outsider.public_id,
            raw_role="association_manager",
            raw_scope=held[0].held.scope,
            now=plant.now,
        )
        assert count_holders(plant.session, plant.now, search="秘书", role=None) == 0

    def test_a_unit_is_named_by_its_name(self, plant, operator, outsider) -> None:
        self.give(plant, operator, "13912345678", kind="unit", scope="示例企业/一车间")

        held = list_holders(plant.session, plant.now, search="", role=None, offset=0, limit=1)
        assert held[0].held.scope == f"unit:{plant.shop.public_id}"
        assert held[0].held.place == "一车间"

    @pytest.mark.parametrize(
        ("login", "kind", "scope", "expected"),
        [
            ("13900000000", "platform", "", [("login", "nobody")]),
            ("13912345678", "unit", "没有的企业", [("scope", "unknown_unit")]),
            ("13912345678", "unit", "", [("scope", "unknown_unit")]),
            ("13912345678", "region", "山东", [("scope", "bad_region")]),
            ("13912345678", "industry", "37", [("scope", "bad_industry")]),
            ("nobody", "region", "", [("login", "nobody"), ("scope", "bad_region")]),
        ],
    )
    def test_what_is_typed_wrong_is_said_and_nothing_given(
        self, plant, operator, outsider, login, kind, scope, expected
    ) -> None:
        before = count_holders(plant.session, plant.now, search="", role=None)

        with pytest.raises(Invalid) as caught:
            self.give(plant, operator, login, kind=kind, scope=scope)

        assert [(one.place, one.code) for one in caught.value.problems] == expected
        assert count_holders(plant.session, plant.now, search="", role=None) == before

    def test_a_unit_of_a_common_name_has_to_be_told_apart(self, plant, operator, outsider) -> None:
        other = make_unit(plant.session, plant.now, kind="enterprise", name="别的企业")
        make_unit(plant.session, plant.now, kind="department", name="一车间", parent=other)

        with pytest.raises(Invalid) as caught:
            self.give(plant, operator, "13912345678", kind="unit", scope="一车间")

        assert [one.code for one in caught.value.problems] == ["ambiguous_unit"]

    def test_an_operator_of_one_unit_gives_and_ends_nothing_so(
        self, plant, operator, outsider
    ) -> None:
        local = make_actor(plant.operator_user, unit_grant(Role.OPERATOR, plant.firm))
        self.give(plant, operator, "13912345678")

        with pytest.raises(NotFound):
            self.give(plant, local, "13912345678", role="manager", kind="unit", scope="示例企业")
        with pytest.raises(NotFound):
            dismiss_anywhere(
                plant.session,
                local,
                raw_person_id=outsider.public_id,
                raw_role="association_manager",
                raw_scope="platform:",
                now=plant.now,
            )

    def test_nobody_does_either_to_themselves(self, plant, operator) -> None:
        add_login_name(
            plant.session,
            plant.operator_user,
            kind=LoginNameKind.PHONE,
            raw="13800001111",
            now=plant.now,
        )

        with pytest.raises(Conflict, match="own_role"):
            self.give(plant, operator, "13800001111")
        with pytest.raises(Conflict, match="own_role"):
            dismiss_anywhere(
                plant.session,
                operator,
                raw_person_id=plant.operator_user.public_id,
                raw_role="operator",
                raw_scope="platform:",
                now=plant.now,
            )


class TestPages:
    def test_the_page_of_roles_gives_by_log_in_name_and_ends(self, client, database) -> None:
        with database.transaction() as session:
            plant = Plant(session, present())
            make_unit(session, present(), kind="association", name="省质协", region="370000")
            person = make_user(session, present(), "秘书长")
            add_login_name(
                session, person, kind=LoginNameKind.EMAIL, raw="sec@example.com", now=present()
            )
            operator, hr = plant.operator_user, plant.hr_user
        desk = Browser(client, database, operator)
        given = {"login": "sec@example.com", "role": "association_manager", "scope_kind": "region"}

        refused = desk.post("/units/roles", given)
        reply = desk.post("/units/roles", {**given, "scope": "37"})
        after = desk.page("/units/roles", q="秘书", role="association_manager")
        secretary = Browser(client.application.test_client(), database, person)

        assert "/units/roles" in desk.page("/units")
        assert refused.status_code == 400
        assert "填行政区划代码" in refused.get_data(as_text=True)
        assert reply.status_code == 303
        assert "地区代码 37" in after
        assert secretary.get("/competitions/new").status_code == 200
        ended = {"person": person.public_id, "role": "association_manager", "scope": "region:37"}
        assert desk.post("/units/roles/end", ended).status_code == 303
        assert secretary.get("/competitions/new").status_code == 403
        assert Browser(client, database, hr).get("/units/roles").status_code == 403

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
