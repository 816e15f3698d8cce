"""`flask boards` finds whatever makes a board differ from its scores, and mends just that."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from redis import Redis as Client
from sqlalchemy import delete, select, update

from learning.app import create_app
from learning.competitions import services
from learning.competitions.jobs import keep_days
from learning.competitions.models import EnterpriseResult
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.models import BoardDay, BoardDayBlock, BoardEntry, BoardTally
from learning.leaderboards.queries.mirror import names_of
from learning.leaderboards.rules import Counts, Result
from tests.factories.competitions import (
    add_scored_attempt,
    entry_of,
    make_participant,
    make_stage,
    record_scored,
)
from tests.factories.people import make_actor, make_membership, make_unit, make_user

pytestmark = pytest.mark.pages


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def played(database, now):
    """A contest of five with a right board; its view and the subjects."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        people = [make_participant(session, now, stage) for _ in range(5)]
        for number, actor in enumerate(people):
            add_scored_attempt(
                session,
                view.assessment_id,
                actor.user_id,
                points_milli=number * 1_000,
                started_at=now,
            )
        services.recompute_board(session, view.round_id)
        return view, [entry_of(session, actor) for actor in people], people


def standings(database, view) -> dict[str, int]:
    with database.session(write=False) as session:
        page = boards.get_page(session, view.board_id, page=1, size=50)
        return {row.subject: row.standing for row in page.rows}


def test_a_right_board_is_called_equal(runner, played) -> None:
    view, _subjects, _people = played

    result = runner.invoke(args=["boards", "check"])

    assert result.exit_code == 0, result.output
    assert f"{view.public_id} equal: 5 participants" in result.output


def test_wrong_rows_strangers_and_counts_are_found_and_mended(
    runner, database, played, now
) -> None:
    view, subjects, _people = played
    right = standings(database, view)
    with database.transaction() as session:
        board = boards.get_board(session, view.board_id)
        session.execute(delete(BoardEntry).where(BoardEntry.subject == subjects[0]))
        session.execute(
            update(BoardEntry).where(BoardEntry.subject == subjects[1]).values(points_milli=9)
        )
        stranger = Result("stranger", 1, 1, 1, now, unit="7")
        board_services.put_entry(session, board, stranger, counts=Counts.BEST)
        session.execute(update(BoardTally).values(sum_milli=1))

    found = runner.invoke(args=["boards", "check", view.public_id])
    mended = runner.invoke(args=["boards", "rebuild"])
    again = runner.invoke(args=["boards", "check"])

    assert found.exit_code == 1
    assert "differ: 5 participants, 2 rows to put, 1 to take off" in found.output
    assert mended.exit_code == 0, mended.output
    assert "mended: 5 participants, 2 rows to put, 1 to take off" in mended.output
    assert again.exit_code == 0, again.output
    assert standings(database, view) == right


def test_a_published_list_is_mended_only_when_named(runner, database, played, now) -> None:
    view, subjects, _people = played
    with database.transaction() as session:
        services.close_competition(session, services.plan_close(session, view), actor=None, now=now)
        session.execute(delete(BoardEntry).where(BoardEntry.subject == subjects[0]))

    runner.invoke(args=["boards", "rebuild"])
    assert len(standings(database, view)) == 4

    runner.invoke(args=["boards", "rebuild", view.public_id])
    assert len(standings(database, view)) == 5


def test_a_wrong_row_of_the_published_enterprise_board_is_found_and_mended(
    runner, database, now
) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        for points in (3_000, 5_000):
            user = make_user(session, now)
            make_membership(session, now, user, make_unit(session, now))
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
            add_scored_attempt(
                session, view.assessment_id, user.id, points_milli=points, started_at=now
            )
        services.close_competition(session, services.plan_close(session, view), actor=None, now=now)
        right = rows_of_units(session)
    clean = runner.invoke(args=["boards", "check", view.public_id])
    with database.transaction() as session:
        session.execute(update(EnterpriseResult).values(sum_milli=1, standing=7))

    found = runner.invoke(args=["boards", "check", view.public_id])
    mended = runner.invoke(args=["boards", "rebuild", view.public_id])
    again = runner.invoke(args=["boards", "check", view.public_id])

    assert clean.exit_code == 0, clean.output
    assert found.exit_code == 1
    assert "2 of enterprises" in found.output
    assert "mended" in mended.output
    assert again.exit_code == 0, again.output
    with database.session(write=False) as session:
        assert rows_of_units(session) == right


def rows_of_units(session) -> list[tuple]:
    query = select(EnterpriseResult.unit_id, EnterpriseResult.standing, EnterpriseResult.sum_milli)
    return [tuple(row) for row in session.execute(query.order_by(EnterpriseResult.position))]


def test_what_waits_for_the_worker_is_told_and_an_unknown_contest_named(
    runner, database, played, now
) -> None:
    view, _subjects, people = played
    with database.transaction() as session:
        late = add_scored_attempt(
            session, view.assessment_id, people[0].user_id, number=2, started_at=now
        )
        record_scored(session, late, now)

    result = runner.invoke(args=["boards", "check"])

    assert result.exit_code == 1
    assert "waiting for the worker: 1" in result.output
    assert (
        "no such competition: nothing" in runner.invoke(args=["boards", "check", "nothing"]).output
    )


def test_the_mirror_in_redis_is_held_against_the_board_too(settings, valkey_url, played) -> None:
    view, subjects, _people = played
    app = create_app(replace(settings, redis_url=valkey_url))
    database = app.extensions["database"]
    with Client.from_url(valkey_url) as client:
        client.flushdb()
        with database.session(write=False) as session:
            boards.find_place(session, view.board_id, subjects[0])
        board_services.fill_wanted(database)
        members = names_of(view.board_id).members
        runner = app.test_cli_runner()
        right = runner.invoke(args=["boards", "check"])
        client.zpopmin(members)
        wrong = runner.invoke(args=["boards", "check"])
        runner.invoke(args=["boards", "rebuild"])
        is_dropped = not client.exists(members)
        after = runner.invoke(args=["boards", "check"])
    database.dispose()

    assert (right.exit_code, wrong.exit_code, after.exit_code) == (0, 1, 0)
    assert "0 counts, 0 in Redis" in right.output
    assert "0 counts, 1 in Redis" in wrong.output
    assert is_dropped


def test_kept_days_are_counted_anew_when_asked(runner, database, now, played) -> None:
    view, _subjects, _people = played
    while keep_days(database, now + timedelta(days=2)):
        pass
    with time_machine.travel(now + timedelta(days=2), tick=False):
        right = runner.invoke(args=["boards", "check", "--days"])
        with database.transaction() as session:
            session.execute(update(BoardDayBlock).values(before=1))
            session.execute(update(BoardDay).values(entries=4))
        wrong = runner.invoke(args=["boards", "check", "--days"])
        runner.invoke(args=["boards", "rebuild"])
        waiting = runner.invoke(args=["boards", "check", "--days"])
    while keep_days(database, now + timedelta(days=3)):
        pass
    with database.session(write=False) as session:
        days = boards.list_days(session, view.board_id, now + timedelta(days=3))

    assert (right.exit_code, wrong.exit_code, waiting.exit_code) == (0, 1, 0)
    assert "of days" not in right.output
    assert "of days" in wrong.output
    assert days
    assert all(day.is_counted and day.entries == 5 for day in days)
