"""Pages of joining for HR and the operator; finding one's unit; what is somebody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import JoinRequest, Membership, Unit, UnitRequest
from tests.factories.people import make_membership, make_unit, make_user
from tests.organisations.joiners import Place
from tests.organisations.web import make_browser, present

USCC = "91110000600037341L"


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def count(database: Database, table) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_somebody_elses_is_like_missing(client, database, place) -> None:
    me = make_browser(client, database)
    me.post(f"/join/{place.code}", {"staff_no": ""})
    with database.transaction() as session:
        request = session.scalars(select(JoinRequest.public_id)).one()
        stranger = make_unit(session, present(), name="别家")
    other = make_browser(client.application.test_client(), database, Role.HR_MANAGER, stranger)
    nothing = "z" * 26

    for path in (
        f"/joining/{request}/withdraw",
        f"/units/{place.firm.public_id}/join-codes",
        f"/units/{place.firm.public_id}/join-codes/{place.code_id}/revoke",
        f"/units/{stranger.public_id}/join-codes/{place.code_id}/revoke",
    ):
        foreign, missing = other.post(path), other.post(path.replace(request, nothing))
        assert foreign.status_code == missing.status_code == 404, path
    assert other.post("/units/join-requests/confirm", {"person": request}).status_code == 404
    assert other.get("/units/join-requests", unit=place.firm.public_id).status_code == 404
    assert other.get(f"/units/{place.firm.public_id}/join-codes").status_code == 404
    assert other.get("/units/requests").status_code == 403
    assert me.get("/units/join-requests").status_code == 403
    assert "王" not in other.page("/units/join-requests")


def test_hr_makes_prints_and_ends_a_code(client, database, place) -> None:
    hr = make_browser(client, database, Role.HR_MANAGER, place.firm)
    path = f"/units/{place.firm.public_id}/join-codes"
    day = (present() + timedelta(days=7)).date().isoformat()

    made = hr.post(path, {"valid_on": day, "max_uses": "30"})

    assert made.status_code == 303
    poster = hr.page(made.headers["Location"])
    assert "<svg" in poster
    assert 'style="' not in poster
    assert "示例企业" in poster
    assert hr.post(path, {"valid_on": "2020-01-01", "max_uses": "0"}).status_code == 400
    assert hr.post(path, {"valid_on": "x", "max_uses": "9" * 400}).status_code == 400
    assert hr.post(path, {"valid_on": "9999-12-31", "max_uses": "1"}).status_code == 400
    code_id = made.headers["Location"].split("/")[-2]
    assert hr.post(f"{path}/{code_id}/revoke").status_code == 303
    assert hr.get(made.headers["Location"]).status_code == 404
    assert "已停用" in hr.page(path)


def test_hr_confirms_all_or_nobody(client, database, place) -> None:
    with database.transaction() as session:
        make_membership(session, present(), make_user(session, present()), place.firm, staff_no="1")
    for number in ("1", "2"):
        one = make_browser(client.application.test_client(), database)
        one.post(f"/join/{place.code}", {"staff_no": number})
    hr = make_browser(client, database, Role.HR_MANAGER, place.firm)
    with database.session(write=False) as session:
        taken, free = session.scalars(
            select(JoinRequest.public_id).order_by(JoinRequest.staff_no)
        ).all()

    refused = hr.post("/units/join-requests/confirm", {"person": [taken, free]})

    text = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert "管理员：工号已属于另一名成员" in text
    assert text.count(" checked") == 2
    assert count(database, Membership) == 1
    assert hr.post("/units/join-requests/confirm", {"person": [free]}).status_code == 303
    assert count(database, Membership) == 2
    assert hr.post("/units/join-requests/confirm").status_code == 400
    assert hr.post("/units/join-requests/refuse", {"person": [taken]}).status_code == 400
    refusal = {"person": [taken], "reason": "工号不对"}
    assert hr.post("/units/join-requests/refuse", refusal).status_code == 303
    assert "没有待确认人员" in hr.page("/units/join-requests")


def test_waiting_people_are_paged(client, database, place) -> None:
    with database.transaction() as session:
        for number in range(60):
            session.add(
                JoinRequest(
                    public_id=f"{number:026d}",
                    unit_id=place.part.id,
                    user_id=make_user(session, present(), f"员工{number}").id,
                    state="pending",
                    requested_at=present(),
                )
            )
    hr = make_browser(client, database, Role.HR_MANAGER, place.firm)

    assert hr.page("/units/join-requests").count('name="person"') == 50
    assert hr.page("/units/join-requests", page="2").count('name="person"') == 10
    assert hr.get("/units/join-requests", page="-1").status_code == 400


def test_a_unit_is_picked_with_its_department(client, database, place) -> None:
    me = make_browser(client, database)

    assert "示例企业" in me.page("/units/pick", q="slqy")
    assert "生产部" in me.page(f"/units/pick/{place.firm.public_id}")
    assert me.get(f"/units/pick/{place.part.public_id}").status_code == 404
    asked = me.post(
        f"/units/pick/{place.firm.public_id}", {"unit": place.part.public_id, "staff_no": ""}
    )
    assert asked.status_code == 303
    with database.transaction() as session:
        other = make_unit(session, present(), name="别家")
        assert session.scalars(select(JoinRequest.unit_id)).one() == place.part.id
    foreign = {"unit": other.public_id, "staff_no": ""}
    assert me.post(f"/units/pick/{place.firm.public_id}", foreign).status_code == 400


def test_a_missing_unit_goes_to_the_operator_and_back(client, database, place) -> None:
    me = make_browser(client, database)
    wish = {"name": "<b>新</b>企业", "uscc": USCC, "province": "370000", "note": "质量部"}

    assert me.post("/joining/missing", {**wish, "uscc": "1"}).status_code == 400
    assert me.post("/joining/missing", wish).status_code == 303
    assert "等待核实" in me.page("/joining")
    operator = make_browser(client.application.test_client(), database, Role.OPERATOR)
    assert "&lt;b&gt;新" in operator.page("/units/requests")
    with database.session(write=False) as session:
        asked = session.scalars(select(UnitRequest.public_id)).one()
    path = f"/units/requests/{asked}"
    assert "山东省" in operator.page(path)
    assert operator.post(f"{path}/existing", {"target": "没有的"}).status_code == 400
    assert operator.post(f"{path}/refuse", {"reason": ""}).status_code == 400
    unit = {"kind": "enterprise", "name": "新企业", "uscc": USCC, "region": "370000"}
    assert operator.post(f"{path}/create", {**unit, "uscc": "1"}).status_code == 400
    assert operator.post(f"{path}/create", unit).status_code == 303
    assert operator.post(f"{path}/create", unit).status_code == 303
    assert "登记为：新企业" in me.page("/joining")
    with database.session(write=False) as session:
        made = session.scalars(select(Unit).where(Unit.uscc == USCC)).one()
        assert session.scalars(select(JoinRequest.unit_id)).one() == made.id
    assert "管理员" in operator.page("/units/join-requests", who="unattended")
    again = me.post("/joining/missing", wish)
    assert again.headers["Location"].startswith("/units/pick?q=")
