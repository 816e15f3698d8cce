"""Consent before the first page, never in the middle of an attempt; closing an account for good."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from learning.accounts.models import Consent, LoginName, LoginSession, OneTimeCode, User
from learning.accounts.password_hashing import hash_password
from learning.accounts.rules import CURRENT_NOTICE, kept_fields
from learning.accounts.services import CodePurpose, add_login_name, give_consent, issue_code
from learning.kernel.errors import Conflict
from learning.kernel.events import deliver
from learning.kernel.permissions import Role
from learning.organisations.jobs import LEAVING
from learning.organisations.models import Membership
from tests.factories.people import (
    grant_role,
    log_in,
    make_membership,
    make_unit,
    make_user,
)

PASSWORD = "closing-password-1"


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def newcomer(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例新人", notice_version=0)
    log_in(client, database, user, now)
    return user


def token_of(text):
    found = re.search(r'name="csrf_token" value="([^"]+)"', text) or re.search(
        r'value="([^"]+)"[^>]*name="csrf_token"', text
    )
    return found.group(1)


def test_the_first_page_asks_for_consent_and_goes_on_where_one_wanted_to_go(client, newcomer):
    reply = client.get("/")
    assert reply.status_code == 302
    assert reply.location == "/privacy/consent?next=/"

    page = client.get(reply.location)
    done = client.post(
        reply.location,
        data={"csrf_token": token_of(page.text), "version": CURRENT_NOTICE, "agreed": "y"},
    )

    assert done.location == "/"
    assert client.get("/").status_code == 200


def test_consent_without_the_tick_is_not_consent(client, newcomer, database):
    page = client.get("/privacy/consent")
    reply = client.post(
        "/privacy/consent", data={"csrf_token": token_of(page.text), "version": CURRENT_NOTICE}
    )
    assert reply.status_code == 400
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 0


def test_consent_that_does_not_say_to_which_version_is_none(client, newcomer, database):
    page = client.get("/privacy/consent")
    reply = client.post("/privacy/consent", data={"csrf_token": token_of(page.text), "agreed": "y"})
    assert reply.status_code == 409
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 0


def test_nobody_agrees_to_a_version_that_is_not_in_force(session, now):
    user = make_user(session, now, notice_version=0)
    for version in (0, CURRENT_NOTICE + 1):
        with pytest.raises(Conflict, match="notice_version"):
            give_consent(session, user.id, version, now=now)


def test_agreeing_twice_is_noted_once_at_the_first_time(session, now):
    user = make_user(session, now, notice_version=0)
    give_consent(session, user.id, CURRENT_NOTICE, now=now)
    give_consent(session, user.id, CURRENT_NOTICE, now=now)
    assert session.scalars(select(Consent.given_at).where(Consent.user_id == user.id)).all() == [
        now
    ]


def test_the_notice_is_public_in_both_languages_and_names_every_kept_field(client):
    page = client.get("/privacy").text
    assert all(field.name in page for field in kept_fields(CURRENT_NOTICE))
    assert client.get("/privacy?lang=en").status_code == 200
    assert client.get("/privacy/999").status_code == 404


@pytest.fixture
def leaver(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例离开者")
        user.password_hash = hash_password(PASSWORD)
        add_login_name(session, user, "phone", "13900000001", now=now)
        issue_code(session, None, user, CodePurpose.RESET, now=now)
        make_membership(session, now, user, make_unit(session, now))
    log_in(client, database, user, now)
    return user


def close(client, password=PASSWORD, **more):
    page = client.get("/account/close")
    data = {"csrf_token": token_of(page.text), "current_password": password, "understood": "y"}
    return client.post("/account/close", data=data | more)


def test_closing_takes_name_log_ins_and_places_and_frees_the_phone_number(
    client, leaver, database, now
):
    assert close(client).status_code == 302

    with database.session(write=False) as session:
        user = session.get_one(User, leaver.id)
        assert (user.display_name, user.password_hash) == ("已注销用户", None)
        assert session.scalar(select(func.count()).select_from(LoginName)) == 0
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 0
        assert session.scalars(select(LoginSession.revoked_at)).all() != [None]
    assert client.get("/account").status_code == 302
    assert deliver(database, LEAVING, datetime.now(UTC)) == 1
    with database.transaction() as session:
        assert session.scalars(select(Membership.valid_to)).all() != [None]
        other = make_user(session, now)
        add_login_name(session, other, "phone", "13900000001", now=now)


def test_a_wrong_password_closes_nothing(client, leaver, database):
    assert close(client, "not-the-password").status_code == 401
    with database.session(write=False) as session:
        assert session.get_one(User, leaver.id).closed_at is None


def test_who_holds_a_role_hands_it_over_first(client, leaver, database, now):
    with database.transaction() as session:
        grant_role(session, now, session.get_one(User, leaver.id), Role.OPERATOR)
    page = client.get("/account/close")
    assert "现在还不能注销" in page.text
    token = token_of(client.get("/account/password").text)
    assert client.post("/account/close", data={"csrf_token": token}).status_code == 409
