"""Log-in sessions: opened, rotated, extended, revoked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginSession, TrustedDevice
from learning.accounts.password_hashing import Verdict
from learning.accounts.queries import find_actor, find_challenge, get_account
from learning.accounts.services import (
    change_password,
    complete_login,
    extend_session,
    revoke_all_sessions,
    revoke_session,
)
from learning.accounts.services.logins import MAX_TRUSTED_DEVICES
from learning.kernel.audit import AuditEntry
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor

from .people import claim, hashed, make_person, new_login

PHONE = "13800000000"
RIGHT, WRONG = Verdict(is_right=True), Verdict(is_right=False)


def log_in(
    session: Session,
    now: datetime,
    opened: str = "token",
    *,
    device: str = "device",
    replaced: str = "",
) -> Actor:
    tried = claim(PHONE, device=device)
    challenge = find_challenge(session, tried, now)
    assert (
        complete_login(session, tried, challenge, RIGHT, login=new_login(opened, replaced), now=now)
        == "ok"
    )
    actor = find_actor(session, opened, now)
    assert actor is not None
    return actor


def test_a_right_password_opens_a_log_in_for_twelve_hours(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone=PHONE)

    actor = log_in(session, now)

    assert actor.user_id == user.id
    assert find_actor(session, "token", now + timedelta(hours=12)) is None
    row = session.get_one(LoginSession, digest("token"))
    assert (row.device, row.expires_at) == ("Chrome · Windows", now + timedelta(hours=12))
    assert session.scalars(select(AuditEntry.act)).all() == ["login.opened"]


def test_the_token_itself_is_not_stored(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    log_in(session, now, "a secret token")

    assert session.scalars(select(LoginSession.id)).one() == digest("a secret token")


def test_a_new_log_in_ends_the_one_that_the_browser_had(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    log_in(session, now, "planted")

    log_in(session, now, "fresh", replaced="planted")

    assert find_actor(session, "planted", now) is None
    assert find_actor(session, "fresh", now) is not None


def test_a_wrong_password_opens_nothing(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    tried = claim(PHONE)
    challenge = find_challenge(session, tried, now)

    outcome = complete_login(session, tried, challenge, WRONG, login=new_login(), now=now)

    assert outcome == "credentials"
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


@pytest.mark.parametrize("change", ["disabled", "password"])
def test_what_changed_while_the_password_was_verified_counts(
    session: Session, now: datetime, change: str
) -> None:
    user = make_person(session, now, phone=PHONE)
    tried = claim(PHONE)
    challenge = find_challenge(session, tried, now)
    if change == "disabled":
        user.disabled_at = now
    else:
        user.password_hash = "another"
    session.flush()

    assert (
        complete_login(session, tried, challenge, RIGHT, login=new_login(), now=now)
        == "credentials"
    )


def test_a_person_without_password_or_disabled_has_nothing_to_match(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE, password="")
    other = make_person(session, now, phone="13900000000")
    other.disabled_at = now
    session.flush()

    assert find_challenge(session, claim(PHONE), now).password_hash is None
    assert find_challenge(session, claim("13900000000"), now).password_hash is None


def test_an_old_hash_is_renewed_at_log_in(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone=PHONE)
    tried = claim(PHONE)
    challenge = find_challenge(session, tried, now)
    renewed = Verdict(is_right=True, renewed_hash="renewed")

    complete_login(session, tried, challenge, renewed, login=new_login(), now=now)

    assert user.password_hash == "renewed"


def test_only_the_newest_devices_stay_known(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone=PHONE)
    for number in range(MAX_TRUSTED_DEVICES + 3):
        log_in(session, now, f"token {number}", device=f"device {number}")
    log_in(session, now, "again", device="device 12")

    rows = session.scalars(
        select(TrustedDevice.device_hash).where(TrustedDevice.user_id == user.id)
    )

    assert set(rows) == {digest(f"device {number}") for number in range(3, 13)}


def test_a_session_is_extended_and_never_shortened(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    actor = log_in(session, now)

    extend_session(session, actor.login_session_id, now + timedelta(hours=20))
    extend_session(session, actor.login_session_id, now + timedelta(hours=1))

    assert find_actor(session, "token", now + timedelta(hours=19)) is not None
    assert find_actor(session, "token", now + timedelta(hours=20)) is None


def test_a_revoked_session_is_not_brought_back_by_extending(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    actor = log_in(session, now)

    revoke_session(session, actor.login_session_id, now=now)
    extend_session(session, actor.login_session_id, now + timedelta(hours=20))

    assert find_actor(session, "token", now) is None


def test_logging_out_everywhere_ends_all_log_ins_and_forgets_all_devices(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    log_in(session, now, "one", device="a")
    actor = log_in(session, now, "two", device="b")

    revoke_all_sessions(session, actor, now=now)

    assert find_actor(session, "one", now) is None
    assert find_actor(session, "two", now) is None
    assert session.scalar(select(func.count()).select_from(TrustedDevice)) == 0


def test_changing_the_password_ends_all_other_log_ins(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone=PHONE)
    log_in(session, now, "other", device="other")
    actor = log_in(session, now, "own")

    outcome = change_password(session, actor, claim(PHONE), RIGHT, new_hash="new", now=now)

    assert outcome == "ok"
    assert user.password_hash == "new"
    assert find_actor(session, "other", now) is None
    assert find_actor(session, "own", now) is not None
    assert session.scalars(select(TrustedDevice.device_hash)).all() == [digest("device")]


@pytest.mark.parametrize("reason", ["wrong password", "ended meanwhile"])
def test_the_password_stays_when_the_old_one_was_wrong_or_the_log_in_ended(
    session: Session, now: datetime, reason: str
) -> None:
    user = make_person(session, now, phone=PHONE)
    actor = log_in(session, now)
    verdict = WRONG if reason == "wrong password" else RIGHT
    if reason == "ended meanwhile":
        revoke_session(session, actor.login_session_id, now=now)

    outcome = change_password(session, actor, claim(PHONE), verdict, new_hash="new", now=now)

    assert outcome == "credentials"
    assert user.password_hash == hashed("质量 is no accident")


def test_the_account_page_lists_own_open_log_ins_only(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    log_in(session, now - timedelta(hours=13), "expired")
    log_in(session, now - timedelta(hours=1), "older")
    actor = log_in(session, now - timedelta(hours=2), "this one")

    account = get_account(session, actor, now)

    assert [(s.is_current, s.device) for s in account.sessions] == [
        (True, "Chrome · Windows"),
        (False, "Chrome · Windows"),
    ]
    assert [(n.kind, n.name) for n in account.login_names] == [("phone", "+8613800000000")]
