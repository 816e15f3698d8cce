"""Scored attempts become a result."""

from dataclasses import replace

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from learning.attempts.queries import CurrentScore, list_current_scores
from learning.exams.events import RESULT_RECORDED, RESULT_WITHDRAWN, ResultRecorded
from learning.exams.models import ResultRow
from learning.exams.queries import Participation, find_participation
from learning.exams.rules import Outcome, Try, result_of
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.events import Event


def take_result(session: Session, event: Event) -> None:
    """Record what a person's attempts decide at a sitting, now that one was scored or voided.

    What decides is how they are scored now, not what the event told: any order, any repetition.
    Attempts of no sitting are passed by. A result that came after the close still counts: its
    attempt was handed in before. Each change of the decision is told once, in this transaction.
    """
    told = event.payload
    found = find_participation(session, told["assessment_id"], told["user_id"])
    if found is None:
        return
    scores = list_current_scores(session, told["assessment_id"], told["user_id"])
    tries = [_try(each, found) for each in scores]
    outcome = result_of(tries, found.counts, found.cut_score_milli)
    if outcome == found.held:
        return
    if outcome is None:
        _withdraw(session, found, told["user_id"], event)
        return
    deciding = next(each for each in scores if each.number == outcome.number)
    _put(session, found, told["user_id"], outcome, deciding)
    _tell(session, RESULT_RECORDED, found, told["user_id"], outcome, deciding.attempt, event)


def _try(score: CurrentScore, found: Participation) -> Try:
    return Try(
        number=score.number,
        points_milli=score.points_milli,
        max_milli=score.max_milli,
        excluded_milli=score.excluded_milli,
        is_pending=found.waits_for_marks and score.pending > 0,
    )


def _withdraw(session: Session, found: Participation, user_id: int, event: Event) -> None:
    """Take a result back that nothing supports any more: each attempt is void, or marked anew."""
    session.execute(delete(ResultRow).where(ResultRow.id == found.result_id))
    if found.held is not None and found.held_attempt is not None:
        lost = replace(found.held, passed=False)
        _tell(session, RESULT_WITHDRAWN, found, user_id, lost, found.held_attempt, event)


def _tell(
    session: Session,
    kind: str,
    found: Participation,
    user_id: int,
    outcome: Outcome,
    attempt: str,
    event: Event,
) -> None:
    recorded = ResultRecorded(
        sitting=found.sitting_public_id,
        sitting_id=found.sitting_id,
        user_id=user_id,
        attempt=attempt,
        points_milli=outcome.points_milli,
        max_milli=outcome.max_milli,
        passed=outcome.passed,
        decided_us=to_us(event.occurred_at),
        had_result=found.held is not None,
        had_passed=found.held is not None and found.held.passed,
        cause=str(event.payload.get("cause", "")),
    )
    events.record(session, kind, recorded.payload(), event.occurred_at)


def _put(
    session: Session, found: Participation, user_id: int, outcome: Outcome, score: CurrentScore
) -> None:
    values = {
        "attempt_id": score.attempt_id,
        "attempt_number": outcome.number,
        "points_milli": outcome.points_milli,
        "max_milli": outcome.max_milli,
        "passed": outcome.passed,
        "decided_at": score.scored_at,
    }
    if found.result_id is None:
        session.execute(
            insert(ResultRow).values(sitting_id=found.sitting_id, user_id=user_id, **values)
        )
    else:
        session.execute(update(ResultRow).where(ResultRow.id == found.result_id).values(**values))
