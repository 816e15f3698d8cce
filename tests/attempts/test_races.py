"""Two things at once, made to meet on purpose: what waits, what passes, what is kept aside."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import LoginSession
from learning.attempts.events import RULED, SCORED
from learning.attempts.models import Attempt
from learning.attempts.queries import (
    find_score,
    get_attempt_by_id,
    list_items,
    list_responses,
    list_score_versions,
)
from learning.attempts.rules import (
    GRACE,
    AttemptRules,
    Delivery,
    Ruling,
    Treatment,
    parse_batch,
)
from learning.attempts.saving import Saved
from learning.attempts.services import (
    apply_regrade,
    commit_position,
    pause_attempts,
    reveal_position,
    start_attempt,
    submit_attempt,
    sweep_attempt,
)
from learning.kernel.events import EventRow
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import make_assessment, make_bank
from tests.factories.people import make_login_session, make_user

EMPTY = parse_batch({"epoch": 1, "responses": []})
WAIT_S = 0.4


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now)


def save_with_queue(seat: Seat, *args, **kwargs):
    """Save as the product does: on SQLite in the writers' queue."""
    queue = seat.database.writer_queue
    if queue is None:
        return seat.save(*args, **kwargs)
    with queue.held():
        return seat.save(*args, **kwargs)


def test_a_save_that_meets_a_submission_waits_and_is_kept_aside(seat: Seat, now) -> None:
    with ThreadPoolExecutor(1) as pool:
        with seat.database.transaction() as session:
            submit_attempt(session, seat.actor, seat.attempt, batch=EMPTY, last_seq={}, now=now)
            save = pool.submit(save_with_queue, seat, 1, 1)
            time.sleep(WAIT_S)
            assert not save.done(), "the save must wait for the submission"
        outcome = save.result(10)

    assert outcome == Saved([], [(1, 1)])
    with seat.database.session(write=False) as session:
        assert find_score(session, seat.attempt_id).points_milli == 0


def test_a_save_that_waits_behind_a_commit_finds_the_position_closed(database, now) -> None:
    seat = make_seat(database, now, rules=AttemptRules(limit_s=600, delivery=Delivery.STEPWISE))
    with database.transaction() as session:
        reveal_position(session, seat.actor, seat.attempt, 1, now=now)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            commit_position(session, seat.actor, seat.attempt, 1, now=now)
            save = pool.submit(save_with_queue, seat, 1, 1)
            time.sleep(WAIT_S)
            assert not save.done(), "the save must wait for the commit"
        outcome = save.result(10)

    assert outcome.reason == "position_closed"
    with database.session(write=False) as session:
        assert list_responses(session, seat.attempt_id) == []


@pytest.mark.postgresql  # SQLite has one writer: the save cannot come between
def test_a_submission_sees_an_answer_acknowledged_while_it_was_beginning(seat: Seat, now) -> None:
    """The transaction is open before the save; what is read after the first statement counts."""
    with seat.database.session(write=True) as session, session.begin():
        session.execute(select(Attempt.id).limit(1))
        assert seat.save(1, 1, "b") == Saved([(1, 1)], [])
        submit_attempt(session, seat.actor, seat.attempt, batch=EMPTY, last_seq={1: 1}, now=now)

    with seat.database.session(write=False) as session:
        assert find_score(session, seat.attempt_id).points_milli == 4_000


@pytest.mark.postgresql  # SQLite has one writer: nobody can hold a row meanwhile
def test_the_sweep_passes_over_an_attempt_that_somebody_holds(seat: Seat, now) -> None:
    late = now + timedelta(hours=2)
    with seat.database.transaction() as holder:
        holder.execute(update(Attempt).where(Attempt.id == seat.attempt_id).values(extra_s=0))
        with seat.database.transaction() as session:
            assert sweep_attempt(session, seat.attempt_id, late) is False
    with seat.database.transaction() as session:
        assert sweep_attempt(session, seat.attempt_id, late) is True


def test_a_position_twice_in_a_batch_is_stored_twice(seat: Seat) -> None:
    outcome = seat.save_many([(1, 1, "a"), (1, 2, "b")])

    assert isinstance(outcome, Saved)
    assert sorted(outcome.saved) == [(1, 1), (1, 2)]


