"""Papers in the reports on integrity: their answers are compared, their times are nobody's."""

import random

from sqlalchemy import update

from learning.attempts.models import Attempt, ResponseRow
from learning.exams.services.analysing import analyse
from tests.exams.test_analysis import ITEMS, analysed, hall_for, simulated

WRONG = ["d", "a", "c", "d", "a", "d", "c", "d", "a", "c", "d", "a"]


def test_papers_are_not_named_for_their_speed_and_still_for_their_likeness(session, now) -> None:
    hall = hall_for(session, now)
    rng = random.Random(4)
    rows = simulated(60)
    rows[7], rows[8], rows[9] = ["b"] * ITEMS, WRONG, list(WRONG)
    gaps = [[rng.randint(30, 60) for _ in range(ITEMS)] for _ in rows]
    made, _ = analysed(session, now, hall, rows, gap_s=gaps)
    for paper in made.attempts[7:10]:
        keyed = {"finish_kind": "keyed", "started_at": now, "finished_at": now, "deadline_at": now}
        session.execute(update(Attempt).where(Attempt.id == paper).values(**keyed))
        written = update(ResponseRow).where(ResponseRow.attempt_id == paper)
        session.execute(written.values(saved_at=now))

    found = analyse(session, hall.view(session, now)).integrity

    assert found is not None
    assert found["fast"] == []
    first = found["pairs"][0]
    assert {first["first"], first["second"]} == set(made.attempts[8:10])
    assert first["nearness"] is None
