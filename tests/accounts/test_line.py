"""A place in the line: kept by the cookie, finished by the server, told by any process."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from learning.accounts.models import LoginTicket
from learning.accounts.password_pool import PasswordPool
from learning.accounts.services import CodePurpose, issue_code
from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from learning.web.transaction import TransactionalFlask

from .people import PASSWORD, commit_person, csrf_of, is_logged_in, log_in_by_page, post

PHONE = "13800000000"


class Crowd:
    """So many others before one in the line that nobody waits inside a thread."""

    def __init__(self, pool: PasswordPool, size: int = 40) -> None:
        self._gate = threading.Event()
        for number in range(size):
            pool.submit(
                lambda: self._gate.wait(20),
                name=f"other {number}",
                network="n",
                is_known_device=True,
            )

    def leave(self) -> None:
        self._gate.set()


@pytest.fixture
def crowd(app: TransactionalFlask) -> Iterator[Crowd]:
    crowd = Crowd(app.extensions["password_pool"])
    yield crowd
    crowd.leave()


def wait_for_outcomes(database: Database, count: int = 1) -> list[str]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with database.session(write=False) as session:
            outcomes = [o for o in session.scalars(select(LoginTicket.outcome)) if o]
        if len(outcomes) == count:
            return outcomes
        time.sleep(0.02)
    raise AssertionError("the line does not move")


def test_a_long_line_gives_a_place_and_goes_on_by_itself(
    client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    commit_person(database, phone=PHONE)

    queued = log_in_by_page(client, PHONE, path="/login?next=/account")

    page = queued.get_data(as_text=True)
    assert queued.status_code == 202
    assert "您前面还有 0 人，页面会自动继续" in page
    assert 'http-equiv="refresh"' in page
    assert "url=/login/wait" in page
    assert PASSWORD not in page
    assert client.get("/login/wait").status_code == 202
    assert not is_logged_in(client)

    crowd.leave()
    assert wait_for_outcomes(database) == ["ok"]
    assert client.get("/login/wait").location == "/account"
    assert is_logged_in(client)


def test_the_place_counts_those_who_came_before(
    app: TransactionalFlask, database: Database, crowd: Crowd
) -> None:
    browsers = [app.test_client() for _ in range(3)]
    for number, browser in enumerate(browsers):
        commit_person(database, phone=f"1380000000{number}")
        log_in_by_page(browser, f"1380000000{number}")

    page = browsers[2].get("/login/wait").get_data(as_text=True)

    assert "您前面还有 2 人" in page
    crowd.leave()
    assert wait_for_outcomes(database, 3) == ["ok"] * 3
    for browser in browsers:
        browser.get("/login/wait")
        assert is_logged_in(browser)


def test_any_process_tells_how_a_place_stands(
    app: TransactionalFlask,
    settings: Settings,
    client: FlaskClient,
    database: Database,
    crowd: Crowd,
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)
    other_process = create_app(settings, database).test_client()
    cookie = client.get_cookie("qa_session")
    assert cookie is not None
    other_process.set_cookie("qa_session", cookie.value)

    assert other_process.get("/login/wait").status_code == 202
    crowd.leave()
    wait_for_outcomes(database)
    assert other_process.get("/login/wait").status_code == 302

    assert is_logged_in(other_process)


def test_a_wrong_password_is_told_after_the_wait(
    client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE, "wrong password", path="/login?next=/account")
    crowd.leave()
    assert wait_for_outcomes(database) == ["credentials"]

    back = client.get("/login/wait", follow_redirects=True)

    assert back.request.path == "/login"
    assert "登录名或密码不正确" in back.get_data(as_text=True)
    assert "next=/account" in back.request.url
    assert not is_logged_in(client)
    assert client.get("/login/wait").location == "/login"


def test_a_place_belongs_to_the_browser_that_took_it(
    app: TransactionalFlask, client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    commit_person(database, phone=PHONE)
    log_in_by_page(client, PHONE)
    crowd.leave()
    wait_for_outcomes(database)
    with database.session(write=False) as session:
        ticket = session.scalars(select(LoginTicket.public_id)).one()
    thief = app.test_client()
    token = csrf_of(thief)
    with thief.session_transaction() as cookie:
        cookie["waiting"] = {"ticket": ticket, "token": "", "kind": "login", "next": "/"}
    thief.get("/login/wait")

    stolen = thief.post("/login/renew", json={"ticket": ticket}, headers={"X-CSRFToken": token})

    assert stolen.status_code != 200
    assert not is_logged_in(thief)


def test_a_place_whose_process_is_gone_is_told_so(
    client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    log_in_by_page(client, PHONE)
    with database.transaction() as session:
        row = session.scalars(select(LoginTicket)).one()
        session.execute(
            update(LoginTicket).values(
                line="gone", created_at=row.created_at - timedelta(minutes=6)
            )
        )

    back = client.get("/login/wait", follow_redirects=True)

    assert "没有等到结果" in back.get_data(as_text=True)


def test_a_forged_cookie_of_waiting_leads_to_the_log_in_page(client: FlaskClient) -> None:
    for forged in (
        "x",
        {"kind": "evil"},
        {"kind": "login", "ticket": None, "next": "//evil.example"},
    ):
        with client.session_transaction() as cookie:
            cookie["waiting"] = forged

        assert client.get("/login/wait").location == "/login"


def test_activation_stands_in_the_line_too(
    client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    user = commit_person(database, phone=PHONE, password="")
    with database.transaction() as session:
        code = issue_code(session, None, user, CodePurpose.ACTIVATION, now=user.created_at)

    queued = post(client, "/activate", login_name=PHONE, code=code, new_password="a good password")

    assert queued.status_code == 202
    crowd.leave()
    assert wait_for_outcomes(database) == ["ok"]
    assert client.get("/login/wait").location == "/"
    assert is_logged_in(client)


def test_saving_goes_on_while_the_line_is_long(client: FlaskClient, crowd: Crowd) -> None:
    began = time.monotonic()

    for number in range(5):
        assert log_in_by_page(client, f"1370000000{number}").status_code == 202

    # Each of them gave its thread back at once instead of waiting for its turn.
    assert time.monotonic() - began < 5
    assert client.get("/reset").status_code == 200


def test_a_line_that_is_full_says_come_back(
    app: TransactionalFlask, client: FlaskClient, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.accounts.password_pool.MAX_LINE", 0)

    response = log_in_by_page(client, PHONE)

    assert response.status_code == 503
    assert response.headers["Retry-After"]