def test_a_busy_worker_starves_no_save(seat: Seat) -> None:
    """Worker transactions of 20 ms back to back beside eight savers: nobody fails."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with seat.database.transaction() as session:
                session.execute(update(Attempt).where(Attempt.id == -1).values(extra_s=0))
                time.sleep(0.02)

    others = [
        make_seat(seat.database, seat.started_at, assessment_id=seat.assessment_id)
        for _ in range(7)
    ]
    with ThreadPoolExecutor(9) as pool:
        worker = pool.submit(work)
        saves = [
            pool.submit(lambda s=s: [save_with_queue(s, 1, n) for n in range(1, 21)])
            for s in [seat, *others]
        ]
        outcomes = [outcome for save in saves for outcome in save.result()]
        stop.set()
        worker.result()

    assert len(outcomes) == 160
    assert all(isinstance(outcome, Saved) for outcome in outcomes)


def test_starting_keeps_the_log_in_alive_beyond_deadline_and_grace(database, now) -> None:
    with database.transaction() as session:
        user = make_user(session, now)
        token = make_login_session(session, now, user, hours=1)
        make_bank(session, now)
        assessment = make_assessment(session, now, rules=AttemptRules(limit_s=4 * 3600))
        soon = int((now + timedelta(hours=1)).timestamp() * 1000)
        actor = Actor(user.id, user.public_id, "", digest(token), "", soon)
        start_attempt(session, actor, assessment.id, device_token="d", now=now)

    with database.session(write=False) as session:
        held = session.get_one(LoginSession, digest(token))
    assert held.expires_at > now + timedelta(hours=4) + GRACE


def test_csrf_tokens_live_as_long_as_the_log_in(app) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_fifty_hand_ins_sweeps_and_regrades_leave_one_score_of_each_cause(seat: Seat, now) -> None:
    """Whoever comes first: one score by the machine, at most one by the regrade, the right points."""
    late = now + timedelta(hours=1, seconds=20)
    seat.save_many([(p, 1, "c") for p in range(1, 21)])
    ruling = rekeyed(seat, "c")

    def act(number: int) -> None:
        with seat.database.transaction() as session:
            if number % 3 == 0:
                submit_attempt(
                    session, seat.actor, seat.attempt, batch=EMPTY, last_seq={}, now=late
                )
            elif number % 3 == 1:
                sweep_attempt(session, seat.attempt_id, late)
            else:
                apply_regrade(
                    session,
                    seat.assessment_id,
                    [ruling],
                    regrade_id="r1",
                    actor_id=None,
                    reason="答案有误",
                    now=late,
                )

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(act, range(50)))

    with seat.database.session(write=False) as session:
        causes = [version.cause for version in list_score_versions(session, seat.attempt_id)]
        told = session.scalars(select(EventRow.kind)).all()
        assert find_score(session, seat.attempt_id).points_milli == 4_000, "the ruling was ignored"
    assert causes in (["scored"], ["regraded", "scored"])
    assert sorted(told) == [RULED] + [SCORED] * len(causes)


@pytest.mark.postgresql  # SQLite has one writer: it queues both from the beginning
def test_a_hand_in_under_way_is_waited_for_by_a_regrade(seat: Seat, now) -> None:
    seat.save(1, 1, "c")
    ruling = rekeyed(seat, "c")

    def rule() -> None:
        with seat.database.transaction() as session:
            apply_regrade(
                session,
                seat.assessment_id,
                [ruling],
                regrade_id="r1",
                actor_id=None,
                reason="答案有误",
                now=now,
            )

    with ThreadPoolExecutor(1) as pool:
        with seat.database.transaction() as session:
            submit_attempt(session, seat.actor, seat.attempt, batch=EMPTY, last_seq={}, now=now)
            regrade = pool.submit(rule)
            time.sleep(WAIT_S)
            assert not regrade.done(), "the regrade must wait for the hand-in"
        regrade.result(10)

    with seat.database.session(write=False) as session:
        assert find_score(session, seat.attempt_id).points_milli == 4_000


def test_a_pause_and_the_sweep_never_both_take_an_attempt(database, now) -> None:
    late = now + timedelta(hours=1, seconds=20)
    for _ in range(6):
        seat = make_seat(database, now)

        def pause(seat: Seat = seat) -> int:
            with database.transaction() as session:
                return pause_attempts(
                    session,
                    [seat.attempt_id],
                    actor_id=None,
                    reason="停电",
                    now=now + timedelta(hours=1),
                )

        def sweep(seat: Seat = seat) -> bool:
            with database.transaction() as session:
                return sweep_attempt(session, seat.attempt_id, late)

        with ThreadPoolExecutor(2) as pool:
            paused, swept = pool.submit(pause), pool.submit(sweep)
            assert paused.result(10) + swept.result(10) == 1


def rekeyed(seat: Seat, *choices: str) -> Ruling:
    """Rule that the first item of the form has another key."""
    with seat.database.session(write=False) as session:
        place = get_attempt_by_id(session, seat.attempt_id).form.positions[0]
        [item] = list_items(session, [place])
    return Ruling(place.version_id, Treatment.REKEY, replace(item.key, choices=choices))
