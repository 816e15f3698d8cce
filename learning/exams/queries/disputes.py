"""An item that is appealed on, as its handler sees it: asked, answered, scored, and its key."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from learning.attempts.queries import find_score, get_attempt_by_id, list_items, list_rulings
from learning.kernel.errors import NotFound
from learning.question_bank.rules import Item


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item of a paper; `order` are the ids of its options as the candidate saw them.

    The key is a secret: whoever calls `get_dispute` writes that into the audit. Points are
    thousandths.
    """

    item: Item
    order: tuple[str, ...]
    response: Any
    points_milli: int
    max_milli: int


def get_dispute(session: Session, attempt_id: int | None, position: int | None) -> Dispute:
    """Return the item at a position of an attempt; NotFound where an appeal is about none."""
    if attempt_id is None or position is None:
        raise NotFound("item")
    attempt, score = get_attempt_by_id(session, attempt_id), find_score(session, attempt_id)
    if score is None or score.is_total:  # a total alone was keyed, or the answers are forgotten
        raise NotFound("item")
    place = attempt.form.positions[position - 1]
    [item] = list_items(session, [place], list_rulings(session, attempt.assessment_id))
    raw = json.loads(score.answers)[position - 1][4]
    points, most = json.loads(score.items)[position - 1][:2]
    response = json.loads(raw) if raw is not None else None
    return Dispute(item, place.option_order, response, points, most)
