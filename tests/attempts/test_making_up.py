"""Whom an outage cost time and the clock took in before it was declared: a further attempt."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.events import MAKE_UP, VOIDED
from learning.attempts.jobs import OUTAGES, sweep_due
from learning.attempts.models import Attempt, MakeUp, ScoreRow, TimeGrant
from learning.attempts.queries import tally_make_ups
from learning.attempts.rules import AttemptRules, Release, parse_batch
from learning.attempts.services import declare_outage, start_attempt, submit_attempt, void_attempt
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict
from learning.kernel.events import EventRow
from tests.factories.attempts import Seat, make_seat

MINUTE = timedelta(minutes=1)
ONCE = AttemptRules(limit_s=3600, max_attempts=1, release=Release.AT_CLOSE, review=True)


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now, rules=ONCE)


def declare(seat: Seat, begin: int, end: int, *, at: int, outage_id: str = "o1") -> None:
    """Declare an outage, in minutes from the start, and let the worker do what follows."""
    start = seat.started_at
    with seat.database.transaction() as session:
        declare_outage(
            session,
            seat.assessment_id,
            (start + begin * MINUTE, start + end * MINUTE),
            outage_id=outage_id,
            actor_id=None,
            reason="停电",
            now=start + at * MINUTE,
        )
    deliver(seat, at)


def deliver(seat: Seat, at: int) -> None:
    while events.deliver(seat.database, OUTAGES, seat.started_at + at * MINUTE):
        pass


def sweep(seat: Seat, at: int = 70) -> None:
    sweep_due(seat.database, seat.started_at + at * MINUTE)


def cut_short(seat: Seat) -> None:
    """The service is down from the fiftieth minute to the seventieth; the clock ends at sixty."""
    sweep(seat)
    declare(seat, 50, 70, at=75)


def begin(seat: Seat, at: int = 80) -> str:
    with seat.database.transaction() as session:
        return start_attempt(
            session,
            seat.actor,
            seat.assessment_id,
            device_token="d",
            now=seat.started_at + at * MINUTE,
        )


def attempts_of(seat: Seat) -> list[tuple[int, bool, bool]]:
    """Return (number, is open, is void) of every attempt of the person."""
    with seat.database.session(write=False) as session:
        rows = session.scalars(
            select(Attempt).where(Attempt.user_id == seat.user_id).order_by(Attempt.number)
        )
        return [(a.number, a.submitted_at is None, a.voided_at is not None) for a in rows]


def told(seat: Seat, kind: str) -> list[dict]:
    with seat.database.session(write=False) as session:
        rows = session.scalars(select(EventRow.payload).where(EventRow.kind == kind))
        return [json.loads(row) for row in rows]


def tally(seat: Seat) -> tuple[int, int]:
    with seat.database.session(write=False) as session:
        return tally_make_ups(session, seat.assessment_id)


def test_what_was_taken_in_stays_as_it_is_and_its_person_is_told_of_another_one(seat: Seat) -> None:
    cut_short(seat)

    assert tally(seat) == (1, 0)
    assert attempts_of(seat) == [(1, False, False)]
    [event] = told(seat, MAKE_UP)
    assert (event["user_id"], event["number"]) == (seat.user_id, 1)
    with seat.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(ScoreRow)) == 1
        acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("attempt.make_up_given") == 1


def test_the_one_cut_short_counts_no_more_from_when_the_further_one_begins(seat: Seat) -> None:
    cut_short(seat)

    begin(seat)

    assert attempts_of(seat) == [(1, False, True), (2, True, False)]
    assert tally(seat) == (1, 1)
    assert [event["cause"] for event in told(seat, VOIDED)] == ["make_up"]


def test_it_is_one_further_attempt_and_no_more(seat: Seat) -> None:
    cut_short(seat)
    attempt = begin(seat)
    with seat.database.transaction() as session:
        submit_attempt(
            session,
            seat.actor,
            attempt,
            batch=parse_batch({"epoch": 1, "responses": []}),
            last_seq={},
            now=seat.started_at + 90 * MINUTE,
        )

    with pytest.raises(Conflict, match="attempts_used"):
        begin(seat, 91)


def test_another_outage_over_the_same_attempt_gives_nothing_more(seat: Seat) -> None:
    cut_short(seat)
    declare(seat, 40, 72, at=76, outage_id="o2")
    deliver(seat, 77)

    assert tally(seat) == (1, 0)


def test_who_has_an_attempt_left_takes_that_first_and_keeps_both(database, now) -> None:
    seat = make_seat(database, now, rules=replace(ONCE, max_attempts=2))
    cut_short(seat)

    begin(seat)
    assert attempts_of(seat) == [(1, False, False), (2, True, False)]
    sweep(seat, 200)
    begin(seat, 210)

    assert attempts_of(seat) == [(1, False, True), (2, False, False), (3, True, False)]


@pytest.mark.parametrize(
    ("rules", "span"),
    [
        (ONCE, (61, 70)),
        (replace(ONCE, release=Release.AT_SUBMIT), (50, 70)),
        (replace(ONCE, max_attempts=0), (50, 70)),
    ],
    ids=["ran out before", "keys are known", "attempts are free"],
)
def test_nothing_is_given_where_nothing_was_lost_or_is_to_give(database, now, rules, span) -> None:
    seat = make_seat(database, now, rules=rules)
    sweep(seat)
    declare(seat, *span, at=75)

    assert tally(seat) == (0, 0)


def test_who_handed_in_or_is_void_gets_none(seat: Seat, now) -> None:
    void = make_seat(seat.database, now, assessment_id=seat.assessment_id)
    with seat.database.transaction() as session:
        submit_attempt(
            session,
            seat.actor,
            seat.attempt,
            batch=parse_batch({"epoch": 1, "responses": []}),
            last_seq={},
            now=now + 55 * MINUTE,
        )
    sweep(seat)
    with seat.database.transaction() as session:
        void_attempt(session, void.attempt_id, actor_id=None, reason="违纪", now=now + 71 * MINUTE)
    declare(seat, 50, 70, at=75)

    assert tally(seat) == (0, 0)


def test_parallel_starts_begin_one_further_attempt_and_void_once(seat: Seat) -> None:
    cut_short(seat)

    with ThreadPoolExecutor(8) as pool:
        begun = set(pool.map(lambda _n: begin(seat), range(50)))

    assert len(begun) == 1
    assert attempts_of(seat) == [(1, False, True), (2, True, False)]
    assert len(told(seat, VOIDED)) == 1


def test_whoever_the_sweep_meets_meanwhile_gets_minutes_or_a_further_attempt(seat: Seat) -> None:
    """The clock runs out for all at the moment in which the outage is given back."""
    seats = [seat]
    for _ in range(29):
        seats.append(make_seat(seat.database, seat.started_at, assessment_id=seat.assessment_id))
    start = seat.started_at
    with seat.database.transaction() as session:
        declare_outage(
            session,
            seat.assessment_id,
            (start + 50 * MINUTE, start + 62 * MINUTE),
            outage_id="o1",
            actor_id=None,
            reason="停电",
            now=start + 62 * MINUTE,
        )

    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(sweep, seat, 62), pool.submit(deliver, seat, 62)]
        works += [pool.submit(sweep, seat, 62), pool.submit(deliver, seat, 62)]
        for work in works:
            work.result()
    deliver(seat, 63)

    with seat.database.session(write=False) as session:
        given = set(session.scalars(select(TimeGrant.attempt_id)))
        made_up = set(session.scalars(select(MakeUp.attempt_id)))
        is_open = set(session.scalars(select(Attempt.id).where(Attempt.submitted_at.is_(None))))
    assert given | made_up == {each.attempt_id for each in seats}
    assert not given & made_up
    assert is_open == given
