"""Moving the window of an assessment: who is answering gets the time that it adds.

The deadline follows from the one formula with the new end of the window, in batches by an event;
until the last batch the sweep leaves the assessment alone.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.events import WINDOW, WindowMoved
from learning.attempts.models import Assessment, Attempt
from learning.attempts.services.timing import MAX_HELD, hold_all, log_act
from learning.kernel import events
from learning.kernel.db import from_us, to_us
from learning.kernel.errors import Conflict, NotFound

REASON = "window"


def move_window(
    session: Session,
    assessment_id: int,
    *,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> None:
    """Give an assessment another window; it never ends earlier than it did.

    Raises NotFound; Conflict("window_shortened") for an earlier end, or an end before the begin.
    """
    held = session.scalar(
        select(Assessment.closes_at).where(Assessment.id == assessment_id).with_for_update()
    )
    if held is None:
        raise NotFound("assessment")
    if closes_at < held or closes_at <= opens_at:
        raise Conflict("window_shortened")
    session.execute(
        update(Assessment)
        .where(Assessment.id == assessment_id)
        .values(opens_at=opens_at, closes_at=closes_at, moved_at=now)
        .execution_options(synchronize_session=False)
    )
    events.record(session, WINDOW, WindowMoved(assessment_id, to_us(now)).payload(), now)


def follow_window(session: Session, told: WindowMoved, now: datetime) -> int:
    """Move the deadlines of the next 100 open attempts to a moved window; return how many moved.

    Asks for the following ones by another event. One that ends before the old window by its own
    limit stays as it is.
    """
    ids = list(
        session.scalars(
            select(Attempt.id)
            .where(
                Attempt.assessment_id == told.assessment_id,
                Attempt.id > told.after_id,
                Attempt.submitted_at.is_(None),
            )
            .order_by(Attempt.id)
            .limit(MAX_HELD)
        )
    )
    moved = 0
    for one in hold_all(session, ids):
        if one.follow_window(session, now):
            log_act(session, one.attempt, "attempt.extended", None, REASON, now)
            moved += 1
    if len(ids) == MAX_HELD:
        following = WindowMoved(told.assessment_id, told.moved_us, ids[-1])
        events.record(session, WINDOW, following.payload(), now)
    else:
        session.execute(
            update(Assessment)
            .where(
                Assessment.id == told.assessment_id,
                Assessment.moved_at == from_us(told.moved_us),  # not while a later move is followed
            )
            .values(moved_at=None)
            .execution_options(synchronize_session=False)
        )
    return moved
