"""The board follows the events in any order, and always equals a recomputation from scores.

The expected ranking comes from `tests.leaderboards.oracle`, which imports nothing of ours.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.rules import Release
from learning.competitions import services
from learning.competitions.jobs import BOARD
from learning.competitions.words import COUNTS
from learning.kernel import events
from learning.leaderboards import queries as boards
from learning.leaderboards.rules import TIE_RULES
from tests.factories.competitions import (
    add_scored_attempt,
    entry_of,
    make_participant,
    make_stage,
    record_scored,
)
from tests.factories.people import make_user
from tests.leaderboards import oracle


def listed(session, board_id) -> dict[str, int]:
    rows = boards.list_rows(session, board_id, offset=0, limit=1000)
    return {row.subject: row.standing for row in rows}


def handle_all(session, now, scored) -> None:
    for one in scored:
        record_scored(session, one, now)
    for event in events.find_pending(session, BOARD, 1000):
        BOARD.handle(session, event, now)


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("tie_rule", sorted(TIE_RULES))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_histories_give_the_ranking_of_the_words_and_of_a_recomputation(
    session, now, counts, tie_rule, seed
) -> None:
    rng = random.Random(f"{counts}{tie_rule}{seed}")
    stage = make_stage(session, now, counts=counts, tie_rule=tie_rule, max_attempts=5)
    view = stage.view(session, now)
    scored, plain = [], []
    for _ in range(8):
        actor = make_participant(session, now, stage)
        subject = entry_of(session, actor)
        started = now - timedelta(minutes=30)
        for number in range(1, rng.randint(1, 5) + 1):
            duration = rng.choice([60_000_000, 60_000_400, 60_001_000, 61_000_000])
            points = rng.choice([0, 16_000, 20_000])
            scored.append(
                add_scored_attempt(
                    session,
                    view.assessment_id,
                    actor.user_id,
                    number=number,
                    points_milli=points,
                    started_at=started,
                    duration_us=duration,
                )
            )
            finished = started + timedelta(microseconds=duration)
            plain.append(
                {
                    "subject": subject,
                    "number": number,
                    "points": points,
                    "duration_us": duration,
                    "finished_at": finished,
                }
            )
            started = finished + timedelta(seconds=rng.choice([0, 1]))
    deliveries = scored + rng.sample(scored, len(scored) // 2)
    rng.shuffle(deliveries)

    handle_all(session, now, deliveries)

    assert listed(session, view.board_id) == oracle.ranked(tie_rule, plain, counts.value)
    assert len(services.recompute_board(session, view.round_id)) == 0


def test_a_score_corrected_downwards_lets_another_attempt_count(session, now) -> None:
    stage = make_stage(session, now, max_attempts=2)
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    low = add_scored_attempt(
        session, view.assessment_id, actor.user_id, number=1, points_milli=12_000, started_at=now
    )
    high = add_scored_attempt(
        session, view.assessment_id, actor.user_id, number=2, points_milli=16_000, started_at=now
    )
    handle_all(session, now, [low, high])
    attempt_id = session.scalar(select(Attempt.id).where(Attempt.public_id == high.attempt))
    session.add(
        ScoreRow(
            attempt_id=attempt_id,
            version=2,
            points_milli=4_000,
            max_milli=20_000,
            answers="[]",
            answers_sha256="0" * 64,
            items="[]",
            scored_at=now,
        )
    )
    session.flush()

    handle_all(session, now, [replace(high, points_milli=4_000)])

    found = boards.find_result(session, view.board_id, entry_of(session, actor))
    assert found is not None
    assert (found[0].number, found[0].points_milli) == (1, 12_000)


def test_attempts_of_no_competition_or_without_entry_are_passed_by(session, now) -> None:
    stage = make_stage(session, now)
    view = stage.view(session, now)
    stranger = make_user(session, now)
    other = make_stage(session, now)
    scored = [
        add_scored_attempt(session, view.assessment_id, stranger.id, started_at=now),
        add_scored_attempt(
            session, other.view(session, now).assessment_id, stranger.id, started_at=now
        ),
    ]

    handle_all(session, now, scored)

    assert listed(session, view.board_id) == {}


def test_a_published_list_is_not_changed_by_an_event_that_came_late(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)
    view = stage.view(session, now)
    plan = services.plan_close(session, view)
    services.close_competition(session, plan, actor=stage.actor, now=now)
    late = add_scored_attempt(session, view.assessment_id, actor.user_id, started_at=now)

    handle_all(session, now, [late])

    assert listed(session, view.board_id) == {}


def test_delivery_by_the_worker_takes_each_event_once(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, release=Release.AT_SUBMIT)
        view = stage.view(session, now)
        for _ in range(5):
            actor = make_participant(session, now, stage)
            scored = add_scored_attempt(session, view.assessment_id, actor.user_id, started_at=now)
            record_scored(session, scored, now)

    assert events.deliver(database, BOARD, now) == 5
    assert events.deliver(database, BOARD, now) == 0
    with database.session(write=False) as session:
        assert list(listed(session, view.board_id).values()) == [1] * 5
