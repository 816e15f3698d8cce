"""Finishing: once, scored from what was in time, with nothing acknowledged left out."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.events import SCORED
from learning.attempts.jobs import sweep_due
from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.queries import find_score, get_attempt, has_open_attempts, list_scores
from learning.attempts.rules import AttemptRules, parse_batch
from learning.attempts.services import add_extra_time, submit_attempt, sweep_attempt, take_over
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import EventRow
from tests.factories.attempts import Seat, make_seat

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now)


def batch(*entries, epoch: int = 1):
    return parse_batch(
        {
            "epoch": epoch,
            "responses": [{"position": p, "seq": s, "response": r} for p, s, r in entries],
        }
    )


def submit(seat: Seat, *entries, last_seq=None, at=5 * MINUTE, epoch: int = 1):
    with seat.database.transaction() as session:
        return submit_attempt(
            session,
            seat.actor,
            seat.attempt,
            batch=batch(*entries, epoch=epoch),
            last_seq=last_seq or {},
            now=seat.started_at + at,
        )


def score_of(seat: Seat) -> ScoreRow | None:
    with seat.database.session(write=False) as session:
        return find_score(session, seat.attempt_id)


def attempt_of(seat: Seat):
    with seat.database.session(write=False) as session:
        return get_attempt(session, seat.actor.user_id, seat.attempt)


def answer_all_right(seat: Seat, *, skip: tuple[int, ...] = ()) -> None:
    entries = [(p, 1, "b" if p <= 20 else ["a", "c"]) for p in range(1, 26) if p not in skip]
    seat.save_many(entries)


def test_all_right_is_full_marks_with_a_frozen_document_and_its_hash(seat: Seat) -> None:
    answer_all_right(seat)

    submit(seat)

    score = score_of(seat)
    assert (score.points_milli, score.max_milli) == (100_000, 100_000)
    assert score.answers_sha256 == hashlib.sha256(score.answers.encode()).hexdigest()
    rows = json.loads(score.answers)
    assert len(rows) == 25
    assert rows[0][2:] == [1, 1, '"b"']
    attempt = attempt_of(seat)
    assert attempt.finish_kind == "submitted"
    assert attempt.finished_at == seat.started_at + 5 * MINUTE


def test_the_unsent_queue_travels_with_the_submission_and_counts(seat: Seat) -> None:
    answer_all_right(seat, skip=(7,))

    submit(seat, (7, 1, "b"), last_seq=dict.fromkeys(range(1, 26), 1))

    assert score_of(seat).points_milli == 100_000


def test_an_answer_the_server_lacks_is_named_and_the_attempt_stays_open(seat: Seat) -> None:
    seat.save(1, 1, "b")

    with pytest.raises(Conflict) as caught:
        submit(seat, last_seq={1: 1, 4: 2})

    assert (caught.value.code, caught.value.data["positions"]) == ("missing", [4])
    assert attempt_of(seat).submitted_at is None
    assert score_of(seat) is None


def test_a_carried_answer_that_clashes_with_a_stored_one_is_named(seat: Seat) -> None:
    seat.save(1, 1, "b")

    with pytest.raises(Conflict) as caught:
        submit(seat, (1, 1, "c"))

    assert caught.value.data["positions"] == [1]
    assert attempt_of(seat).submitted_at is None


def test_a_repeated_submission_finds_the_first_and_scores_no_second_time(seat: Seat) -> None:
    assert not submit(seat).was_finished
    assert submit(seat).was_finished

    with seat.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(ScoreRow)) == 1
        assert session.scalar(select(func.count()).select_from(EventRow)) == 1


def test_a_device_that_was_taken_over_from_cannot_submit(seat: Seat, now) -> None:
    with seat.database.transaction() as session:
        take_over(session, seat.actor, seat.attempt, device_token="two", now=now)

    with pytest.raises(Conflict) as caught:
        submit(seat, epoch=1)

    assert (caught.value.code, caught.value.data["epoch"]) == ("epoch", 2)
    assert attempt_of(seat).submitted_at is None


def test_a_foreign_attempt_cannot_be_submitted_and_looks_missing(seat: Seat, now) -> None:
    other = make_seat(seat.database, now, assessment_id=seat.assessment_id)

    with pytest.raises(NotFound), seat.database.transaction() as session:
        submit_attempt(session, other.actor, seat.attempt, batch=batch(), last_seq={}, now=now)


def test_the_event_tells_points_times_and_how_it_ended(seat: Seat) -> None:
    answer_all_right(seat)
    submit(seat)

    with seat.database.session(write=False) as session:
        [event] = session.scalars(select(EventRow)).all()
    payload = json.loads(event.payload)
    assert event.kind == SCORED
    assert payload["points_milli"] == 100_000
    assert payload["duration_us"] == 300_000_000
    assert payload["finish_kind"] == "submitted"


def test_a_submission_within_the_grace_counts_flags_and_ends_at_the_deadline(seat: Seat) -> None:
    submit(seat, (1, 1, "b"), at=HOUR + timedelta(seconds=8))

    score = score_of(seat)
    items = json.loads(score.items)
    assert score.points_milli == 4_000
    assert items[0] == [4000, 4000, "right", True]
    assert attempt_of(seat).finished_at == seat.started_at + HOUR
    assert attempt_of(seat).finish_kind == "submitted"


def test_a_submission_after_the_grace_is_the_sweep_done_early(seat: Seat) -> None:
    seat.save(1, 1, "b", at=59 * MINUTE)
    submit(seat, (2, 1, "b"), at=HOUR + timedelta(seconds=11))

    assert score_of(seat).points_milli == 4_000
    assert attempt_of(seat).finish_kind == "swept"
    assert attempt_of(seat).finished_at == seat.started_at + HOUR


def test_the_sweep_ends_at_the_deadline_from_what_was_in_time_however_late_it_runs(
    seat: Seat,
) -> None:
    seat.save(1, 1, "b", at=59 * MINUTE)
    seat.save(2, 1, "b", at=HOUR + timedelta(seconds=9))
    seat.save(3, 1, "b", at=HOUR + timedelta(seconds=30))

    assert sweep_due(seat.database, seat.started_at + HOUR + timedelta(seconds=14)) == 0
    assert sweep_due(seat.database, seat.started_at + 2 * HOUR) == 1

    attempt, score = attempt_of(seat), score_of(seat)
    assert attempt.finished_at == seat.started_at + HOUR
    assert attempt.finish_kind == "swept"
    assert score.points_milli == 8_000
    assert [row[3] for row in json.loads(score.items)][:3] == [False, True, False]


def test_extra_time_moves_the_sweep_and_saves_late_answers(seat: Seat, now) -> None:
    seat.save(1, 1, "b", at=HOUR + timedelta(minutes=5))
    with seat.database.transaction() as session:
        add_extra_time(
            session, [seat.attempt_id], timedelta(minutes=15), actor_id=None, reason="停电", now=now
        )

    assert sweep_due(seat.database, seat.started_at + HOUR + timedelta(minutes=10)) == 0
    assert sweep_due(seat.database, seat.started_at + HOUR + timedelta(minutes=16)) == 1
    assert score_of(seat).points_milli == 4_000
    assert attempt_of(seat).finished_at == seat.started_at + HOUR + timedelta(minutes=15)


def test_extra_time_comes_in_slices(seat: Seat, session, now) -> None:
    with pytest.raises(ValueError, match="at most 100"):
        add_extra_time(session, list(range(101)), MINUTE, actor_id=None, reason="", now=now)


def test_fifty_parallel_submissions_and_sweeps_give_one_score_and_one_event(
    seat: Seat, now
) -> None:
    answer_all_right(seat)
    late = HOUR + timedelta(seconds=20)

    def finish(number: int) -> None:
        if number % 2:
            submit(seat, at=late)
        else:
            with seat.database.transaction() as session:
                sweep_attempt(session, seat.attempt_id, seat.started_at + late)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(finish, range(50)))

    with seat.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(ScoreRow)) == 1
        assert session.scalar(select(func.count()).select_from(EventRow)) == 1
        assert (
            session.scalar(
                select(func.count()).select_from(Attempt).where(Attempt.submitted_at.is_(None))
            )
            == 0
        )
        assert not has_open_attempts(session, seat.assessment_id)


def test_saves_racing_a_submission_are_scored_or_kept_aside_never_lost(database, now) -> None:
    for _ in range(6):
        seat = make_seat(database, now, rules=AttemptRules(limit_s=3600))

        def save(position: int, seat: Seat = seat):
            return position, seat.save(position, 1, "b")

        with ThreadPoolExecutor(8) as pool:
            saves = [pool.submit(save, p) for p in range(1, 21)]
            submit(seat)
            acknowledged = [f.result() for f in saves]

        scored = {row[0] for row in json.loads(score_of(seat).answers) if row[4] is not None}
        for position, outcome in acknowledged:
            assert (position in scored) == bool(outcome.saved)
            assert bool(outcome.saved) != bool(outcome.late)


def test_the_list_of_scores_has_what_boards_need(seat: Seat) -> None:
    answer_all_right(seat)
    submit(seat)

    with seat.database.session(write=False) as session:
        [scored] = list_scores(session, seat.assessment_id)
    assert (scored.points_milli, scored.duration_us, scored.number) == (100_000, 300_000_000, 1)
