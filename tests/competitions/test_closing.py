"""Closing publishes what the scores say, whatever the cache said, and never over open attempts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.attempts.jobs import sweep_due
from learning.attempts.models import Attempt
from learning.competitions import queries, services
from learning.competitions.jobs import close_due
from learning.competitions.rules import SETTLING, State
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import EventRow
from learning.leaderboards import queries as boards
from learning.leaderboards.models import BoardEntry
from tests.factories.competitions import (
    add_scored_attempt,
    entry_of,
    make_association,
    make_participant,
    make_stage,
)

WINDOW = timedelta(hours=8)
AFTER = WINDOW + SETTLING + timedelta(seconds=1)


def close(session, stage, now) -> None:
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)


def test_the_published_list_comes_from_the_scores_not_from_the_cache(session, now) -> None:
    stage = make_stage(session, now)
    view = stage.view(session, now)
    first, second, third = (make_participant(session, now, stage) for _ in range(3))
    for actor, points in ((first, 12_000), (second, 20_000), (third, 16_000)):
        add_scored_attempt(
            session, view.assessment_id, actor.user_id, points_milli=points, started_at=now
        )
    services.recompute_board(session, view.round_id)
    poisoned = entry_of(session, first)
    session.execute(update(BoardEntry).where(BoardEntry.subject == poisoned).values(sort_key=2**61))

    close(session, stage, now)

    page = boards.get_page(session, view.board_id, page=1, size=50)
    assert [row.subject for row in page.rows] == [
        entry_of(session, a) for a in (second, third, first)
    ]
    assert stage.view(session, now).state is State.CLOSED


def test_a_close_is_in_the_audit_and_tells_an_event(session, now) -> None:
    stage = make_stage(session, now)

    close(session, stage, now)

    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.subject == stage.public_id)
    ).all()
    assert "competition.closed" in acts
    assert "competition.closed" in session.scalars(select(EventRow.kind)).all()


def test_nobody_closes_while_somebody_is_answering(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)
    plan = services.plan_close(session, stage.view(session, now))
    services.start_round(session, actor, stage.public_id, device_token="d", now=now)

    with pytest.raises(Conflict, match="attempts_open"):
        services.plan_close(session, stage.view(session, now))
    with pytest.raises(Conflict, match="attempts_open"):
        services.close_competition(session, plan, actor=stage.actor, now=now)


def test_a_hand_in_between_plan_and_close_is_noticed(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        actor = make_participant(session, now, stage)
    with database.session(write=False) as session:
        plan = services.plan_close(session, stage.view(session, now))
        assessment_id = stage.view(session, now).assessment_id
    with database.transaction() as session:
        add_scored_attempt(session, assessment_id, actor.user_id, started_at=now)

    with pytest.raises(Conflict, match="changed"), database.transaction() as session:
        services.close_competition(session, plan, actor=stage.actor, now=now)

    with database.session(write=False) as session:
        assert stage.view(session, now).state is State.OPEN


def test_a_finished_attempt_without_score_holds_the_close_up(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)
    started = services.start_round(session, actor, stage.public_id, device_token="d", now=now)
    session.execute(
        update(Attempt)
        .where(Attempt.public_id == started)
        .values(submitted_at=now, finished_at=now, finish_kind="submitted")
    )

    with pytest.raises(Conflict, match="unscored"):
        services.plan_close(session, stage.view(session, now))


def test_one_closes_once_and_only_within_reach(session, now) -> None:
    stage = make_stage(session, now)
    _, _, stranger = make_association(session, now, name="另一协会")
    plan = services.plan_close(session, stage.view(session, now))

    with pytest.raises(NotFound):
        services.close_competition(session, plan, actor=stranger, now=now)
    services.close_competition(session, plan, actor=stage.actor, now=now)
    with pytest.raises(Conflict, match="not_running"):
        services.close_competition(session, plan, actor=stage.actor, now=now)


def test_a_draft_is_not_closed(session, now) -> None:
    stage = make_stage(session, now, is_open=False)

    with pytest.raises(Conflict, match="not_running"):
        services.plan_close(session, stage.view(session, now))


def test_the_worker_closes_after_window_and_grace_once_the_sweep_has_run(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        actor = make_participant(session, now, stage)
        services.start_round(session, actor, stage.public_id, device_token="d", now=now)

    assert close_due(database, now + WINDOW + SETTLING) == 0
    assert close_due(database, now + AFTER) == 0  # an attempt waits for the sweep
    assert sweep_due(database, now + AFTER) == 1
    assert close_due(database, now + AFTER) == 1
    assert close_due(database, now + AFTER) == 0
    with database.session(write=False) as session:
        view = stage.view(session, now)
        assert (view.state, boards.count_entries(session, view.board_id)) == (State.CLOSED, 1)
        acting = session.scalars(
            select(AuditEntry.actor_id).where(AuditEntry.act == "competition.closed")
        ).all()
        assert acting == [None]


def test_one_held_up_does_not_keep_the_others_waiting(database, now) -> None:
    with database.transaction() as session:
        held, free = make_stage(session, now), make_stage(session, now)
        actor = make_participant(session, now, held)
        services.start_round(session, actor, held.public_id, device_token="d", now=now)

    assert close_due(database, now + AFTER) == 1

    with database.session(write=False) as session:
        assert held.view(session, now).state is State.OPEN
        assert free.view(session, now).state is State.CLOSED


def test_a_board_far_behind_is_brought_up_in_slices_before_the_close(
    database, now, monkeypatch
) -> None:
    monkeypatch.setattr("learning.competitions.jobs.SLICE", 4)
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        for number in range(11):
            actor = make_participant(session, now, stage)
            add_scored_attempt(
                session,
                view.assessment_id,
                actor.user_id,
                points_milli=number * 1000,
                started_at=now,
            )

    assert close_due(database, now + AFTER) == 1

    with database.session(write=False) as session:
        page = boards.get_page(session, view.board_id, page=1, size=50)
        assert [row.standing for row in page.rows] == list(range(1, 12))


def test_no_attempt_begins_in_a_closed_competition_however_close_the_race(database, now) -> None:
    for _ in range(6):
        with database.transaction() as session:
            stage = make_stage(session, now)
            actors = [make_participant(session, now, stage) for _ in range(4)]

        def start(actor, stage=stage) -> None:
            try:
                with database.transaction() as session:
                    services.start_round(session, actor, stage.public_id, device_token="d", now=now)
            except Conflict:
                pass

        def close_it(stage=stage) -> None:
            try:
                with database.session(write=False) as session:
                    plan = services.plan_close(session, stage.view(session, now))
                with database.transaction() as session:
                    services.close_competition(session, plan, actor=stage.actor, now=now)
            except Conflict:
                pass

        with ThreadPoolExecutor(5) as pool:
            for job in (
                [pool.submit(start, a) for a in actors[:2]]
                + [pool.submit(close_it)]
                + [pool.submit(start, a) for a in actors[2:]]
            ):
                job.result()

        with database.session(write=False) as session:
            view = stage.view(session, now)
            open_attempts = session.scalars(
                select(Attempt.id).where(
                    Attempt.assessment_id == view.assessment_id, Attempt.submitted_at.is_(None)
                )
            ).all()
            assert view.state is State.OPEN or not open_attempts


def test_participants_are_counted_by_entry(session, now) -> None:
    stage = make_stage(session, now)
    make_participant(session, now, stage)
    make_participant(session, now, stage)

    assert queries.count_participants(session, stage.view(session, now).id) == 2
