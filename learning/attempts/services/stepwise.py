"""Stepwise delivery: reveal a position, answer it, commit it; its key is released with the commit.

`open_position` stands in the row that the save statement holds FOR SHARE: a save that waits behind
a commit finds the position closed and does not pass. The rules of the attempt may give each item
seconds of its own, keep the key back, and end the attempt at the first mistake.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, StepwiseEntry, TimeGrant
from learning.attempts.queries import AttemptView, get_attempt, list_responses
from learning.attempts.rules import GRACE, item_allowed_s, item_end
from learning.attempts.services.closing import close_item
from learning.attempts.services.finishing import finish_at_mistake
from learning.attempts.watching import Receipt
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.question_bank.rules import Item


@dataclass(frozen=True, slots=True)
class Revealed:
    """An open position: when it was first revealed and when its own time ends, if it has one."""

    revealed_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed position: points in thousandths, and its item with the key it released.

    `item` is None where the rules keep the key back. `response` is the answer that was scored,
    decoded, None if there was none. `ended` is the receipt where this mistake ended the attempt.
    """

    position: int
    points_milli: int
    outcome: str
    item: Item | None
    response: Any
    ended: Receipt | None = None


def reveal_position(
    session: Session, actor: Actor, raw_public_id: str, position: int, *, now: datetime
) -> Revealed:
    """Open a position for answering; return when it was first revealed, by the server's clock.

    Its own time runs from then on, whatever the device does: a second reveal gives no second more.
    For whom extra time was granted it is longer as the whole is, and stays what it was at first.
    What was open when its section ended does not stand in the way. Raises NotFound for a position
    the form lacks; Conflict("position_closed") when it was committed or another one is open;
    Conflict("section_closed") outside the running section; Conflict("already_submitted" | "closed"
    | "paused").
    """
    attempt = _get_open(session, actor, raw_public_id, now)
    if not 1 <= position <= attempt.item_count:
        raise NotFound("position")
    open_position = _check_section(attempt, position, now)
    entry = session.get(StepwiseEntry, (attempt.id, position), populate_existing=True)
    if entry is None:
        revealed_at, given_s, allowed_s = now, 0, _allowed_s(session, attempt)
    else:
        revealed_at, given_s, allowed_s = entry.revealed_at, entry.given_s, entry.allowed_s
    ends_at = item_end(revealed_at, allowed_s or attempt.rules.item_s, given_s)
    taken = session.scalar(
        update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.submitted_at.is_(None),
            or_(Attempt.open_position == open_position, Attempt.open_position == position),
        )
        .values(open_position=position, open_until=ends_at)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None or (entry is not None and entry.committed_at is not None):
        raise Conflict("position_closed", position=attempt.open_position)
    if entry is None:
        session.execute(
            insert(StepwiseEntry).values(
                attempt_id=attempt.id, position=position, revealed_at=now, allowed_s=allowed_s
            )
        )
    return Revealed(revealed_at, ends_at)


def _allowed_s(session: Session, attempt: AttemptView) -> int | None:
    """Return the seconds of an item under an accommodation, None where the rules' own hold.

    What was given during the attempt is no accommodation: an open item got its part of it then.
    """
    item_s = attempt.rules.item_s
    if not item_s or not attempt.extra_s:
        return None
    granted = func.coalesce(func.sum(TimeGrant.extra_s), 0)
    given = session.scalar(select(granted).where(TimeGrant.attempt_id == attempt.id)) or 0
    accommodation = timedelta(seconds=attempt.extra_s - int(given))
    allowed_s = item_allowed_s(item_s, attempt.rules.limit, accommodation)
    return allowed_s if allowed_s > item_s else None


def commit_position(
    session: Session, actor: Actor, raw_public_id: str, position: int, *, now: datetime
) -> Committed:
    """Close a position, score its current answer once and release its key alone.

    An item whose own time is over was closed by it: what had been answered by then is scored, as
    given at that end. Rulings made before hold: a key that was replaced is neither scored by nor
    released. A mistake finishes the attempt where its rules say so.

    Raises Conflict("position_closed") when it is not the open one, Conflict("section_closed")
    after its section and the grace.
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
        .values(open_position=0, open_until=None)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    if closed is None:
        raise Conflict("position_closed", position=position)
    at = now if attempt.open_until is None else min(now, attempt.open_until)
    done = close_item(session, attempt, position, list_responses(session, attempt.id), at)
    rules, ended = attempt.rules, None
    if rules.ends_at_mistake and done.is_mistake:
        ended = finish_at_mistake(session, attempt, at, now)
    item = done.item if rules.tells_key else None
    return Committed(
        position, done.score.points_milli, done.score.outcome, item, done.response, ended
    )


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
