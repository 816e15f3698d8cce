"""Closing an item under stepwise delivery: its current answer is scored once, as rulings say.

Who calls holds the attempt's row, so that no save comes between.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.attempts.models import StepwiseEntry
from learning.attempts.queries import AttemptView, list_items, list_rulings
from learning.attempts.rules import PositionScore, StoredResponse, Worth, fold, score_position
from learning.question_bank.rules import Item
from learning.question_bank.scoring import Outcome

NO_MISTAKE = frozenset({Outcome.RIGHT.value, Outcome.GRANTED.value, Outcome.EXCLUDED.value})
"""Outcomes of an item that end no attempt."""


@dataclass(frozen=True, slots=True)
class ClosedItem:
    """A closed position: its score, its item with the key, and the answer that was scored.

    `response` is decoded, None if there was none.
    """

    score: PositionScore
    item: Item
    response: Any

    @property
    def is_mistake(self) -> bool:
        """Tell whether it ends an attempt that ends at the first mistake.

        Whatever is not wholly right does, an answer that is missing as well; what a ruling has
        taken out or granted to everybody does not.
        """
        return self.score.outcome not in NO_MISTAKE


def close_item(
    session: Session,
    attempt: AttemptView,
    position: int,
    responses: Sequence[StoredResponse],
    at: datetime,
) -> ClosedItem:
    """Score the current answer of an open position and note that it was closed at the instant."""
    current = fold(responses, attempt.due).get(position)
    place = attempt.form.positions[position - 1]
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    [item] = list_items(session, [place], rulings)
    answer = current.answer if current else None
    worth = Worth(place.points_milli, attempt.blueprint.sections[place.section].marking)
    score = score_position(item, answer, worth, rulings.get(place.version_id))
    session.execute(
        update(StepwiseEntry)
        .where(StepwiseEntry.attempt_id == attempt.id, StepwiseEntry.position == position)
        .values(committed_at=at, points_milli=score.points_milli, outcome=score.outcome)
        .execution_options(synchronize_session=False)
    )
    return ClosedItem(score, item, json.loads(answer) if answer is not None else None)


def close_what_is_open(
    session: Session,
    attempt: AttemptView,
    responses: Sequence[StoredResponse],
    finished_at: datetime,
) -> None:
    """Close the item that its attempt's end finds open, where items have seconds of their own.

    Its clock would have closed it with the answer chosen by then: the end of the whole does no
    less. Without such a clock what was not committed stays so.
    """
    if attempt.open_position and attempt.open_until is not None:
        at = min(finished_at, attempt.open_until)
        close_item(session, attempt, attempt.open_position, responses, at)
