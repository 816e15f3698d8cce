"""“Stay logged in”: the cookie outlives the browser, the row says for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from learning.accounts.models import LoginSession
from learning.app import create_app
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.settings import Settings, SettingsError

from .people import PASSWORD, commit_person, csrf_of, is_logged_in, post
from .test_line import Crowd, crowd, wait_for_outcomes

__all__ = ["crowd"]

PHONE = "13800000000"
MINUTE = timedelta(minutes=1)


def log_in(client: FlaskClient, **more: str) -> TestResponse:
    return post(client, "/login", login_name=PHONE, password=PASSWORD, **more)


def session_cookie(response: TestResponse) -> str:
    """Return the last Set-Cookie of the session in a reply."""
    found = [c for c in response.headers.getlist("Set-Cookie") if "qa_session=" in c]
    assert found
    return found[-1]


def lives(database: Database) -> list[timedelta]:
    with database.session(write=False) as session:
        rows = session.scalars(
            select(LoginSession)
            .where(LoginSession.revoked_at.is_(None))
            .order_by(LoginSession.created_at)
        ).all()
        return [row.expires_at - row.created_at for row in rows]


def test_without_the_tick_the_log_in_ends_with_the_browser(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    cookie = session_cookie(log_in(client))

    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert lives(database) == [timedelta(hours=12)]


def test_with_the_tick_cookie_and_row_last_for_days(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    cookie = session_cookie(log_in(client, remember="y"))

    assert "Expires=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    held = client.get_cookie("qa_session")
    assert held is not None
    assert held.expires is not None
    # The row decides; the cookie lasts longer, since an exam may extend the row.
    assert held.expires >= utc_now() + timedelta(days=14) - MINUTE
    assert lives(database) == [timedelta(days=14)]
    assert is_logged_in(client)


def test_the_settings_say_for_how_many_days(settings: Settings, database: Database) -> None:
    client = create_app(replace(settings, remembered_login_days=3), database).test_client()
    commit_person(database, phone=PHONE)

    page = client.get("/login").get_data(as_text=True)
    log_in(client, remember="y")

    assert "3 天内不用再登录" in page
    assert lives(database) == [timedelta(days=3)]


@pytest.mark.parametrize("days", ["0", "29"])
def test_days_beyond_what_a_cookie_lasts_are_refused(days: str) -> None:
    with pytest.raises(SettingsError, match="REMEMBERED_LOGIN_DAYS"):
        Settings.from_env({"SECRET_KEY": "s" * 32, "REMEMBERED_LOGIN_DAYS": days})


def test_a_wrong_password_keeps_the_tick_for_the_next_try(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    response = post(client, "/login", login_name=PHONE, password="wrong one", remember="y")

    assert response.status_code == 401
    assert "checked" in response.get_data(as_text=True)


@pytest.mark.parametrize(("more", "life"), [({"remember": "y"}, 14 * 24), ({}, 12)])
def test_renewing_in_place_keeps_the_choice(
    client: FlaskClient, database: Database, more: dict[str, str], life: int
) -> None:
    commit_person(database, phone=PHONE)
    log_in(client, **more)

    renewed = client.post(
        "/login/renew",
        json={"login_name": PHONE, "password": PASSWORD},
        headers={"X-CSRFToken": csrf_of(client, "/account")},
    )

    assert renewed.status_code == 200
    assert ("Expires=" in session_cookie(renewed)) == bool(more)
    assert lives(database) == [timedelta(hours=life)]


@pytest.mark.parametrize(("more", "life"), [({"remember": "y"}, 14 * 24), ({}, 12)])
def test_the_line_keeps_the_choice(
    client: FlaskClient, database: Database, crowd: Crowd, more: dict[str, str], life: int
) -> None:
    commit_person(database, phone=PHONE)
    assert log_in(client, **more).status_code == 202
    crowd.leave()
    wait_for_outcomes(database)

    arrived = client.get("/login/wait")

    assert arrived.status_code == 302
    assert ("Expires=" in session_cookie(arrived)) == bool(more)
    assert lives(database) == [timedelta(hours=life)]


def test_the_next_person_on_the_device_is_not_remembered_by_the_last_ones_tick(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)
    log_in(client, remember="y")
    client.post("/logout", data={"csrf_token": csrf_of(client, "/account")})

    cookie = session_cookie(log_in(client))

    assert "Expires" not in cookie
    assert lives(database) == [timedelta(hours=12)]
