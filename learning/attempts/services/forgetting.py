"""Forgetting what was answered once its time is over; what it was worth stays."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from learning.attempts.models import ResponseRow, ScoreRow
from learning.attempts.rules import NO_ANSWERS

ANSWERS_KEPT = timedelta(days=3 * 365 + 1)  # three years, one of which may be a leap year


def forget_answers(session: Session, attempt_ids: Sequence[int]) -> None:
    """Remove what was answered in attempts, at most some hundred.

    Each score becomes what a paper is of which a total alone was keyed, points of items and hash of
    the answers aside: no page shows answers, and no regrade takes what is gone for wrong.
    """
    session.execute(
        delete(ResponseRow)
        .where(ResponseRow.attempt_id.in_(attempt_ids))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(ScoreRow)
        .where(ScoreRow.attempt_id.in_(attempt_ids), ScoreRow.answers != "")
        .values(answers=NO_ANSWERS)
        .execution_options(synchronize_session=False)
    )
