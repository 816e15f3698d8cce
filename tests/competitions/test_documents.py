"""The published document of a board: drawn by the worker, read by everybody, no later than allowed."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.competitions import services
from learning.competitions.jobs import BOARD, freeze_due, publish_due
from learning.competitions.models import BoardDocument
from learning.competitions.rules import Names, Showing
from learning.kernel import events
from learning.web import documents
from tests.factories.competitions import (
    add_scored_attempt,
    make_participant,
    make_stage,
    record_scored,
)


@pytest.fixture(autouse=True)
def _nothing_kept():
    documents.forget_all()
    yield
    documents.forget_all()


@pytest.fixture
def live(database, now):
    """A contest whose list is live, with one result."""
    with database.transaction() as session:
        stage = make_stage(session, now, max_attempts=2)
        who = make_participant(session, now, stage, name="王小明")
        show(session, stage, now, Showing(True, now + timedelta(minutes=10)))
    score(database, stage, who, now, points=18_000)
    publish_due(database, now)
    return stage, who


def show(session, stage, now, showing: Showing) -> None:
    services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=now)


def score(database, stage, who, now, *, points: int, number: int = 1, seconds: int = 60) -> None:
    with database.transaction() as session:
        view = stage.view(session, now)
        told = add_scored_attempt(
            session,
            view.assessment_id,
            who.user_id,
            number=number,
            points_milli=points,
            started_at=now,
            duration_us=seconds * 1_000_000,
        )
        record_scored(session, told, now)
    events.deliver(database, BOARD, now)


def path_of(stage) -> str:
    return f"/competitions/{stage.public_id}/board.json"


def test_it_names_the_head_of_the_list_with_masked_names(open_browser, live) -> None:
    reply = open_browser().get(path_of(live[0]))

    told = json.loads(reply.data)
    assert (told["source"], told["total"]) == ("live", 1)
    assert told["people"][0] | {"duration": ""} == {
        "standing": 1,
        "is_shared": False,
        "name": "王*明",
        "unit": "",
        "points_milli": 18_000,
        "duration": "",
    }
    assert reply.headers["Cache-Control"].startswith("public, max-age=2")
    assert "Set-Cookie" not in reply.headers


def test_who_has_it_is_told_that_nothing_changed_before_and_after_it_is_kept(
    open_browser, live
) -> None:
    browser, path = open_browser(), path_of(live[0])
    tag = browser.get(path).headers["ETag"]

    kept = browser.client.get(path, headers={"If-None-Match": tag})
    documents.forget_all()
    read = browser.client.get(path, headers={"If-None-Match": tag})

    assert (kept.status_code, kept.data) == (304, b"")
    assert (read.status_code, read.data) == (304, b"")
    assert kept.headers["ETag"] == read.headers["ETag"] == tag


def test_readers_draw_nothing_only_the_worker_does(open_browser, live, database, now) -> None:
    stage, who = live
    before = open_browser().get(path_of(stage)).headers["ETag"]
    score(database, stage, who, now, points=20_000, number=2, seconds=90)
    documents.forget_all()

    waiting = open_browser().get(path_of(stage)).headers["ETag"]
    publish_due(database, now)
    documents.forget_all()
    after = open_browser().get(path_of(stage)).headers["ETag"]

    assert waiting == before
    assert after != before


def test_after_the_freeze_nothing_later_is_in_it(open_browser, live, database, now) -> None:
    stage, who = live
    frozen = now + timedelta(minutes=11)
    freeze_due(database, frozen)
    score(database, stage, who, now, points=20_000, number=2, seconds=700)
    publish_due(database, frozen)

    told = json.loads(open_browser().get(path_of(stage)).data)

    assert told["source"] == "frozen"
    assert [row["points_milli"] for row in told["people"]] == [18_000]


def test_a_final_document_is_drawn_once(live, database, now) -> None:
    stage, _who = live
    closed = now + timedelta(minutes=30)
    with database.transaction() as session:
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=closed)
    publish_due(database, closed)
    publish_due(database, closed + timedelta(minutes=1))

    with database.session(write=False) as session:
        document = session.scalars(select(BoardDocument)).one()
    assert document.made_at == closed
    assert json.loads(document.body)["source"] == "final"


def test_the_organiser_may_mask_even_who_would_show_the_name(open_browser, live, database, now):
    stage, who = live
    with database.transaction() as session:
        services.show_name(session, who, stage.public_id, shows_name=True)
    publish_due(database, now)
    shown = open_browser().get(path_of(stage)).text
    documents.forget_all()
    with database.transaction() as session:
        freeze = now + timedelta(minutes=10)
        show(session, stage, now, Showing(True, freeze, names=Names.MASKED))
    publish_due(database, now)

    masked = open_browser().get(path_of(stage)).text
    listed = open_browser().get(f"/competitions/{stage.public_id}/standings?q=王小明").text

    assert "王小明" in shown
    assert "王小明" not in masked
    assert "王小明" not in listed.replace('value="王小明"', "")


def test_a_draft_and_an_unknown_one_have_none(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, is_open=False)
    publish_due(database, now)

    assert open_browser().get(path_of(stage)).status_code == 404
    assert open_browser().get("/competitions/nobody/board.json").status_code == 404
