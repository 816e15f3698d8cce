"""Stopping the clock, giving time, taking papers in, voiding: each lands in the one formula."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import LoginSession
from learning.attempts.events import SCORED, VOIDED
from learning.attempts.jobs import OUTAGES, sweep_due
from learning.attempts.models import Attempt, TimeGrant
from learning.attempts.queries import find_score, get_attempt_by_id, list_current_scores
from learning.attempts.rules import AttemptRules, Delivery, parse_batch
from learning.attempts.services import (
    add_extra_time,
    declare_outage,
    force_finish,
    pause_attempts,
    resume_attempts,
    reveal_position,
    submit_attempt,
    sweep_attempt,
    void_attempt,
)
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import EventRow
from tests.factories.attempts import Seat, make_seat

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now)


def act(seat: Seat, what, *args, at: timedelta, **more):
    with seat.database.transaction() as session:
        return what(session, *args, actor_id=None, reason="停电", now=seat.started_at + at, **more)


def pause(seat: Seat, at: timedelta) -> int:
    return act(seat, pause_attempts, [seat.attempt_id], at=at)


def resume(seat: Seat, at: timedelta) -> int:
    return act(seat, resume_attempts, [seat.attempt_id], at=at)


def force(seat: Seat, at: timedelta) -> bool:
    return act(seat, force_finish, seat.attempt_id, at=at)


def submit(seat: Seat, at: timedelta):
    with seat.database.transaction() as session:
        return submit_attempt(
            session,
            seat.actor,
            seat.attempt,
            batch=parse_batch({"epoch": 1, "responses": []}),
            last_seq={},
            now=seat.started_at + at,
        )


def attempt_of(seat: Seat):
    with seat.database.session(write=False) as session:
        return get_attempt_by_id(session, seat.attempt_id)


def told_of(seat: Seat, kind: str) -> int:
    with seat.database.session(write=False) as session:
        return len(session.scalars(select(EventRow.id).where(EventRow.kind == kind)).all())


class TestPausing:
    def test_the_deadline_moves_by_the_pause_and_no_more(self, seat: Seat) -> None:
        assert pause(seat, 10 * MINUTE) == 1
        assert attempt_of(seat).deadline_at == seat.started_at + HOUR
        assert resume(seat, 25 * MINUTE) == 1

        attempt = attempt_of(seat)
        assert attempt.deadline_at == seat.started_at + HOUR + 15 * MINUTE
        assert (attempt.extra_s, attempt.paused_at) == (900, None)

    def test_a_part_of_a_second_is_given_whole(self, seat: Seat) -> None:
        pause(seat, MINUTE)
        resume(seat, MINUTE + timedelta(milliseconds=1))

        assert attempt_of(seat).extra_s == 1

    def test_pausing_or_resuming_twice_changes_nothing(self, seat: Seat) -> None:
        assert [pause(seat, MINUTE), pause(seat, 2 * MINUTE)] == [1, 0]
        assert [resume(seat, 3 * MINUTE), resume(seat, 9 * MINUTE)] == [1, 0]

        assert attempt_of(seat).extra_s == 120

    def test_a_paused_attempt_is_never_swept_and_saves_go_on(self, seat: Seat) -> None:
        pause(seat, 59 * MINUTE)
        seat.save(1, 1, "b", at=3 * HOUR)

        with seat.database.transaction() as session:
            assert not sweep_attempt(session, seat.attempt_id, seat.started_at + DAY), "swept"
        assert sweep_due(seat.database, seat.started_at + DAY) == 0

        resume(seat, 4 * HOUR)
        assert sweep_due(seat.database, seat.started_at + 4 * HOUR + 30 * timedelta(seconds=1)) == 0
        assert sweep_due(seat.database, seat.started_at + 4 * HOUR + 2 * MINUTE) == 1
        with seat.database.session(write=False) as session:
            assert find_score(session, seat.attempt_id).points_milli == 4_000

    def test_a_hand_in_waits_with_the_clock_and_loses_nothing(self, seat: Seat) -> None:
        pause(seat, MINUTE)

        with pytest.raises(Conflict) as refused:
            submit(seat, 2 * MINUTE)

        assert refused.value.code == "paused"
        assert attempt_of(seat).submitted_at is None
        resume(seat, 3 * MINUTE)
        assert not submit(seat, 4 * MINUTE).was_finished

    def test_what_has_run_out_cannot_be_paused(self, seat: Seat) -> None:
        assert pause(seat, HOUR + MINUTE) == 0

    def test_step_by_step_nothing_opens_while_paused(self, database, now) -> None:
        seat = make_seat(database, now, rules=AttemptRules(limit_s=600, delivery=Delivery.STEPWISE))
        pause(seat, MINUTE)

        with pytest.raises(Conflict, match="paused"), database.transaction() as session:
            reveal_position(session, seat.actor, seat.attempt, 1, now=now + 2 * MINUTE)

    def test_the_log_in_lives_as_long_as_the_attempt(self, seat: Seat) -> None:
        pause(seat, MINUTE)
        resume(seat, 11 * HOUR)

        with seat.database.session(write=False) as session:
            ends = session.scalar(
                select(LoginSession.expires_at).where(LoginSession.user_id == seat.user_id)
            )
        assert ends > attempt_of(seat).deadline_at


class TestAddedTime:
    def test_one_act_gives_an_attempt_its_time_once(self, seat: Seat) -> None:
        ids = [seat.attempt_id]

        first = act(seat, add_extra_time, ids, 5 * MINUTE, at=MINUTE, act_id="a1")
        again = act(seat, add_extra_time, ids, 5 * MINUTE, at=MINUTE, act_id="a1")
        other = act(seat, add_extra_time, ids, 5 * MINUTE, at=MINUTE, act_id="a2")

        assert (first, again, other) == (1, 0, 1)
        assert attempt_of(seat).extra_s == 600

    def test_the_sweep_keeps_to_time_added_at_the_last_moment(self, seat: Seat) -> None:
        act(seat, add_extra_time, [seat.attempt_id], 15 * MINUTE, at=59 * MINUTE)

        assert sweep_due(seat.database, seat.started_at + HOUR + 5 * MINUTE) == 0, "time lost"
        assert sweep_due(seat.database, seat.started_at + HOUR + 16 * MINUTE) == 1
        assert attempt_of(seat).finished_at == seat.started_at + HOUR + 15 * MINUTE


class TestOutages:
    def declare(self, seat: Seat, begin, end, outage_id="o1", at=30 * MINUTE) -> bool:
        start = seat.started_at
        declared = act(
            seat,
            declare_outage,
            seat.assessment_id,
            (start + begin, start + end),
            outage_id=outage_id,
            at=at,
        )
        while events.deliver(seat.database, OUTAGES, start + at):
            pass
        return declared

    def test_everybody_gets_what_they_lost_and_once(self, seat: Seat, now) -> None:
        late = make_seat(seat.database, now + 15 * MINUTE, assessment_id=seat.assessment_id)
        after = make_seat(seat.database, now + 25 * MINUTE, assessment_id=seat.assessment_id)

        assert self.declare(seat, 10 * MINUTE, 20 * MINUTE)
        assert not self.declare(seat, 10 * MINUTE, 20 * MINUTE)

        given = [attempt_of(each).extra_s for each in (seat, late, after)]
        assert given == [600, 300, 0]

    def test_what_a_pause_or_an_earlier_outage_gave_is_not_given_twice(self, seat: Seat) -> None:
        pause(seat, 5 * MINUTE)
        resume(seat, 12 * MINUTE)
        self.declare(seat, 18 * MINUTE, 19 * MINUTE, "o1")
        self.declare(seat, 10 * MINUTE, 20 * MINUTE, "o2")

        assert attempt_of(seat).extra_s == (7 + 1 + 7) * 60

    def test_who_is_paused_gets_it_by_resuming(self, seat: Seat) -> None:
        pause(seat, 15 * MINUTE)
        self.declare(seat, 10 * MINUTE, 20 * MINUTE)
        resume(seat, 40 * MINUTE)

        assert attempt_of(seat).extra_s == (5 + 25) * 60

    def test_more_than_a_batch_is_reached(self, seat: Seat, now) -> None:
        seats = [
            make_seat(seat.database, now, assessment_id=seat.assessment_id) for _ in range(101)
        ]

        self.declare(seat, 10 * MINUTE, 20 * MINUTE)

        assert {attempt_of(each).extra_s for each in seats} == {600}

    @pytest.mark.parametrize(("begin", "end"), [(20, 10), (10, 40)])
    def test_an_outage_is_over_and_began_before_it_ended(self, seat: Seat, begin, end) -> None:
        with pytest.raises(Conflict, match="outage_span"):
            self.declare(seat, begin * MINUTE, end * MINUTE)

    def test_each_grant_says_why(self, seat: Seat) -> None:
        act(seat, add_extra_time, [seat.attempt_id], MINUTE, at=MINUTE)
        pause(seat, 2 * MINUTE)
        resume(seat, 3 * MINUTE)
        self.declare(seat, 4 * MINUTE, 5 * MINUTE)

        with seat.database.session(write=False) as session:
            rows = session.execute(
                select(TimeGrant.cause, TimeGrant.extra_s, TimeGrant.reason).order_by(TimeGrant.id)
            ).all()
        assert rows == [("added", 60, "停电"), ("pause", 60, "停电"), ("outage", 60, "停电")]


class TestTakingIn:
    def test_a_forced_paper_ends_now_with_what_was_saved(self, seat: Seat) -> None:
        seat.save(1, 1, "b")

        assert force(seat, 20 * MINUTE)
        assert not force(seat, 21 * MINUTE)

        attempt = attempt_of(seat)
        assert attempt.finish_kind == "forced"
        assert attempt.finished_at == seat.started_at + 20 * MINUTE
        assert told_of(seat, SCORED) == 1
        with seat.database.session(write=False) as session:
            assert find_score(session, seat.attempt_id).points_milli == 4_000

    def test_after_the_deadline_it_ends_at_the_deadline(self, seat: Seat) -> None:
        force(seat, 2 * HOUR)

        assert attempt_of(seat).finished_at == seat.started_at + HOUR

    def test_a_paused_one_ends_with_its_pause_given(self, seat: Seat) -> None:
        pause(seat, 50 * MINUTE)
        seat.save(1, 1, "b", at=80 * MINUTE)
        force(seat, 90 * MINUTE)

        attempt = attempt_of(seat)
        assert attempt.finished_at == seat.started_at + 90 * MINUTE
        with seat.database.session(write=False) as session:
            assert find_score(session, seat.attempt_id).points_milli == 4_000

    def test_a_void_attempt_keeps_its_score_and_counts_for_nothing(self, seat: Seat) -> None:
        seat.save(1, 1, "b")

        assert act(seat, void_attempt, seat.attempt_id, at=MINUTE)
        assert not act(seat, void_attempt, seat.attempt_id, at=2 * MINUTE)

        assert told_of(seat, VOIDED) == 1
        with seat.database.session(write=False) as session:
            assert find_score(session, seat.attempt_id).points_milli == 4_000
            assert list_current_scores(session, seat.assessment_id, seat.user_id) == []
            row = session.get_one(Attempt, seat.attempt_id)
            assert (row.finish_kind, row.voided_at) == ("forced", seat.started_at + MINUTE)

    def test_what_is_not_there_cannot_be_voided(self, seat: Seat) -> None:
        with pytest.raises(NotFound):
            act(seat, void_attempt, 10**6, at=MINUTE)
