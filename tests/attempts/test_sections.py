"""Sections with limits of their own: what counts, what is kept aside, who moves an end."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from learning.attempts.jobs import OUTAGES, sweep_due
from learning.attempts.queries import find_score, get_attempt_by_id, list_responses
from learning.attempts.rules import AttemptRules, Delivery, parse_batch
from learning.attempts.saving import Refused, Saved
from learning.attempts.services import (
    add_extra_time,
    commit_position,
    declare_outage,
    force_finish,
    leave_section,
    pause_attempts,
    resume_attempts,
    reveal_position,
    submit_attempt,
)
from learning.attempts.watching import list_late
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import make_blueprint, with_limits

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LAST_OF_FIRST, FIRST_OF_SECOND = 20, 21
RULES = AttemptRules(limit_s=30 * 60)


@pytest.fixture
def seat(database, now) -> Seat:
    """Twenty items in 20 minutes, then five in 10."""
    return make_seat(database, now, blueprint=with_limits(make_blueprint(), 20, 10), rules=RULES)


def act(seat: Seat, what, *args, at: timedelta, **more):
    with seat.database.transaction() as session:
        return what(session, *args, actor_id=None, reason="停电", now=seat.started_at + at, **more)


def leave(seat: Seat, number: int = 1, *, at: timedelta, epoch: int = 1, **last_seq: int) -> None:
    with seat.database.transaction() as session:
        leave_section(
            session,
            seat.actor,
            seat.attempt,
            number,
            epoch=epoch,
            last_seq={int(p[1:]): seq for p, seq in last_seq.items()},
            now=seat.started_at + at,
        )


def ends_of(seat: Seat) -> list[float]:
    """Return the ends of the sections in minutes from the start; the deadline is the last."""
    with seat.database.session(write=False) as session:
        attempt = get_attempt_by_id(session, seat.attempt_id)
    assert attempt.sections is not None
    assert attempt.deadline_at == attempt.sections.ends_at
    return [(each.ends_at - seat.started_at) / MINUTE for each in attempt.sections.times]


def points_of(seat: Seat) -> int:
    with seat.database.session(write=False) as session:
        score = find_score(session, seat.attempt_id)
    assert score is not None
    return score.points_milli


class TestSaving:
    def test_within_a_section_and_its_grace_it_is_saved(self, seat: Seat) -> None:
        assert seat.save(LAST_OF_FIRST, 1, at=20 * MINUTE + 10 * SECOND) == Saved([(20, 1)], [])
        assert seat.save(FIRST_OF_SECOND, 1, ["a"], at=20 * MINUTE) == Saved([(21, 1)], [])

    def test_after_the_grace_it_is_kept_aside_and_never_scored(self, seat: Seat) -> None:
        seat.save(1, 1, "c")

        late = seat.save(1, 2, "b", at=20 * MINUTE + 11 * SECOND)

        assert late == Saved([], [(1, 2)]), "an answer after the end of its section was taken"
        act(seat, force_finish, seat.attempt_id, at=25 * MINUTE)
        assert points_of(seat) == 0
        with seat.database.session(write=False) as session:
            assert list_late(session, seat.attempt_id) == [1]

    def test_what_has_not_opened_is_refused_with_the_state(self, seat: Seat) -> None:
        seat.save(1, 1)

        refused = seat.save(FIRST_OF_SECOND, 1, at=20 * MINUTE - SECOND)

        assert refused == Refused("section_closed", 1, {1: (1, 1)}, FIRST_OF_SECOND)
        with seat.database.session(write=False) as session:
            assert len(list_responses(session, seat.attempt_id)) == 1

    def test_a_batch_over_both_sections_is_told_apart(self, seat: Seat) -> None:
        outcome = seat.save_many([(1, 1, "b"), (FIRST_OF_SECOND, 1, ["a"])], at=25 * MINUTE)

        assert outcome == Saved([(FIRST_OF_SECOND, 1)], [(1, 1)])
        assert seat.save(1, 1, "b", at=25 * MINUTE) == Saved([], [(1, 1)]), "a duplicate"

    def test_after_the_hand_in_everything_is_kept_aside(self, seat: Seat) -> None:
        act(seat, force_finish, seat.attempt_id, at=5 * MINUTE)

        assert seat.save(FIRST_OF_SECOND, 1, at=6 * MINUTE) == Saved([], [(21, 1)])

    def test_a_save_that_waits_behind_the_end_of_its_section_is_kept_aside(
        self, seat: Seat
    ) -> None:
        """Its clock says that the section ended long before: only the row that it waits for does."""
        queue = seat.database.writer_queue

        def save() -> Saved | Refused:
            if queue is None:
                return seat.save(1, 1, at=16 * MINUTE)
            with queue.held():
                return seat.save(1, 1, at=16 * MINUTE)

        with ThreadPoolExecutor(1) as pool:
            with seat.database.transaction() as session:
                leave_section(
                    session,
                    seat.actor,
                    seat.attempt,
                    1,
                    epoch=1,
                    last_seq={},
                    now=seat.started_at + 15 * MINUTE,
                )
                saving = pool.submit(save)
                time.sleep(0.4)
                assert not saving.done(), "the save must wait for the end of the section"
            assert saving.result(10) == Saved([], [(1, 1)])


class TestTime:
    def test_added_time_applies_to_the_running_section(self, seat: Seat) -> None:
        act(seat, add_extra_time, [seat.attempt_id], 5 * MINUTE, at=19 * MINUTE)

        assert ends_of(seat) == [25, 35]
        assert seat.save(1, 1, at=24 * MINUTE) == Saved([(1, 1)], []), "added time was lost"
        act(seat, add_extra_time, [seat.attempt_id], 5 * MINUTE, at=26 * MINUTE)
        assert ends_of(seat) == [25, 40]

    def test_a_pause_across_the_end_of_a_section_keeps_what_was_left_of_it(
        self, seat: Seat
    ) -> None:
        act(seat, pause_attempts, [seat.attempt_id], at=15 * MINUTE)
        assert seat.save(1, 1, "b", at=40 * MINUTE) == Saved([(1, 1)], []), "the clock stands"
        assert isinstance(seat.save(FIRST_OF_SECOND, 1, at=40 * MINUTE), Refused)

        act(seat, resume_attempts, [seat.attempt_id], at=45 * MINUTE)

        assert ends_of(seat) == [50, 60]
        act(seat, force_finish, seat.attempt_id, at=46 * MINUTE)
        assert points_of(seat) == 4_000

    def test_an_outage_is_given_back_to_the_running_section(self, seat: Seat) -> None:
        begun = seat.started_at
        lost = (begun + 10 * MINUTE, begun + 14 * MINUTE)
        act(seat, declare_outage, seat.assessment_id, lost, outage_id="o1", at=15 * MINUTE)
        while events.deliver(seat.database, OUTAGES, begun + 15 * MINUTE):
            pass

        assert ends_of(seat) == [24, 34]

    def test_an_accommodation_is_shared_out(self, seat: Seat, now) -> None:
        other = make_seat(seat.database, now, assessment_id=seat.assessment_id, extra=6 * MINUTE)

        assert ends_of(other) == [24, 36]

    def test_the_sweep_moves_nothing_between_sections_and_ends_at_the_last_end(
        self, seat: Seat
    ) -> None:
        assert sweep_due(seat.database, seat.started_at + 25 * MINUTE) == 0
        assert sweep_due(seat.database, seat.started_at + 31 * MINUTE) == 1
        with seat.database.session(write=False) as session:
            finished_at = get_attempt_by_id(session, seat.attempt_id).finished_at
        assert finished_at == seat.started_at + 30 * MINUTE


class TestGoingOn:
    def test_the_next_section_opens_at_once_with_its_own_limit(self, seat: Seat) -> None:
        leave(seat, at=5 * MINUTE)

        assert ends_of(seat) == [5, 15]
        assert seat.save(FIRST_OF_SECOND, 1, ["a"], at=5 * MINUTE) == Saved([(21, 1)], [])
        assert seat.save(1, 1, at=6 * MINUTE) == Saved([], [(1, 1)])

    def test_a_repeated_call_changes_nothing(self, seat: Seat) -> None:
        leave(seat, at=5 * MINUTE)
        leave(seat, at=6 * MINUTE)

        assert ends_of(seat) == [5, 15]

    def test_the_server_must_hold_what_the_device_knows(self, seat: Seat) -> None:
        seat.save(1, 1)

        with pytest.raises(Conflict, match="missing") as refused:
            leave(seat, at=5 * MINUTE, p1=2)

        assert refused.value.data == {"positions": [1]}
        assert ends_of(seat) == [20, 30]

    @pytest.mark.parametrize(
        ("number", "epoch", "code"), [(2, 1, "section_closed"), (1, 9, "epoch")]
    )
    def test_what_does_not_run_cannot_be_left(self, seat: Seat, number, epoch, code) -> None:
        with pytest.raises(Conflict, match=code):
            leave(seat, number, at=5 * MINUTE, epoch=epoch)

    def test_a_paused_or_finished_one_is_not_left(self, seat: Seat) -> None:
        act(seat, pause_attempts, [seat.attempt_id], at=MINUTE)
        with pytest.raises(Conflict, match="paused"):
            leave(seat, at=2 * MINUTE)
        act(seat, force_finish, seat.attempt_id, at=3 * MINUTE)
        with pytest.raises(Conflict, match="already_submitted"):
            leave(seat, at=4 * MINUTE)

    def test_a_foreign_attempt_looks_missing(self, seat: Seat, now) -> None:
        other = make_seat(seat.database, now, assessment_id=seat.assessment_id)
        seat.attempt = other.attempt

        with pytest.raises(NotFound):
            leave(seat, at=MINUTE)

    def test_a_hand_in_scores_each_section_by_its_own_end(self, seat: Seat) -> None:
        """What the hand-in carries of an ended section, or of one unopened, is kept aside."""
        seat.save(1, 1, "b")
        carried = [(2, "b"), (FIRST_OF_SECOND, ["a", "c"])]
        for at, points in ((5 * MINUTE, 8_000), (25 * MINUTE, 4_000)):
            twin = make_seat(seat.database, seat.started_at, assessment_id=seat.assessment_id)
            twin.save(1, 1, "b")
            responses = [{"position": p, "seq": 1, "response": r} for p, r in carried]
            if at > 20 * MINUTE:
                responses.pop()
            with seat.database.transaction() as session:
                submit_attempt(
                    session,
                    twin.actor,
                    twin.attempt,
                    batch=parse_batch({"epoch": 1, "responses": responses}),
                    last_seq={},
                    now=twin.started_at + at,
                )
            assert points_of(twin) == points


class TestStepByStep:
    @pytest.fixture
    def steps(self, database, now) -> Seat:
        rules = AttemptRules(limit_s=30 * 60, delivery=Delivery.STEPWISE)
        return make_seat(
            database, now, blueprint=with_limits(make_blueprint(), 20, 10), rules=rules
        )

    def reveal(self, seat: Seat, position: int, at: timedelta) -> None:
        with seat.database.transaction() as session:
            reveal_position(session, seat.actor, seat.attempt, position, now=seat.started_at + at)

    def test_only_the_running_section_is_opened(self, steps: Seat) -> None:
        with pytest.raises(Conflict, match="section_closed"):
            self.reveal(steps, FIRST_OF_SECOND, MINUTE)
        with pytest.raises(Conflict, match="section_closed"):
            self.reveal(steps, 1, 21 * MINUTE)

    def test_what_was_left_open_does_not_stand_in_the_way(self, steps: Seat) -> None:
        self.reveal(steps, 1, 19 * MINUTE)
        steps.save(1, 1, "b", at=19 * MINUTE)

        self.reveal(steps, FIRST_OF_SECOND, 21 * MINUTE)

        with steps.database.transaction() as session, pytest.raises(Conflict):
            commit_position(
                session, steps.actor, steps.attempt, 1, now=steps.started_at + 22 * MINUTE
            )
        act(steps, force_finish, steps.attempt_id, at=23 * MINUTE)
        assert points_of(steps) == 4_000
