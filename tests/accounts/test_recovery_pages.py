"""Activation by a printed code, reset by a link."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.services import CodePurpose, issue_code
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.mail import OutboxMessage
from learning.web.transaction import TransactionalFlask

from .people import commit_person, csrf_of, is_logged_in, log_in_by_page, post

PHONE = "13800000000"
NEW = "a new good password"


def print_code(
    database: Database, user: User, purpose: CodePurpose = CodePurpose.ACTIVATION
) -> str:
    with database.transaction() as session:
        return issue_code(session, None, user, purpose, now=utc_now())


def outbox(database: Database) -> list[OutboxMessage]:
    with database.session(write=False) as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def link_in(message: OutboxMessage) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/reset/[\w-]+)", message.body)
    assert found, message.body
    return found[1]


def activate(client: FlaskClient, code: str, password: str = NEW, name: str = PHONE):
    return post(client, "/activate", login_name=name, code=code, new_password=password)


def test_a_printed_code_activates_and_logs_in(client: FlaskClient, database: Database) -> None:
    user = commit_person(database, phone=PHONE, password="")
    code = print_code(database, user)

    response = activate(client, code)

    assert response.location == "/"
    assert "密码已设好" in client.get("/account").get_data(as_text=True)
    again = client.application.test_client()
    assert log_in_by_page(again, PHONE, NEW).status_code == 302


def test_a_staff_number_activates_with_its_code(client: FlaskClient, database: Database) -> None:
    user = commit_person(database, staff="ABC/0012", password="")
    code = print_code(database, user)

    post(
        client, "/activate", organisation_code="ABC", login_name="0012", code=code, new_password=NEW
    )

    assert is_logged_in(client)


def test_a_weak_password_is_refused_and_the_code_stays_good(
    client: FlaskClient, database: Database
) -> None:
    user = commit_person(database, phone=PHONE, email="zhang@b.example", password="")
    code = print_code(database, user)
    weak = {
        "short": "至少 8 个字符",
        "woaini1314": "太常见",
        PHONE: "不能和登录名一样",
        "zhang@b.example": "不能和登录名一样",
        "x7" * 65: "最多 128",
    }

    for password, words in weak.items():
        refused = activate(client, code, password)
        assert refused.status_code == 400
        assert words in refused.get_data(as_text=True)

    assert activate(client, code).status_code == 302


def test_a_wrong_code_and_an_unknown_name_look_the_same(
    app: TransactionalFlask, database: Database
) -> None:
    commit_person(database, phone=PHONE, password="")
    pages = set()

    for name in (PHONE, "13700000000"):
        response = activate(app.test_client(), "AAAA-AAAA-AAAA", name=name)
        assert response.status_code == 401
        page = re.sub(
            r'(name="csrf_token"[^>]*value=")[^"]+|nonce="[^"]+"',
            "",
            response.get_data(as_text=True),
        )
        pages.add(page.replace(name, "NAME"))

    assert len(pages) == 1
    assert app.extensions["password_pool"].finished == 0


def test_guessing_codes_is_slowed(client: FlaskClient, database: Database) -> None:
    user = commit_person(database, phone=PHONE, password="")
    code = print_code(database, user)
    for _ in range(5):
        assert activate(client, "AAAA-AAAA-AAAA").status_code == 401

    response = activate(client, code)

    assert response.status_code == 429
    assert response.headers["Retry-After"]


def test_hostile_codes_are_just_wrong(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE, password="")

    for code in ("\0", "<script>", "％００", "x" * 40, "🀄"):
        assert activate(client, code).status_code == 401, code


def test_a_reset_ends_log_ins_on_other_devices(
    app: TransactionalFlask, client: FlaskClient, database: Database
) -> None:
    user = commit_person(database, phone=PHONE)
    thief = app.test_client()
    log_in_by_page(thief, PHONE)
    code = print_code(database, user, CodePurpose.RESET)

    activate(client, code)

    assert is_logged_in(client)
    assert not is_logged_in(thief)


def test_a_link_is_sent_by_mail_and_sets_a_new_password(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, email="zhang@b.example")
    post(client, "/reset", login_name="Zhang@B.example")
    (message,) = outbox(database)
    assert (message.channel, message.recipient) == ("mail", "zhang@b.example")
    path = link_in(message)

    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200
    response = post(client, path, new_password=NEW)

    assert response.location == "/"
    assert is_logged_in(client)
    assert client.get(path).status_code == 404
    assert (
        log_in_by_page(client.application.test_client(), "zhang@b.example", NEW).status_code == 302
    )


def test_a_phone_number_gets_its_link_by_sms(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)

    post(client, "/reset", login_name=PHONE)

    (message,) = outbox(database)
    assert (message.channel, message.recipient) == ("sms", "+8613800000000")


def test_asking_for_a_link_tells_nothing_about_the_name(
    app: TransactionalFlask, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    pages = set()

    for name in (PHONE, "13700000000", "\0", "'"):
        response = post(app.test_client(), "/reset", login_name=name)
        pages.add(
            (response.status_code, re.sub(r'nonce="[^"]+"', "", response.get_data(as_text=True)))
        )

    assert len(pages) == 1
    assert len(outbox(database)) == 1


def test_a_link_is_built_from_the_settings_never_from_the_request(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    fields = {"csrf_token": csrf_of(client), "login_name": PHONE}

    client.post(
        "/reset", data=fields, headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    )

    assert "evil.example" not in outbox(database)[0].body
    assert link_in(outbox(database)[0])


def test_a_made_up_link_opens_nothing(client: FlaskClient) -> None:
    for token in ("x", "%00", "%ff%fe", "a" * 5000, "..%2f", "{{7*7}}"):
        assert client.get(f"/reset/{token}").status_code == 404, token


def test_a_weak_password_does_not_use_the_link_up(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)
    post(client, "/reset", login_name=PHONE)
    path = link_in(outbox(database)[0])

    assert post(client, path, new_password="12345678").status_code == 400
    assert post(client, path, new_password=PHONE).status_code == 400
    assert post(client, path, new_password=NEW).status_code == 302
