"""A window that moves: who is answering gets the time it adds, and nobody loses any."""

from datetime import timedelta

import pytest

from learning.attempts.events import WindowMoved
from learning.attempts.jobs import WINDOWS, sweep_due
from learning.attempts.models import Assessment
from learning.attempts.queries import find_score, get_attempt_by_id
from learning.attempts.saving import Saved
from learning.attempts.services import follow_window, move_window, pause_attempts, resume_attempts
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.errors import Conflict, NotFound
from tests.factories.attempts import Seat, make_seat

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def late(database, now) -> Seat:
    """Began 20 minutes before the window ends, with a limit of an hour."""
    seat = make_seat(database, now)
    with database.session(write=False) as session:
        closes_at = session.get_one(Assessment, seat.assessment_id).closes_at
    return make_seat(database, closes_at - 20 * MINUTE, assessment_id=seat.assessment_id)


def move(seat: Seat, by: timedelta, *, at: timedelta = timedelta(0), follow: bool = True) -> None:
    now = seat.started_at + at
    with seat.database.transaction() as session:
        held = session.get_one(Assessment, seat.assessment_id)
        move_window(
            session,
            seat.assessment_id,
            opens_at=held.opens_at,
            closes_at=held.closes_at + by,
            now=now,
        )
    while follow and events.deliver(seat.database, WINDOWS, now):
        pass


def deadline_of(seat: Seat) -> timedelta:
    """The deadline, counted from the start."""
    with seat.database.session(write=False) as session:
        return get_attempt_by_id(session, seat.attempt_id).deadline_at - seat.started_at


def test_a_running_attempt_that_the_window_cut_gets_what_it_was_cut(late: Seat) -> None:
    assert deadline_of(late) == 20 * MINUTE

    move(late, 10 * MINUTE)
    assert deadline_of(late) == 30 * MINUTE
    move(late, 2 * HOUR)
    assert deadline_of(late) == HOUR  # its own limit ends it now


def test_an_answer_after_the_old_end_counts(late: Seat) -> None:
    move(late, 30 * MINUTE)

    assert isinstance(late.save(1, 1, "b", at=45 * MINUTE), Saved)
    assert sweep_due(late.database, late.started_at + 46 * MINUTE) >= 0
    with late.database.session(write=False) as session:
        assert get_attempt_by_id(session, late.attempt_id).submitted_at is None
    sweep_due(late.database, late.started_at + 52 * MINUTE)
    with late.database.session(write=False) as session:
        assert find_score(session, late.attempt_id).points_milli == 4_000


def test_the_sweep_waits_while_deadlines_still_follow(late: Seat) -> None:
    move(late, 30 * MINUTE, follow=False)

    sweep_due(late.database, late.started_at + 25 * MINUTE)
    with late.database.session(write=False) as session:
        assert get_attempt_by_id(session, late.attempt_id).submitted_at is None, "swept"

    while events.deliver(late.database, WINDOWS, late.started_at + 25 * MINUTE):
        pass
    assert deadline_of(late) == 50 * MINUTE
    sweep_due(late.database, late.started_at + 52 * MINUTE)
    with late.database.session(write=False) as session:
        assert get_attempt_by_id(session, late.attempt_id).submitted_at is not None


def test_an_earlier_move_does_not_end_the_waiting_for_a_later_one(late: Seat) -> None:
    move(late, 10 * MINUTE, follow=False)
    move(late, 10 * MINUTE, at=MINUTE, follow=False)

    with late.database.transaction() as session:
        told = WindowMoved(late.assessment_id, to_us(late.started_at))
        follow_window(session, told, late.started_at + 2 * MINUTE)

    with late.database.session(write=False) as session:
        held = session.get_one(Assessment, late.assessment_id)
        assert held.moved_at == late.started_at + MINUTE


def test_time_given_before_stays_given(late: Seat) -> None:
    with late.database.transaction() as session:
        given = {"actor_id": None, "reason": "停电"}
        pause_attempts(session, [late.attempt_id], now=late.started_at + MINUTE, **given)
        resume_attempts(session, [late.attempt_id], now=late.started_at + 6 * MINUTE, **given)

    move(late, 10 * MINUTE, at=7 * MINUTE)

    assert deadline_of(late) == 35 * MINUTE


def test_a_window_never_ends_earlier(late: Seat) -> None:
    with pytest.raises(Conflict, match="window_shortened"):
        move(late, -MINUTE)
    at = late.started_at
    with pytest.raises(NotFound), late.database.transaction() as session:
        move_window(session, 10**9, opens_at=at, closes_at=at + HOUR, now=at)
