"""Stepwise delivery: reveal a position, answer it, commit it; its key is released with the commit.

`open_position` stands in the row that the save statement holds FOR SHARE: a save that waits behind
a commit finds the position closed and does not pass.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, StepwiseEntry
from learning.attempts.queries import (
    AttemptView,
    get_attempt,
    list_items,
    list_responses,
    list_rulings,
)
from learning.attempts.rules import GRACE, fold
from learning.attempts.rules.scoring import Worth, score_position
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.question_bank.rules import Item


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed position: points in thousandths, and its item with the key it released.

    `response` is the answer that was scored, decoded, None if there was none.
    """

    position: int
    points_milli: int
    outcome: str
    item: Item
    response: Any


def reveal_position(
    session: Session, actor: Actor, raw_public_id: str, position: int, *, now: datetime
) -> datetime:
    """Open a position for answering; return when it was first revealed, by the server's clock.

    What was open when its section ended does not stand in the way. Raises NotFound for a position
    the form lacks; Conflict("position_closed") when it was committed or another one is open;
    Conflict("section_closed") outside the running section; Conflict("already_submitted" | "closed"
    | "paused").
    """
    attempt = _get_open(session, actor, raw_public_id, now)
    if not 1 <= position <= attempt.item_count:
        raise NotFound("position")
    open_position = _check_section(attempt, position, now)
    taken = session.scalar(
        update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.submitted_at.is_(None),
            or_(Attempt.open_position == open_position, Attempt.open_position == position),
        )
        .values(open_position=position)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    entry = session.get(StepwiseEntry, (attempt.id, position))
    if taken is None or (entry is not None and entry.committed_at is not None):
        raise Conflict("position_closed", position=attempt.open_position)
    if entry is not None:
        return entry.revealed_at
    session.execute(
        insert(StepwiseEntry).values(attempt_id=attempt.id, position=position, revealed_at=now)
    )
    return now


def commit_position(
    session: Session, actor: Actor, raw_public_id: str, position: int, *, now: datetime
) -> Committed:
    """Close a position, score its current answer once and release its key alone.

    Rulings made before hold: a key that was replaced is neither scored by nor released. Raises
    Conflict("position_closed") when it is not the open one, Conflict("section_closed") after its
    section and the grace.
    """
    attempt = _get_open(session, actor, raw_public_id, now)
    if not attempt.due.is_in_time(position, now):
        raise Conflict("section_closed", position=position)
    closed = session.scalar(
        update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.submitted_at.is_(None),
            Attempt.open_position == position,
            func.coalesce(Attempt.open_position, 0) > 0,
        )
        .values(open_position=0)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    if closed is None:
        raise Conflict("position_closed", position=position)
    current = fold(list_responses(session, attempt.id), attempt.due).get(position)
    place = attempt.form.positions[position - 1]
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    [item] = list_items(session, [place], rulings)
    answer = current.answer if current else None
    worth = Worth(place.points_milli, attempt.blueprint.sections[place.section].marking)
    score = score_position(item, answer, worth, rulings.get(place.version_id))
    session.execute(
        update(StepwiseEntry)
        .where(StepwiseEntry.attempt_id == attempt.id, StepwiseEntry.position == position)
        .values(committed_at=now, points_milli=score.points_milli, outcome=score.outcome)
    )
    response = json.loads(answer) if answer is not None else None
    return Committed(position, score.points_milli, score.outcome, item, response)


def _check_section(attempt: AttemptView, position: int, now: datetime) -> int:
    """Return the open position that may be passed by: 0, or what is left of an ended section."""
    sections = attempt.sections
    if sections is None:
        return 0
    running = sections.times[sections.at(now)]
    if sections.of(position) is not running:
        raise Conflict("section_closed", position=attempt.open_position)
    held = attempt.open_position
    return held if held and sections.of(held) is not running else 0


def _get_open(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> AttemptView:
    # The row first, so that what is read next is what the following statements act on.
    session.execute(
        select(Attempt.id)
        .where(Attempt.public_id == raw_public_id, Attempt.user_id == actor.user_id)
        .with_for_update()
    )
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    if attempt.open_position is None:
        raise NotFound("position")
    if attempt.submitted_at is not None:
        raise Conflict("already_submitted")
    if attempt.paused_at is not None:
        raise Conflict("paused")
    if now > attempt.deadline_at + GRACE:
        raise Conflict("closed")
    return attempt
