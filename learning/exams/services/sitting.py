"""A scored attempt becomes a result."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from learning.exams.events import RESULT_RECORDED, ResultRecorded
from learning.exams.models import ResultRow
from learning.exams.queries import Participation, find_participation
from learning.exams.rules import Outcome, outcome_of, replaces
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.events import Event


def take_result(session: Session, event: Event) -> None:
    """Record what a scored attempt decides at its sitting; any order, any number of times.

    Attempts of no sitting are passed by. A result that came after the close still counts: its
    attempt was handed in before. Each recorded decision is told once, in this transaction.
    """
    told = event.payload
    found = find_participation(session, told["assessment_id"], told["user_id"], told["attempt"])
    if found is None:
        return
    outcome = outcome_of(
        told["number"], told["points_milli"], told["max_milli"], found.cut_score_milli
    )
    if not replaces(outcome, found.held, found.counts):
        return
    _put(session, found, told["user_id"], outcome, event.occurred_at)
    recorded = ResultRecorded(
        sitting=found.sitting_public_id,
        sitting_id=found.sitting_id,
        user_id=told["user_id"],
        attempt=told["attempt"],
        points_milli=outcome.points_milli,
        max_milli=outcome.max_milli,
        passed=outcome.passed,
        decided_us=to_us(event.occurred_at),
    )
    events.record(session, RESULT_RECORDED, recorded.payload(), event.occurred_at)


def _put(
    session: Session, found: Participation, user_id: int, outcome: Outcome, decided_at: datetime
) -> None:
    values = {
        "attempt_id": found.attempt_id,
        "attempt_number": outcome.number,
        "points_milli": outcome.points_milli,
        "max_milli": outcome.max_milli,
        "passed": outcome.passed,
        "decided_at": decided_at,
    }
    if found.result_id is None:
        session.execute(
            insert(ResultRow).values(sitting_id=found.sitting_id, user_id=user_id, **values)
        )
    else:
        session.execute(update(ResultRow).where(ResultRow.id == found.result_id).values(**values))
