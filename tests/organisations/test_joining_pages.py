"""Pages of joining for strangers and people with an account; codes that open nothing."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from learning.accounts.models import LoginFailure, LoginName, User
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import JoinCode, JoinRequest, Membership
from tests.accounts.people import csrf_of
from tests.organisations.joiners import Place
from tests.organisations.web import Browser, make_browser, present

PASSWORD = "质量 is no accident"
HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "𠮷野·买买提",
    "x" * 10_000,
    "' OR 1=1 --",
    "%00",
]


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
    assert "<p>生产部</p>" in page


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


def test_the_pages_of_joining_need_a_log_in(client, place) -> None:
    for path in ("/joining", "/units/pick", "/joining/missing", "/units/requests"):
        assert client.get(path).headers["Location"].startswith("/login"), path
    assert Browser.__doc__
