"""Announcing that the window of a round is another one: dated, with its reason, never less."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.services import move_window
from learning.competitions.formats import window_refusal
from learning.competitions.models import WindowChange
from learning.competitions.rules import State
from learning.competitions.services.holding import hold
from learning.competitions.services.paper_rules import fit_paper
from learning.competitions.services.rounds import check_round_order
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor

MAX_WINDOW_REASON = 500


def move_round_window(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    now: datetime,
) -> None:
    """Announce another window of a round of an open competition; running attempts follow it.

    The competition's row is held, which starts wait for: whoever starts afterwards sees the new
    window, whoever started before is found by the worker. Raises NotFound, Invalid without a
    reason, Conflict("not_running") for a draft or a published list, the codes of `window_refusal`,
    Conflict("rounds_order") where it would reach into a later round.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_WINDOW_REASON or not reason.isprintable():
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    competition = hold(session, actor, raw_public_id, now, number=number)
    if competition.state is not State.OPEN:
        raise Conflict("not_running")
    begun = select(Attempt.id).where(Attempt.assessment_id == competition.assessment_id).limit(1)
    refusal = window_refusal(
        (competition.opens_at, competition.closes_at),
        (opens_at, closes_at),
        now,
        has_attempts=session.scalar(begun) is not None,
    )
    if refusal:
        raise Conflict(refusal)
    move_window(session, competition.assessment_id, opens_at=opens_at, closes_at=closes_at, now=now)
    check_round_order(session, competition)
    fit_paper(session, competition.round_id, chosen=competition.format, closes_at=closes_at)
    session.add(
        WindowChange(
            round_id=competition.round_id,
            old_opens_at=competition.opens_at,
            old_closes_at=competition.closes_at,
            new_opens_at=opens_at,
            new_closes_at=closes_at,
            reason=reason,
            made_by=actor.user_id,
            made_at=now,
        )
    )
    audit.log(
        session,
        "competition.window_moved",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "round": number,
            "opens_at": opens_at.isoformat(),
            "closes_at": closes_at.isoformat(),
            "reason": reason,
        },
    )
