"""What an organiser decides about showing the lists: live, freeze, the reveal step by step."""

import json
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.competitions.models import Round
from learning.competitions.queries import CompetitionView, get_by_round
from learning.competitions.rules import Showing, State, showing_problems, showing_refusal
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.leaderboards import services as boards


def set_showing(
    session: Session, actor: Actor, raw_public_id: str, *, showing: Showing, now: datetime
) -> None:
    """Decide how the lists are shown.

    Raises NotFound, Invalid, Conflict("closed" | "frozen" | "freeze_past").
    """
    competition = hold(session, actor, raw_public_id, now)
    window = competition.opens_at, competition.closes_at
    codes = [division.code for division in competition.divisions]
    places = showing_problems(showing, codes, window)
    if places:
        raise Invalid([Problem("", None, place, place, place) for place in places])
    refusal = showing_refusal(competition.showing, showing, competition.progress, now)
    if refusal:
        raise Conflict(refusal)
    text = json.dumps(showing.to_dict(), sort_keys=True)
    session.execute(update(Round).where(Round.id == competition.round_id).values(showing=text))
    audit.log(
        session,
        "competition.showing_set",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details=showing.to_dict(),
    )


def reveal_next(
    session: Session, actor: Actor, raw_public_id: str, *, step: int, now: datetime
) -> None:
    """Take the next stage of the reveal; `step` is its number from 1, as it was seen.

    Raises NotFound, Conflict("round_not_closed") before the close, "reveal_changed" where it is not
    the next one.
    """
    competition = hold(session, actor, raw_public_id, now)
    if competition.state is not State.CLOSED:
        raise Conflict("round_not_closed")
    stages = competition.showing.stages
    if step != competition.revealed + 1 or step > len(stages):
        raise Conflict("reveal_changed")
    session.execute(update(Round).where(Round.id == competition.round_id).values(revealed=step))
    stage = stages[step - 1]
    audit.log(
        session,
        "competition.revealed",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"step": step, "of": stage.of, "first": stage.first},
    )


def begin_freeze(session: Session, round_id: int, now: datetime) -> CompetitionView:
    """Make the list of a freeze, or return it where it is begun: from then on it is fed."""
    competition = get_by_round(session, round_id)
    if competition.frozen_board_id is None:
        board = boards.create_board(
            session,
            owner=f"competition:{competition.public_id}:{competition.number}:frozen",
            tie_rule=competition.tie_rule,
            now=now,
        )
        session.execute(update(Round).where(Round.id == round_id).values(frozen_board_id=board.id))
        competition = get_by_round(session, round_id)
    if competition.frozen is None:
        raise LookupError(f"round {round_id} has no list of its freeze")
    return competition.frozen


def end_freeze(session: Session, frozen: CompetitionView, now: datetime) -> None:
    """Count the list of a freeze and let it be shown."""
    boards.recount(session, frozen.board_id)
    session.execute(update(Round).where(Round.id == frozen.round_id).values(frozen_at=now))
