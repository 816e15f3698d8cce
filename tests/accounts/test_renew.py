"""A log-in renewed in place: JSON, from our own pages only."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask

from .people import PASSWORD, commit_person, csrf_of, is_logged_in
from .test_line import Crowd, crowd, wait_for_outcomes

__all__ = ["crowd"]

PHONE = "13800000000"


def renew(client: FlaskClient, body: Any, **headers: str) -> TestResponse:
    return client.post("/login/renew", json=body, headers=headers)


def credentials(password: str = PASSWORD) -> dict[str, str]:
    return {"login_name": PHONE, "password": password}


def test_a_renewed_log_in_tells_who_it_is_and_the_new_token(
    client: FlaskClient, database: Database
) -> None:
    user = commit_person(database, phone=PHONE)
    old = csrf_of(client)

    response = renew(client, credentials(), **{"X-CSRFToken": old})

    assert response.status_code == 200
    assert response.json == {"person": user.public_id, "csrf": response.json["csrf"]}
    assert response.json["csrf"] != old
    assert is_logged_in(client)
    headers = {"X-CSRFToken": response.json["csrf"]}
    assert client.post("/logout", headers=headers).status_code == 302


def test_a_wrong_password_renews_nothing(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)

    response = renew(client, credentials("wrong password"), **{"X-CSRFToken": csrf_of(client)})

    assert (response.status_code, response.json) == (401, {"error": "credentials"})
    assert not is_logged_in(client)


def test_guessing_by_renewal_is_slowed_too(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)
    token = csrf_of(client)
    for _ in range(5):
        renew(client, credentials("wrong password"), **{"X-CSRFToken": token})

    response = renew(client, credentials(), **{"X-CSRFToken": token})

    assert response.status_code == 429
    assert response.json["error"] == "wait"
    assert 1 <= response.json["retry_after_s"] <= 2
    assert response.headers["Retry-After"] == str(response.json["retry_after_s"])


def test_a_long_line_gives_a_ticket_that_is_redeemed_later(
    client: FlaskClient, database: Database, crowd: Crowd
) -> None:
    user = commit_person(database, phone=PHONE)
    token = csrf_of(client)

    queued = renew(client, credentials(), **{"X-CSRFToken": token})
    ticket = queued.json["queue"]["ticket"]
    again = renew(client, {**credentials(), "ticket": ticket}, **{"X-CSRFToken": token})

    assert (queued.status_code, queued.json["queue"]["place"]) == (202, 0)
    assert again.status_code == 202
    assert again.json["queue"]["ticket"] == ticket
    crowd.leave()
    wait_for_outcomes(database)
    done = renew(client, {"ticket": ticket}, **{"X-CSRFToken": token})
    assert done.status_code == 200
    assert done.json["person"] == user.public_id
    assert is_logged_in(client)


def test_a_ticket_is_redeemed_once(client: FlaskClient, database: Database, crowd: Crowd) -> None:
    commit_person(database, phone=PHONE)
    token = csrf_of(client)
    ticket = renew(client, credentials(), **{"X-CSRFToken": token}).json["queue"]["ticket"]
    crowd.leave()
    wait_for_outcomes(database)
    fresh = renew(client, {"ticket": ticket}, **{"X-CSRFToken": token}).json["csrf"]
    client.post("/logout", headers={"X-CSRFToken": fresh})

    again = renew(client, {"ticket": ticket}, **{"X-CSRFToken": csrf_of(client)})

    assert again.status_code == 401
    assert not is_logged_in(client)


def test_a_lost_ticket_falls_back_on_the_password_sent_with_it(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    response = renew(
        client, {**credentials(), "ticket": "lost"}, **{"X-CSRFToken": csrf_of(client)}
    )

    assert response.status_code == 200


def test_a_page_of_ours_renews_even_when_another_tab_has_logged_out(
    client: FlaskClient, database: Database
) -> None:
    commit_person(database, phone=PHONE)

    stale = renew(client, credentials(), **{"X-CSRFToken": "stale", "Origin": "http://localhost"})

    assert stale.status_code == 200


def test_another_site_cannot_renew(client: FlaskClient, database: Database) -> None:
    commit_person(database, phone=PHONE)
    foreign: list[dict[str, str]] = [
        {},
        {"X-CSRFToken": "stale"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"X-CSRFToken": "stale", "Origin": "http://localhost.evil.example"},
    ]

    for headers in foreign:
        response = renew(client, credentials(), **headers)

        assert (response.status_code, response.json) == (403, {"error": "csrf"}), headers


def test_json_under_another_name_is_refused(client: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf_of(client), "Origin": "http://localhost"}

    response = client.post("/login/renew", data="{}", content_type="text/plain", headers=headers)

    assert response.status_code == 403


def test_what_is_no_renewal_is_answered_400(client: FlaskClient) -> None:
    token = csrf_of(client)
    bodies: list[Any] = [
        [], 1, "x", {}, {"login_name": PHONE}, {"login_name": [PHONE], "password": "x"},
        {"login_name": PHONE, "password": {"a": 1}}, {"login_name": None, "password": None},
        {"login_name": "", "password": ""}, {"ticket": 5},
    ]  # fmt: skip

    for body in bodies:
        response = renew(client, body, **{"X-CSRFToken": token})

        assert (response.status_code, response.json) == (400, {"error": "invalid"}), body


def test_broken_json_is_answered_400(client: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf_of(client)}

    for raw in (b"", b"null", b"{", b"\xff\xfe", b"[" * 30_000, b'{"login_name":NaN}'):
        response = client.post(
            "/login/renew", data=raw, content_type="application/json", headers=headers
        )

        assert response.status_code == 400, raw[:20]


def test_hostile_text_is_just_wrong(client: FlaskClient) -> None:
    token = csrf_of(client)

    for text in ("\0", "\ud800", "\u202e", "x" * 10_000, "💯"):
        body = {"login_name": text, "password": text, "organisation_code": text}

        assert renew(client, body, **{"X-CSRFToken": token}).status_code == 401, text


def test_a_huge_renewal_is_refused(app: TransactionalFlask, client: FlaskClient) -> None:
    response = renew(client, credentials("x" * 1024 * 1024), **{"X-CSRFToken": csrf_of(client)})

    assert response.status_code == 413
    assert app.extensions["password_pool"].finished == 0
