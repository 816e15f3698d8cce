"""The log-in page, logging out, and what strangers can learn from them: nothing."""

import re

from flask.testing import FlaskClient
from sqlalchemy import func, select

from learning.accounts.models import LoginFailure, LoginSession
from learning.accounts.password_pool import PasswordPool
from learning.accounts.services import disable_user
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask
from tests.factories.people import make_actor

from .people import PASSWORD, commit_person, csrf_of, is_logged_in, log_in_by_page, post

PHONE = "13800000000"
UNKNOWN = "13700000000"


def without_secrets(page: str) -> str:
    """Return a page without what is random in each reply and what was typed."""
    page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", page)
    page = re.sub(r'nonce="[^"]+"', "", page)
    return page.replace(PHONE, "NAME").replace(UNKNOWN, "NAME")


def test_a_right_password_logs_in_and_goes_on(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)

    response = log_in_by_page(client, "138 0000 0000", path="/login?next=/account")

    assert response.status_code == 302
    assert response.location == "/account"
    assert is_logged_in(client)


def test_a_staff_number_logs_in_in_one_field_or_two(
    app: TransactionalFlask, database: Database
) -> None:
    commit_person(database, staff="ABC/0012")
    one, two, wrong = app.test_client(), app.test_client(), app.test_client()

    log_in_by_page(one, "abc／0012")
    post(two, "/login", organisation_code="abc", login_name="0012", password=PASSWORD)
    post(wrong, "/login", organisation_code="abc", login_name="12", password=PASSWORD)

    assert is_logged_in(one)
    assert is_logged_in(two)
    assert not is_logged_in(wrong)


def test_who_is_logged_in_already_goes_on(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)

    assert client.get("/login?next=/account").location == "/account"
    assert client.get("/login?next=//evil.example").location == "/"


def test_log_in_never_leads_to_another_host(app: TransactionalFlask, database: Database) -> None:
    commit_person(database, phone=PHONE)

    for target in ("//evil.example", "/%5Cevil.example", "https:evil.example", "/%250d%250a"):
        response = log_in_by_page(app.test_client(), PHONE, path=f"/login?next={target}")

        assert response.location == "/", target


