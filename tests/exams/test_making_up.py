"""A candidate whom an outage cost time after the papers were taken in sits again, if they choose."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import PersonalNotice
from learning.attempts.jobs import OUTAGES
from learning.attempts.models import Attempt
from learning.attempts.queries import tally_make_ups
from learning.attempts.services import sweep_attempt
from learning.exams import queries, services
from learning.exams.jobs import NOTICES, RESULTS
from learning.exams.models import ResultRow, Sitting
from learning.exams.rules import Hindrance, SittingSettings
from learning.kernel import events
from tests.exams.watched import MINUTE, Scene, start

LIMIT = timedelta(hours=1)


@pytest.fixture
def scene(session, now) -> Scene:
    return Scene(session, now)


def work(session, now) -> None:
    for consumer in (OUTAGES, RESULTS, NOTICES):
        for event in events.find_pending(session, consumer, 100):
            consumer.handle(session, event, now)
        session.flush()


def settle(session, scene, **settings) -> None:
    session.execute(
        update(Sitting)
        .where(Sitting.public_id == scene.hall.public_id)
        .values(settings=SittingSettings(**settings).to_json())
    )


def cut_short(session, scene, now):
    """The service fails ten minutes before the end; declared when all papers were taken in."""
    ends = session.scalars(select(Attempt.deadline_at)).first()
    later = ends + 20 * MINUTE
    for attempt_id in session.scalars(select(Attempt.id)).all():
        sweep_attempt(session, attempt_id, later)
    services.give_minutes_back(
        session,
        scene.examiner,
        scene.hall.public_id,
        lost=(ends - 10 * MINUTE, ends + 15 * MINUTE),
        outage_id="o1",
        reason="network",
        now=later,
    )
    session.flush()
    work(session, later)
    return later


def page_of(session, scene, actor, at):
    return queries.get_for_candidate(session, actor.user_id, scene.hall.public_id, at)


def titles_of(session, actor) -> list[str]:
    return list(
        session.scalars(select(PersonalNotice.title).where(PersonalNotice.user_id == actor.user_id))
    )


def test_neither_the_late_hour_nor_a_waiting_time_stands_in_the_way(session, now, scene) -> None:
    settle(session, scene, start_minutes=30, retry_minutes=300)
    actor = scene.actors[0]
    later = cut_short(session, scene, now)

    page = page_of(session, scene, actor, later)
    assert (page.may_start, page.hindrance, page.own.make_ups_left) == (True, None, 1)
    assert any("补给您一次作答" in title for title in titles_of(session, actor))

    begun = start(session, scene.hall, actor, later)
    work(session, later)

    numbers = session.execute(
        select(Attempt.public_id, Attempt.voided_at)
        .where(Attempt.user_id == actor.user_id)
        .order_by(Attempt.number)
    ).all()
    assert [(each == begun, void is not None) for each, void in numbers] == [
        (False, True),
        (True, False),
    ]
    assert any("第 1 次作答不再计入成绩" in title for title in titles_of(session, actor))
    assert page_of(session, scene, actor, later).own.make_ups_left == 0


def test_whom_no_outage_hit_is_as_late_as_ever(session, now, scene) -> None:
    settle(session, scene, start_minutes=30)

    page = page_of(session, scene, scene.actors[0], now + 2 * LIMIT)

    assert page.hindrance is Hindrance.TOO_LATE


def test_the_result_is_that_of_the_further_attempt_alone(session, now, scene) -> None:
    actor = scene.actors[0]
    later = cut_short(session, scene, now)
    results = select(ResultRow.attempt_number).where(ResultRow.user_id == actor.user_id)
    assert session.scalars(results).all() == [1]

    start(session, scene.hall, actor, later)
    work(session, later)
    assert session.scalars(results).all() == []

    second = session.scalars(
        select(Attempt.id).where(Attempt.user_id == actor.user_id, Attempt.number == 2)
    ).one()
    sweep_attempt(session, second, later + 2 * LIMIT)
    work(session, later + 2 * LIMIT)
    assert session.scalars(results).all() == [2]


def test_the_examiner_sees_how_many_may_sit_again_and_how_many_do(session, now, scene) -> None:
    later = cut_short(session, scene, now)
    start(session, scene.hall, scene.actors[0], later)

    sitting = scene.sitting(session, later)

    assert tally_make_ups(session, sitting.assessment_id) == (2, 1)
