"""Going on to the next section before the time of the running one is over."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.queries import list_responses
from learning.attempts.rules import Sections, missing_positions
from learning.attempts.rules.folding import highest_seq
from learning.attempts.services.timing import HeldAttempt, hold_open
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor


def leave_section(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    epoch: int,
    last_seq: Mapping[int, int],
    now: datetime,
) -> None:
    """End the running section, by its number from 1, and open the next one now.

    Later sections keep their own limits; what was not used is gone. One that is over already stays
    as it is. `last_seq` is the highest seq that the device knows per position. Raises NotFound;
    Conflict("already_submitted" | "epoch" | "paused" | "missing"); Conflict("section_closed") for
    one that has not opened, for the last, which is handed in, and where there are none.
    """
    held, sections = _hold(session, actor, raw_public_id, epoch)
    running = sections.at(now)
    if not 0 <= number - 1 <= running or number == len(sections.times):
        raise Conflict("section_closed")
    if number - 1 < running:
        return
    missing = missing_positions(last_seq, highest_seq(list_responses(session, held.attempt.id)))
    if missing:
        raise Conflict("missing", positions=missing)
    held.leave_section(sections, now)
    audit.log(
        session,
        "attempt.section_left",
        raw_public_id,
        actor_id=actor.user_id,
        now=now,
        details={"section": number},
    )


def _hold(
    session: Session, actor: Actor, raw_public_id: str, epoch: int
) -> tuple[HeldAttempt, Sections]:
    """Lock a person's own running attempt that has sections."""
    attempt_id = session.scalar(
        select(Attempt.id).where(
            Attempt.public_id == raw_public_id, Attempt.user_id == actor.user_id
        )
    )
    if attempt_id is None:
        raise NotFound("attempt")
    held = hold_open(session, attempt_id)
    if held is None:
        raise Conflict("already_submitted")
    attempt = held.attempt
    if attempt.sections is None:
        raise Conflict("section_closed")
    if attempt.epoch != epoch:
        raise Conflict("epoch", epoch=attempt.epoch, sent=epoch)
    if attempt.paused_at is not None:
        raise Conflict("paused")
    return held, Sections.from_json(attempt.sections)