def test_the_session_and_the_csrf_token_change_at_log_in(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    before = csrf_of(client)
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
        cookie["_user_id"] = "a token somebody else knows"
        cookie["lang"] = "en"

    client.post("/login", data={"csrf_token": before, "login_name": PHONE, "password": PASSWORD})

    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != "a token somebody else knows"
        assert cookie["lang"] == "en"
    assert client.post("/logout", data={"csrf_token": before}).status_code == 403
    assert is_logged_in(client)


def test_a_second_log_in_of_a_browser_ends_the_first(
    app: TransactionalFlask, client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]

    client.post(
        "/login",
        data={"csrf_token": csrf_of(client, "/account"), "login_name": PHONE, "password": PASSWORD},
    )

    copy = app.test_client()
    with copy.session_transaction() as cookie:
        cookie["_user_id"] = first
    assert not is_logged_in(copy)
    assert is_logged_in(client)


def test_logging_out_ends_the_log_in_on_the_server(
    app: TransactionalFlask, client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]

    response = client.post("/logout", data={"csrf_token": csrf_of(client, "/account")})

    assert response.location == "/login"
    assert not is_logged_in(client)
    copy = app.test_client()
    with copy.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert not is_logged_in(copy)


def test_logging_out_twice_is_fine_and_by_a_link_impossible(client: FlaskClient) -> None:
    assert client.get("/logout").status_code == 405
    assert client.post("/logout", data={"csrf_token": csrf_of(client)}).status_code == 302


def test_nothing_is_done_without_the_csrf_token(client: FlaskClient) -> None:
    csrf_of(client)

    for path in ("/login", "/logout", "/activate", "/reset", "/reset/x"):
        response = client.post(path, data={"login_name": PHONE, "password": PASSWORD})

        assert response.status_code == 403, path


def test_an_unknown_name_and_a_wrong_password_look_and_cost_the_same(
    app: TransactionalFlask, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    disabled = commit_person(database, phone="13600000000")
    commit_person(database, phone="13500000000", password="")
    with database.transaction() as session:
        disable_user(session, make_actor(disabled), session.merge(disabled), now=utc_now())
    pool: PasswordPool = app.extensions["password_pool"]
    pages, costs = set(), []

    for name in (PHONE, UNKNOWN, "13600000000", "13500000000"):
        before = pool.finished
        response = log_in_by_page(app.test_client(), name, "wrong password")
        costs.append(pool.finished - before)
        assert response.status_code == 401
        page = without_secrets(response.get_data(as_text=True))
        pages.add(page.replace("13600000000", "NAME").replace("13500000000", "NAME"))

    assert len(pages) == 1
    assert costs == [1, 1, 1, 1]


def test_what_was_typed_as_a_password_is_not_sent_back(client: FlaskClient) -> None:
    page = log_in_by_page(client, PHONE, "my typed secret").get_data(as_text=True)

    assert "my typed secret" not in page
    assert PHONE in page


def test_guessing_is_slowed_and_says_for_how_long(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)
    for _ in range(5):
        assert log_in_by_page(client, PHONE, "wrong password").status_code == 401

    slowed = log_in_by_page(client, PHONE)

    assert slowed.status_code == 429
    assert 1 <= int(slowed.headers["Retry-After"]) <= 2
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 5


def test_a_known_device_is_heard_while_strangers_guess(
    app: TransactionalFlask, client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)
    client.post("/logout", data={"csrf_token": csrf_of(client, "/account")})
    stranger = app.test_client()
    for _ in range(6):
        log_in_by_page(stranger, PHONE, "wrong password")

    assert log_in_by_page(stranger, PHONE).status_code == 429
    assert log_in_by_page(client, PHONE).status_code == 302


def test_an_incomplete_form_is_shown_again(client: FlaskClient) -> None:
    incomplete: list[dict[str, str]] = [
        {},
        {"login_name": PHONE},
        {"password": PASSWORD},
        {"login_name": "", "password": ""},
        {"login_name": "x" * 321, "password": "x"},
        {"login_name[]": PHONE, "password[]": PASSWORD},
        {"login_name": PHONE, "password": "x", "organisation_code": "x" * 41},
    ]

    for fields in incomplete:
        assert post(client, "/login", **fields).status_code == 400, fields


def test_hostile_input_is_just_wrong(client: FlaskClient) -> None:
    hostile = [
        ("\0", "\0"),
        ("\u202e\u200b", "\u200b"),
        ("'; DROP TABLE users; --", "' OR 1=1"),
        ("{{7*7}}", "{{7*7}}"),
        ("<script>alert(1)</script>", "x"),
        ("a/b/c/d", "x"),
        (PHONE, "x" * 30_000),
        ("%00%ff", "\r\n"),
    ]

    for name, password in hostile:
        response = log_in_by_page(client, name, password)

        assert response.status_code == 401, name
        assert "<script>alert" not in response.get_data(as_text=True)


def test_broken_bytes_are_just_wrong(client: FlaskClient) -> None:
    token = csrf_of(client)
    body = f"csrf_token={token}&login_name=%ed%a0%80%ff&password=%ed%a0%80".encode()

    response = client.post("/login", data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 401


def test_a_field_sent_twice_is_refused(client: FlaskClient) -> None:
    token = csrf_of(client)
    body = f"csrf_token={token}&login_name=a&login_name=b&password=x"

    response = client.post("/login", data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400


def test_a_password_of_a_megabyte_is_refused_before_any_work(
    app: TransactionalFlask, client: FlaskClient
) -> None:
    response = log_in_by_page(client, PHONE, "x" * 1024 * 1024)

    assert response.status_code == 413
    assert app.extensions["password_pool"].finished == 0


def test_the_cookie_is_hidden_from_scripts_and_other_sites(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    cookies = log_in_by_page(client, PHONE).headers.getlist("Set-Cookie")

    session_cookie = next(c for c in cookies if c.startswith("qa_session="))
    assert "HttpOnly" in session_cookie
    assert "SameSite=Lax" in session_cookie
    with database.session(write=False) as session:
        assert session.scalars(select(LoginSession.id)).one() not in session_cookie


def test_a_log_in_that_an_exam_has_extended_outlives_the_cookies_first_hours(
    app: TransactionalFlask,
) -> None:
    login_hours = app.extensions["settings"].login_session_hours

    assert app.permanent_session_lifetime.total_seconds() > 2 * 3600 * login_hours
