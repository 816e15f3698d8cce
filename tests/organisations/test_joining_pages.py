"""Pages of joining: strangers, people with an account, HR, the operator; codes that open nothing."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from learning.accounts.models import LoginFailure, LoginName, User
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import JoinCode, JoinRequest, Membership, Unit, UnitRequest
from learning.organisations.queries import get_unit
from learning.organisations.services.joining import create_join_code
from tests.accounts.people import csrf_of
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.organisations.web import Browser, make_browser, present

PASSWORD = "质量 is no accident"
USCC = "91110000600037341L"
HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "𠮷野·买买提",
    "x" * 10_000,
    "' OR 1=1 --",
    "%00",
]


class Place:
    """An enterprise, its department, and an open code for the department."""

    def __init__(self, database: Database) -> None:
        now = present()
        with database.transaction() as session:
            self.firm = make_unit(session, now, name="示例企业", code="SL")
            self.part = make_unit(session, now, kind="department", name="生产部", parent=self.firm)
            maker = make_actor(make_user(session, now))
            self.code_id = create_join_code(
                session,
                maker,
                get_unit(session, self.part.id, now),
                valid_until=now + timedelta(days=1),
                max_uses=20,
                now=now,
            )
            self.code = session.scalars(select(JoinCode.code)).one()


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def registration(**changes: str) -> dict[str, str]:
    return {
        "display_name": "王小明",
        "kind": "phone",
        "login_name": "13800000001",
        "staff_no": "0012",
        "new_password": PASSWORD,
        "is_adult": "y",
        "agreed": "y",
        **changes,
    }


def register(client: FlaskClient, code: str, **changes: str):
    path = f"/register/{code}"
    page = client.get(path).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    version = re.search(r'name="notice_version"[^>]*value="([^"]+)"', page)
    assert token
    assert version
    fields = {"csrf_token": token[1], "notice_version": version[1], **registration(**changes)}
    return client.post(path, data={k: v for k, v in fields.items() if v})


def count(database: Database, table) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_stranger_sees_where_a_code_leads_and_two_ways_in(client, place) -> None:
    page = client.get(f"/join/{place.code[:5].lower()}-{place.code[5:]}").get_data(as_text=True)

    assert "示例企业" in page
    assert "生产部" in page
    assert f"/register/{place.code}" in page
    assert f"/login?next=/join/{place.code}" in page


def test_a_typed_code_leads_to_its_page(client, place) -> None:
    reply = client.post(
        "/join", data={"csrf_token": csrf_of(client, "/join"), "code": f" {place.code.lower()} "}
    )

    assert (reply.status_code, reply.headers["Location"]) == (303, f"/join/{place.code}")


def test_codes_that_open_nothing_look_alike(client, database, place) -> None:
    now = present()
    with database.transaction() as session:
        made = []
        for number, change in enumerate(
            ({"revoked_at": now}, {"valid_until": now - timedelta(days=1)}, {"uses": 5})
        ):
            row = JoinCode(
                public_id=f"{number}" * 26,
                unit_id=place.firm.id,
                code=f"{number}" * 10,
                valid_until=now + timedelta(days=1),
                max_uses=5,
                created_at=now,
            )
            for field, value in change.items():
                setattr(row, field, value)
            session.add(row)
            made.append(row.code)

    def strip(path: str) -> tuple[int, str]:
        reply = client.get(path)
        text = reply.get_data(as_text=True).replace(path, "")
        return reply.status_code, re.sub(
            r'nonce="[^"]*"|value="[^"]*"|lang=\w+|href="[^"]*"', "", text
        )

    unknown = strip("/join/ZZZZZZZZZZ")
    assert unknown[0] == 404
    for code in [*made, "x", "x" * 500]:
        assert strip(f"/join/{code}") == unknown, code
        assert client.get(f"/register/{code}").status_code == 404


def test_a_stranger_makes_an_account_and_waits(client, database, place) -> None:
    reply = register(client, place.code)

    assert (reply.status_code, reply.headers["Location"]) == (302, "/joining")
    with database.session(write=False) as session:
        user = session.scalars(select(User).where(User.display_name == "王小明")).one()
        request = session.scalars(select(JoinRequest)).one()
        assert user.adult_declared_at is not None
        assert user.notice_version > 0
        assert (request.user_id, request.unit_id, request.staff_no) == (
            user.id,
            place.part.id,
            "0012",
        )
        assert session.scalars(select(Membership)).all() == []
    page = client.get("/joining").get_data(as_text=True)
    assert "等待确认" in page
    assert "示例企业 / 生产部" in page


def test_a_log_in_by_staff_number_carries_the_organisations_code(client, database, place) -> None:
    register(client, place.code, kind="staff", login_name="0099", staff_no="")

    with database.session(write=False) as session:
        assert session.scalars(select(LoginName.name)).all() == ["SL/0099"]
        assert session.scalars(select(JoinRequest.staff_no)).all() == ["0099"]


@pytest.mark.parametrize("said", ["", "n"])
def test_nothing_is_kept_of_somebody_who_is_not_of_age(client, database, place, said) -> None:
    people = count(database, User)

    reply = register(client, place.code, is_adult="")

    assert reply.status_code == 403
    assert "填写的内容也没有保存" in reply.get_data(as_text=True)
    assert count(database, User) == people
    assert count(database, JoinRequest) == count(database, LoginFailure) == 0
    assert client.get("/register/minors").status_code == 200


def test_consent_is_part_of_the_account(client, database, place) -> None:
    people = count(database, User)

    assert register(client, place.code, agreed="").status_code == 400
    assert register(client, place.code, notice_version="999").status_code == 409
    assert count(database, User) == people
    assert count(database, JoinRequest) == 0


def test_a_taken_log_in_name_makes_nothing_and_proposes_logging_in(app, database, place) -> None:
    register(app.test_client(), place.code)
    people = count(database, User)

    reply = register(app.test_client(), place.code, display_name="别人")

    text = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "登录并加入" in text
    assert "王小明" not in text
    assert count(database, User) == people
    assert count(database, JoinRequest) == 1
    assert count(database, LoginFailure) == 1


def test_a_code_used_up_meanwhile_leaves_no_account(client, database, place) -> None:
    people = count(database, User)
    page = client.get(f"/register/{place.code}").get_data(as_text=True)
    with database.transaction() as session:
        session.scalars(select(JoinCode)).one().uses = 19
    other = make_browser(client.application.test_client(), database)
    other.post(f"/join/{place.code}", {"staff_no": ""})
    people += 1

    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    reply = client.post(
        f"/register/{place.code}",
        data={"csrf_token": token[1], "notice_version": "1", **registration()},
    )

    assert reply.status_code == 404
    assert count(database, User) == people


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_stored_as_words_or_refused(client, database, place, text) -> None:
    reply = register(client, place.code, display_name=text)

    assert reply.status_code in {302, 400}
    for number, field in enumerate(("login_name", "staff_no", "new_password", "kind")):
        other = client.application.test_client()
        changes = {"login_name": f"1390000000{number}", field: text}
        assert register(other, place.code, **changes).status_code in {302, 400}
    hr = make_browser(client.application.test_client(), database, Role.HR_MANAGER, place.firm)
    page = hr.page("/units/join-requests")
    assert "<script>alert(1)" not in page
    assert hr.get("/units/join-requests", q=text).status_code == 200
    assert hr.get("/units/pick", q=text, region=text).status_code == 200
    assert hr.post("/join", {"code": text}).status_code in {400, 404}


def test_wrong_passwords_and_names_are_told_beside_their_field(client, place) -> None:
    page = register(
        client, place.code, login_name="123", new_password="12345678", kind="phone"
    ).get_data(as_text=True)

    assert "手机号格式不对" in page
    assert "这个密码太常见" in page


def test_a_post_without_token_changes_nothing(client, database, place) -> None:
    assert client.post(f"/register/{place.code}", data=registration()).status_code == 403
    assert count(database, JoinRequest) == 0


def test_wrong_codes_are_slowed_down(client, place) -> None:
    token = csrf_of(client, "/join")
    codes = [
        client.post("/join", data={"csrf_token": token, "code": "ZZZZZZZZZZ"}).status_code
        for _ in range(6)
    ]

    assert codes == [404] * 5 + [429]


def test_somebody_logged_in_joins_withdraws_and_joins_again(client, database, place) -> None:
    me = make_browser(client, database)

    assert me.post(f"/join/{place.code}", {"staff_no": "7"}).status_code == 303
    assert "等单位确认" in me.page(f"/join/{place.code}")
    with database.session(write=False) as session:
        public_id = session.scalars(select(JoinRequest.public_id)).one()
    assert me.post(f"/joining/{public_id}/withdraw").status_code == 303
    assert "已撤回" in me.page("/joining")
    assert me.post(f"/joining/{public_id}/withdraw").status_code == 303
    assert me.post(f"/join/{place.code}", {"staff_no": "7"}).status_code == 303
    assert count(database, JoinRequest) == 2


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


def test_the_pages_of_joining_need_a_log_in(client, place) -> None:
    for path in ("/joining", "/units/pick", "/joining/missing", "/units/requests"):
        assert client.get(path).headers["Location"].startswith("/login"), path
    assert Browser.__doc__
