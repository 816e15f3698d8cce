"""A sitting's candidates try a mock exam: what it lacks is named, it begins, and it ends in areas."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.exams import services
from learning.question_bank.rules import Pool
from learning.question_bank.services import sync_bank
from tests.exams.halls import candidate_of, hall_of
from tests.factories.items import make_item
from tests.factories.people import make_actor

UNANSWERED = parse_batch({"epoch": 1, "responses": []})


@pytest.fixture
def drill(database, now) -> None:
    with database.transaction() as session:
        sync_bank(
            session, "drill", [make_item(f"d-{n}", pool=Pool.PRACTICE) for n in range(2)], now
        )


def test_a_candidate_sees_what_is_lacking_begins_and_learns_what_is_weak(
    database, now, open_browser, drill
) -> None:
    hall = hall_of(database, now)
    user = candidate_of(database, now, hall)
    candidate, at = open_browser(user), f"/sittings/{hall.public_id}"

    page = candidate.get(f"{at}/mock").text
    started = candidate.post(f"{at}/mock")
    room = candidate.get(started.headers["Location"])

    assert f"{at}/mock" in candidate.get(at).text
    assert "少 1 题" in page
    assert "少 2 题" in page
    assert "正式考试有 5 题" in page
    assert "模拟考试" in room.text
    assert "qa-recording" not in room.text  # nobody invigilates, nothing is recorded
    assert "qa-watermark" not in room.text
    assert '"watched": false' in room.text
    with database.transaction() as session:
        attempt = session.scalars(select(Attempt.public_id)).one()
    assert candidate.get(f"/practice/mock/{attempt}").status_code == 404
    with database.transaction() as session:
        submit_attempt(session, make_actor(user), attempt, batch=UNANSWERED, last_seq={}, now=now)
    assert f"/practice/mock/{attempt}" in candidate.get(f"/attempts/{attempt}/result").text
    areas = candidate.get(f"/practice/mock/{attempt}").text
    assert "2 题对 0 题" in areas
    assert "未达到" in areas


def test_not_while_the_real_one_is_being_answered(database, now, open_browser, drill) -> None:
    hall = hall_of(database, now)
    candidate = open_browser(candidate_of(database, now, hall))
    candidate.post(f"/sittings/{hall.public_id}/start", {"confirm": "y"})

    refused = candidate.post(f"/sittings/{hall.public_id}/mock")

    assert refused.status_code == 409
    assert "交卷以后再做模拟考试" in refused.text
    assert "开始模拟考试" not in candidate.get(f"/sittings/{hall.public_id}/mock").text


def test_a_cancelled_sitting_has_none(database, now, open_browser, drill) -> None:
    hall = hall_of(database, now, opens_at=now + timedelta(hours=1))
    candidate = open_browser(candidate_of(database, now, hall))
    assert candidate.get(f"/sittings/{hall.public_id}/mock").status_code == 200
    with database.transaction() as session:
        services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=now)

    assert candidate.get(f"/sittings/{hall.public_id}/mock").status_code == 404
