"""One-time codes and reset links: bound to one person, used once, ended in time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginFailure, OneTimeCode, User
from learning.accounts.queries import find_actor, find_link_holder
from learning.accounts.services import (
    CodePurpose,
    disable_user,
    issue_code,
    redeem_code,
    redeem_link,
    request_reset_link,
)
from learning.accounts.services.links import LINK_LIFETIME, MAX_OPEN_LINKS
from learning.kernel.errors import Conflict
from tests.factories.people import make_actor, make_login_session

from .people import claim, make_person, new_login

PHONE = "13800000000"


def redeem(
    session: Session, code: str, now: datetime, name: str = PHONE, opened: str = "new"
) -> str:
    return redeem_code(
        session,
        claim(name, purpose="code"),
        raw_code=code,
        password_hash="new hash",
        login=new_login(opened),
        now=now,
    )


@pytest.fixture
def person(session: Session, now: datetime) -> User:
    return make_person(session, now, phone=PHONE, password="")


def test_a_code_sets_the_password_and_logs_in(
    session: Session, now: datetime, person: User
) -> None:
    code = issue_code(session, None, person, CodePurpose.ACTIVATION, now=now)

    assert redeem(session, code.lower().replace("-", " "), now) == "ok"

    assert person.password_hash == "new hash"
    actor = find_actor(session, "new", now)
    assert actor is not None
    assert actor.user_id == person.id


def test_a_code_is_used_once(session: Session, now: datetime, person: User) -> None:
    code = issue_code(session, None, person, CodePurpose.ACTIVATION, now=now)
    redeem(session, code, now)

    assert redeem(session, code, now, opened="again") == "code"
    assert find_actor(session, "again", now) is None


def test_a_code_is_bound_to_its_person(session: Session, now: datetime, person: User) -> None:
    make_person(session, now, phone="13900000000", password="")
    code = issue_code(session, None, person, CodePurpose.ACTIVATION, now=now)

    assert redeem(session, code, now, name="13900000000") == "code"
    assert redeem(session, code, now, name="13700000000") == "code"
    assert redeem(session, code, now) == "ok"


@pytest.mark.parametrize(
    ("purpose", "life"),
    [(CodePurpose.ACTIVATION, timedelta(days=30)), (CodePurpose.RESET, timedelta(hours=24))],
)
def test_a_code_ends_in_time(
    session: Session, now: datetime, person: User, purpose: CodePurpose, life: timedelta
) -> None:
    code = issue_code(session, None, person, purpose, now=now)

    assert redeem(session, code, now + life) == "code"
    assert redeem(session, code, now + life - timedelta(seconds=1)) == "ok"


def test_a_new_code_ends_the_older_ones(session: Session, now: datetime, person: User) -> None:
    older = issue_code(session, None, person, CodePurpose.ACTIVATION, now=now)
    newer = issue_code(session, None, person, CodePurpose.RESET, now=now)

    assert redeem(session, older, now) == "code"
    assert redeem(session, newer, now) == "ok"


@pytest.mark.parametrize("code", ["", "\0", "\ud800", "x" * 10**6, "AAAA-AAAA-AAAA"])
def test_a_wrong_code_is_counted(session: Session, now: datetime, person: User, code: str) -> None:
    issue_code(session, None, person, CodePurpose.ACTIVATION, now=now)

    assert redeem(session, code, now) == "code"

    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 1


def test_a_reset_ends_all_other_log_ins(session: Session, now: datetime, person: User) -> None:
    thief = make_login_session(session, now, person)
    code = issue_code(session, None, person, CodePurpose.RESET, now=now)

    redeem(session, code, now)

    assert find_actor(session, thief, now) is None
    assert find_actor(session, "new", now) is not None


def test_a_disabled_person_gets_no_code_and_cannot_use_one(
    session: Session, now: datetime, person: User
) -> None:
    code = issue_code(session, None, person, CodePurpose.RESET, now=now)
    disable_user(session, make_actor(make_person(session, now)), person, now=now)

    assert redeem(session, code, now) == "code"
    with pytest.raises(Conflict):
        issue_code(session, None, person, CodePurpose.RESET, now=now)


def test_a_link_goes_to_the_address_that_was_typed(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE, email="a@b.example", staff="ABC/1")

    by_phone = request_reset_link(session, claim(PHONE), now=now)
    by_staff = request_reset_link(session, claim("ABC/1"), now=now)

    assert by_phone is not None
    assert (by_phone.channel, by_phone.recipient) == ("sms", "+8613800000000")
    assert by_staff is not None
    assert (by_staff.channel, by_staff.recipient) == ("mail", "a@b.example")


def test_nothing_is_sent_to_nobody_and_the_request_is_noted_all_the_same(
    session: Session, now: datetime
) -> None:
    make_person(session, now, staff="ABC/1")

    assert request_reset_link(session, claim("13700000000"), now=now) is None
    assert request_reset_link(session, claim("ABC/1"), now=now) is None

    session.flush()
    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 2


def test_a_link_opens_one_password_change_within_half_an_hour(
    session: Session, now: datetime, person: User
) -> None:
    link = request_reset_link(session, claim(PHONE), now=now)
    assert link is not None
    session.flush()
    assert find_link_holder(session, link.token, now + LINK_LIFETIME) is None

    def use(opened: str) -> str:
        return redeem_link(
            session,
            claim(""),
            token=link.token,
            password_hash="x",
            login=new_login(opened),
            now=now,
        )

    assert use("one") == "ok"
    assert use("two") == "link"
    assert timedelta(minutes=30) >= LINK_LIFETIME


def test_links_asked_for_by_others_do_not_spoil_the_persons_own(
    session: Session, now: datetime, person: User
) -> None:
    own = request_reset_link(session, claim(PHONE), now=now)
    code = issue_code(session, None, person, CodePurpose.RESET, now=now)
    others = [
        request_reset_link(session, claim(PHONE, network="198.51.100.0/24"), now=now)
        for _ in range(9)
    ]

    assert own is not None
    assert sum(link is not None for link in others) == MAX_OPEN_LINKS - 1
    assert find_link_holder(session, own.token, now) is not None
    assert redeem(session, code, now) == "ok"
    assert find_link_holder(session, own.token, now) is None


def test_a_printed_code_is_no_link_and_a_link_no_printed_code(
    session: Session, now: datetime, person: User
) -> None:
    code = issue_code(session, None, person, CodePurpose.RESET, now=now)
    link = request_reset_link(session, claim(PHONE), now=now)
    assert link is not None
    session.flush()

    assert find_link_holder(session, code.replace("-", ""), now) is None
    assert redeem(session, link.token, now) == "code"


def test_one_network_cannot_have_messages_sent_without_end(session: Session, now: datetime) -> None:
    for number in range(200):
        request_reset_link(session, claim(f"139{number:08d}"), now=now)
    make_person(session, now, phone=PHONE)

    assert request_reset_link(session, claim(PHONE), now=now) is None
    assert request_reset_link(session, claim(PHONE, network="other"), now=now) is not None
    assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1
