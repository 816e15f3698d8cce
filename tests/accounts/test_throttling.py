"""Throttling slows those who guess and never the rightful person elsewhere."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginFailure, LoginTicket
from learning.accounts.password_hashing import Verdict
from learning.accounts.queries import find_challenge
from learning.accounts.rules import Claim, FailureCount, retry_after_s
from learning.accounts.rules.throttling import MAX_DELAY_S, NETWORK_SLOW, NETWORK_TIGHT, WINDOW
from learning.accounts.services import (
    complete_login,
    open_ticket,
    prune_failures,
    record_wrong_code,
)
from learning.accounts.services.logins import record_failure

from .people import claim, make_person, new_login

PHONE = "13800000000"
STRANGERS = "198.51.100.0/24"
RIGHT, WRONG = Verdict(is_right=True), Verdict(is_right=False)


def fail(session: Session, tried: Claim, times: int, at: datetime, *, source: str = "") -> None:
    """Write failures as an attack would leave them."""
    session.execute(
        insert(LoginFailure),
        [
            {"name_hash": name_hash, "network": source or tried.network, "failed_at": at}
            for name_hash in tried.name_hashes
            for _ in range(times)
        ],
    )


def delay(session: Session, tried: Claim, now: datetime) -> int:
    return find_challenge(session, tried, now).retry_after_s


@pytest.mark.parametrize(
    ("failures", "expected"),
    [(0, 0), (4, 0), (5, 2), (6, 4), (7, 8), (8, 16), (9, 32), (10, 60), (10**6, 60)],
)
def test_the_wait_doubles_after_five_failures_and_ends_at_a_minute(
    failures: int, expected: int, now: datetime
) -> None:
    assert retry_after_s(FailureCount(failures, now), FailureCount(), now) == expected


def test_the_wait_runs_out(now: datetime) -> None:
    failures = FailureCount(8, now)

    assert retry_after_s(failures, FailureCount(), now + timedelta(seconds=15)) == 1
    assert retry_after_s(failures, FailureCount(), now + timedelta(seconds=16)) == 0


def test_a_clock_set_back_does_not_lengthen_the_wait(now: datetime) -> None:
    assert retry_after_s(FailureCount(5, now), FailureCount(), now - timedelta(days=1)) == 2


def test_a_site_of_three_thousand_people_may_mistype(now: datetime) -> None:
    site = FailureCount(NETWORK_TIGHT - 1, now)

    assert retry_after_s(FailureCount(4, now), site, now) == 0


def test_a_first_try_is_heard_even_in_a_network_full_of_failures(now: datetime) -> None:
    tight = FailureCount(NETWORK_SLOW - 1, now)
    slow = FailureCount(NETWORK_SLOW, now)

    assert retry_after_s(FailureCount(), tight, now) == 0
    assert retry_after_s(FailureCount(1, now), tight, now) == 2
    assert retry_after_s(FailureCount(), slow, now) == 1


def test_an_attack_from_a_strangers_network_leaves_the_own_network_alone(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    attack = claim(PHONE, network=STRANGERS, device="stranger")
    for second in range(10):
        fail(session, attack, 1000, now - timedelta(seconds=second))

    assert delay(session, attack, now) == MAX_DELAY_S
    assert delay(session, claim(PHONE, device="new phone"), now) == 0


def test_an_attack_in_the_same_network_leaves_a_known_device_alone(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    own = claim(PHONE, device="own phone")
    challenge = find_challenge(session, own, now)
    complete_login(session, own, challenge, RIGHT, login=new_login(), now=now)
    fail(session, claim(PHONE, device="colleague"), NETWORK_SLOW, now)

    challenge = find_challenge(session, own, now)

    assert challenge.is_known_device
    assert challenge.retry_after_s == 0
    assert delay(session, claim(PHONE, device="colleague"), now) == MAX_DELAY_S


def test_a_stolen_known_device_cannot_guess_without_end(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    own = claim(PHONE, device="own phone")
    complete_login(
        session, own, find_challenge(session, own, now), RIGHT, login=new_login(), now=now
    )

    for _ in range(5):
        challenge = find_challenge(session, own, now)
        complete_login(session, own, challenge, WRONG, login=new_login("t2"), now=now)

    assert delay(session, own, now) == 2


def test_a_device_known_for_one_person_is_a_stranger_to_another(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    make_person(session, now, phone="13900000000")
    own = claim(PHONE, device="shared computer")
    complete_login(
        session, own, find_challenge(session, own, now), RIGHT, login=new_login(), now=now
    )

    challenge = find_challenge(session, claim("13900000000", device="shared computer"), now)

    assert not challenge.is_known_device


def test_a_right_password_on_an_unknown_device_is_heard_after_the_wait(
    session: Session, now: datetime
) -> None:
    make_person(session, now, phone=PHONE)
    tried = claim(PHONE, device="new phone")
    fail(session, tried, 100, now)

    assert 0 < delay(session, tried, now) <= MAX_DELAY_S
    assert delay(session, tried, now + timedelta(seconds=MAX_DELAY_S)) == 0


def test_a_made_up_organisation_code_opens_no_fresh_budget(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)

    for number in range(6):
        fail(session, claim(PHONE, organisation_code=f"X{number}"), 1, now)

    assert delay(session, claim(PHONE, organisation_code="X99"), now) > 0
    assert delay(session, claim(PHONE), now) > 0


def test_an_unknown_name_is_slowed_like_a_known_one(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    for phone in (PHONE, "13700000000"):
        for _ in range(7):
            record_failure(session, claim(phone), claim(phone).network, now=now)

    assert delay(session, claim(PHONE), now) == delay(session, claim("13700000000"), now) == 8


def test_success_forgets_the_failures_of_that_name_only(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    tried, other = claim(PHONE), claim("13700000000")
    fail(session, tried, 5, now)
    fail(session, other, 5, now)
    later = now + timedelta(seconds=5)

    complete_login(
        session, tried, find_challenge(session, tried, later), RIGHT, login=new_login(), now=later
    )

    kept = session.scalars(select(LoginFailure.name_hash)).all()
    assert set(kept) == set(other.name_hashes)


def test_codes_and_passwords_have_separate_budgets(session: Session, now: datetime) -> None:
    make_person(session, now, phone=PHONE)
    for _ in range(6):
        record_wrong_code(session, claim(PHONE, purpose="code"), now=now)

    assert delay(session, claim(PHONE, purpose="code"), now) > 0
    assert delay(session, claim(PHONE), now) == 0


def test_a_name_is_stored_only_as_a_keyed_hash(session: Session, now: datetime) -> None:
    record_failure(session, claim("my secret password"), STRANGERS, now=now)
    session.flush()

    row = session.scalars(select(LoginFailure)).one()

    assert "secret" not in row.name_hash
    assert len(row.name_hash) == 64


def test_old_failures_and_tickets_are_pruned(session: Session, now: datetime) -> None:
    tried = claim(PHONE)
    fail(session, tried, 2500, now - WINDOW - timedelta(seconds=1))
    fail(session, tried, 3, now - WINDOW + timedelta(seconds=1))
    open_ticket(session, "line", number=1, now=now - timedelta(hours=2))
    young = open_ticket(session, "line", number=2, now=now)

    removed = []
    while (count := prune_failures(session, now)) > 0:
        removed.append(count)

    assert sum(removed) == 2501
    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 3
    assert session.scalars(select(LoginTicket.public_id)).all() == [young]
