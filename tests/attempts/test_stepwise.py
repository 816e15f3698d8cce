"""Stepwise delivery: a position is scored once, and its key leaves with its commit alone."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from learning.attempts.queries import find_score, get_attempt, list_items, list_stepwise_entries
from learning.attempts.rules import AttemptRules, Delivery, Ruling, Treatment, parse_batch
from learning.attempts.services import (
    apply_regrade,
    commit_position,
    reveal_position,
    submit_attempt,
)
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from tests.attempts.conftest import Device
from tests.factories.attempts import Seat, make_seat

SOON = timedelta(seconds=20)


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now, rules=AttemptRules(limit_s=600, delivery=Delivery.STEPWISE))


def reveal(seat: Seat, position: int, at: timedelta = SOON):
    with seat.database.transaction() as session:
        return reveal_position(
            session, seat.actor, seat.attempt, position, now=seat.started_at + at
        )


def commit(seat: Seat, position: int, at: timedelta = 2 * SOON):
    with seat.database.transaction() as session:
        return commit_position(
            session, seat.actor, seat.attempt, position, now=seat.started_at + at
        )


@pytest.mark.parametrize(("tells_key", "watched"), [(True, False), (False, True)])
def test_only_where_keys_are_kept_back_is_it_recorded_how_somebody_answers(
    app, database, tells_key, watched
) -> None:
    rules = AttemptRules(limit_s=600, delivery=Delivery.STEPWISE, tells_key=tells_key)
    seat = make_seat(database, utc_now() - SOON, rules=rules)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
        cookie["_fresh"] = True

    page = Device(client, seat).open_room().text

    assert ("请向监考说明" in page, "qa-watermark" in page) == (watched, watched)
    assert f'"watched": {json.dumps(watched)}' in page


def test_reveal_answer_commit_releases_the_key_of_that_position(seat: Seat) -> None:
    reveal(seat, 1)
    seat.save(1, 1, "b")

    done = commit(seat, 1)

    assert (done.outcome, done.points_milli, done.item.key.choices) == ("right", 4000, ("b",))


def test_nothing_can_be_saved_before_a_reveal_or_after_the_commit(seat: Seat) -> None:
    assert seat.save(1, 1).reason == "position_closed"
    reveal(seat, 1)
    commit(seat, 1)
    assert seat.save(1, 1).reason == "position_closed"


def test_a_second_reveal_tells_the_first_time(seat: Seat) -> None:
    assert reveal(seat, 1) == reveal(seat, 1, at=5 * SOON)


def test_another_position_waits_until_the_open_one_is_committed(seat: Seat) -> None:
    reveal(seat, 1)

    with pytest.raises(Conflict, match="position_closed"):
        reveal(seat, 2)

    commit(seat, 1)
    reveal(seat, 2)


def test_a_committed_position_is_neither_revealed_nor_committed_again(seat: Seat) -> None:
    reveal(seat, 1)
    commit(seat, 1)

    with pytest.raises(Conflict):
        reveal(seat, 1)
    with pytest.raises(Conflict):
        commit(seat, 1)
    with seat.database.session(write=False) as session:
        assert list_stepwise_entries(session, seat.attempt_id)[1].committed_at is not None


def test_a_position_that_was_never_revealed_cannot_be_committed(seat: Seat) -> None:
    with pytest.raises(Conflict):
        commit(seat, 1)


def test_a_position_that_the_form_lacks_is_not_found(seat: Seat) -> None:
    with pytest.raises(NotFound):
        reveal(seat, 26)


def test_after_deadline_and_grace_nothing_is_revealed(seat: Seat) -> None:
    with pytest.raises(Conflict, match="closed"):
        reveal(seat, 1, at=timedelta(seconds=611))


def test_the_total_equals_the_sum_of_the_commits(seat: Seat, now) -> None:
    earned = 0
    for position in range(1, 6):
        reveal(seat, position)
        seat.save(position, 1, "b" if position % 2 else "c")
        earned += commit(seat, position).points_milli
    empty = parse_batch({"epoch": 1, "responses": []})

    with seat.database.transaction() as session:
        submit_attempt(
            session, seat.actor, seat.attempt, batch=empty, last_seq={}, now=now + SOON * 3
        )

    with seat.database.session(write=False) as session:
        assert find_score(session, seat.attempt_id).points_milli == earned == 12_000


def test_a_paper_knows_no_steps(database, now) -> None:
    paper = make_seat(database, now)

    with pytest.raises(NotFound):
        reveal(paper, 1)


def test_a_key_that_was_replaced_is_neither_scored_by_nor_released(seat: Seat) -> None:
    with seat.database.session(write=False) as session:
        place = get_attempt(session, seat.actor.user_id, seat.attempt).form.positions[0]
        [item] = list_items(session, [place])
    key = replace(item.key, choices=("c",))
    with seat.database.transaction() as session:
        apply_regrade(
            session,
            seat.assessment_id,
            [Ruling(place.version_id, Treatment.REKEY, key)],
            regrade_id="r1",
            actor_id=None,
            reason="答案有误",
            now=seat.started_at,
        )
    reveal(seat, 1)
    seat.save(1, 1, "c")

    done = commit(seat, 1)

    assert (done.outcome, done.item.key.choices) == ("right", ("c",))


def test_an_item_that_everybody_gets_is_committed_as_granted(seat: Seat) -> None:
    reveal(seat, 1)
    with seat.database.transaction() as session:
        place = get_attempt(session, seat.actor.user_id, seat.attempt).form.positions[0]
        apply_regrade(
            session,
            seat.assessment_id,
            [Ruling(place.version_id, Treatment.FULL_MARKS)],
            regrade_id="r1",
            actor_id=None,
            reason="题目有误",
            now=seat.started_at,
        )

    done = commit(seat, 1)

    assert (done.outcome, done.points_milli) == ("granted", 4000)
