"""One's own account: seen and changed by nobody else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from learning.accounts.models import User
from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask

from .people import PASSWORD, commit_person, csrf_of, is_logged_in, log_in_by_page, post

PHONE = "13800000000"
NEW = "a new good password"


@pytest.fixture
def user(client: FlaskClient, database: Database) -> User:
    user = commit_person(database, phone=PHONE, staff="ABC/0012")
    log_in_by_page(client, PHONE)
    return user


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, repeated: str = ""):
    return post(
        client,
        "/account/password",
        current_password=current,
        new_password=new,
        repeated_password=repeated or new,
    )


def test_a_stranger_is_asked_to_log_in(client: FlaskClient) -> None:
    for path in ("/account", "/account/password"):
        response = client.get(path)

        assert response.status_code == 302
        assert response.location.startswith("/login?next=")


def test_the_page_shows_name_log_in_names_and_log_ins(client: FlaskClient, user: User) -> None:
    page = client.get("/account").get_data(as_text=True)

    for shown in ("示例员工", "+8613800000000", "ABC/0012", "本机"):
        assert shown in page


def test_a_name_is_shown_as_text(client: FlaskClient, database: Database, user: User) -> None:
    with database.transaction() as session:
        session.get_one(User, user.id).display_name = "<script>alert(1)</script>{{7*7}}"

    page = client.get("/account").get_data(as_text=True)

    assert "<script>alert(1)" not in page
    assert "{{7*7}}" in page


def test_the_language_is_kept_with_the_account(
    client: FlaskClient, database: Database, user: User
) -> None:
    assert post(client, "/account", locale="en").status_code == 302

    assert 'lang="en"' in client.get("/account").get_data(as_text=True)
    with database.session(write=False) as session:
        assert session.scalar(select(User.locale).where(User.id == user.id)) == "en"


def test_a_language_that_is_not_offered_is_refused(client: FlaskClient, user: User) -> None:
    for locale in ("xx", "\0", "en" * 50):
        assert post(client, "/account", locale=locale).status_code == 400, locale


def test_fields_that_are_not_ours_to_set_are_ignored(
    client: FlaskClient, database: Database, user: User
) -> None:
    post(client, "/account", locale="en", is_admin="1", role="operator", display_name="x", id="1")

    with database.session(write=False) as session:
        assert session.get_one(User, user.id).display_name == "示例员工"


def test_a_new_password_needs_the_old_one_and_ends_other_log_ins(
    app: TransactionalFlask, client: FlaskClient, user: User
) -> None:
    other = app.test_client()
    log_in_by_page(other, PHONE)

    assert change(client, current="wrong password").status_code == 401
    assert change(client).location == "/account"

    assert is_logged_in(client)
    assert not is_logged_in(other)
    assert log_in_by_page(other, PHONE, PASSWORD).status_code == 401
    assert log_in_by_page(other, PHONE, NEW).status_code == 302


def test_a_weak_or_mistyped_new_password_is_refused(client: FlaskClient, user: User) -> None:
    for new, repeated in (("short", ""), ("12345678", ""), ("ABC/0012", ""), (NEW, "another one")):
        assert change(client, new=new, repeated=repeated).status_code == 400, new


def test_guessing_the_old_password_is_slowed(client: FlaskClient, user: User) -> None:
    for _ in range(5):
        assert change(client, current="wrong password").status_code == 401

    assert change(client).status_code == 429


def test_logging_out_everywhere_ends_all_log_ins(
    app: TransactionalFlask, client: FlaskClient, user: User
) -> None:
    other = app.test_client()
    log_in_by_page(other, PHONE)

    response = client.post("/logout/everywhere", data={"csrf_token": csrf_of(client, "/account")})

    assert response.location == "/login"
    assert not is_logged_in(client)
    assert not is_logged_in(other)
