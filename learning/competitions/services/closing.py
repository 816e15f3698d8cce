"""From scores to the published list.

The board is a cache that the consumer keeps while the contest runs (`take_result`). What is
published at the close is computed again from all scores. That is slow for a long list, so it is
done in two steps: `plan_close` reads and compares in a reading session, which holds nobody up;
`close_competition` writes the few corrections and the new state, after checking under the
competition's lock that nothing was finished or started in between.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.attempts.queries import has_open_attempts, list_scores
from learning.competitions.events import CLOSED, CompetitionChanged
from learning.competitions.models import Competition
from learning.competitions.queries import (
    CompetitionView,
    count_finished,
    find_participation,
    get_by_round,
    get_managed,
    results_of,
)
from learning.competitions.rules import State
from learning.kernel import audit, events
from learning.kernel.db import from_us
from learning.kernel.errors import Conflict
from learning.kernel.events import Event
from learning.kernel.permissions import Actor
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.rules import TIE_RULES, Counts, Result, sort_key
from learning.leaderboards.services import Corrections


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What a close will write, and on how many finished attempts it rests."""

    competition: CompetitionView
    finished: int
    participants: int
    corrections: Corrections


def plan_close(session: Session, competition: CompetitionView) -> ClosingPlan:
    """Compare the board with all scores; writes nothing.

    Raises Conflict("not_running") unless open, Conflict("attempts_open") while anybody is
    answering or an attempt that ran out waits for the sweep, Conflict("unscored") when a finished
    attempt has no score yet.
    """
    if competition.state is not State.OPEN:
        raise Conflict("not_running")
    if has_open_attempts(session, competition.assessment_id):
        raise Conflict("attempts_open")
    finished = count_finished(session, competition.assessment_id)
    scores = list_scores(session, competition.assessment_id)
    if len(scores) != finished:
        raise Conflict("unscored")
    results = results_of(session, competition.id, scores)
    board = boards.get_board(session, competition.board_id)
    changes = board_services.corrections(session, board, results, counts=_counts(competition))
    return ClosingPlan(competition, finished, len({r.subject for r in results}), changes)


def apply_plan(session: Session, plan: ClosingPlan, part: slice) -> None:
    """Write a part of the corrections ahead of the close, so that no transaction is long."""
    changes = Corrections(put=plan.corrections.put[part], remove=plan.corrections.remove[part])
    board = boards.get_board(session, plan.competition.board_id)
    board_services.apply(session, board, changes)


def close_competition(
    session: Session, plan: ClosingPlan, *, actor: Actor | None, now: datetime
) -> None:
    """Publish the list: corrections and state in one transaction. `actor` None is the worker.

    Raises NotFound out of the actor's reach; Conflict("not_running" | "attempts_open") and
    Conflict("changed") when an attempt was finished since the plan was made.
    """
    competition = plan.competition
    if actor is not None:
        get_managed(session, actor, competition.public_id, now)
    closed = session.scalar(
        update(Competition)
        .where(Competition.id == competition.id, Competition.state == State.OPEN.value)
        .values(state=State.CLOSED.value, closed_at=now)
        .returning(Competition.id)
        .execution_options(synchronize_session=False)
    )
    if closed is None:
        raise Conflict("not_running")
    if has_open_attempts(session, competition.assessment_id):
        raise Conflict("attempts_open")
    if count_finished(session, competition.assessment_id) != plan.finished:
        raise Conflict("changed")
    board = boards.get_board(session, competition.board_id)
    board_services.apply(session, board, plan.corrections)
    audit.log(
        session,
        "competition.closed",
        competition.public_id,
        actor_id=actor.user_id if actor else None,
        now=now,
        details={"participants": plan.participants, "corrected": len(plan.corrections)},
    )
    events.record(session, CLOSED, CompetitionChanged(competition.public_id).payload(), now)


def recompute_board(session: Session, round_id: int) -> Corrections:
    """Make a round's board equal to what all its scores give; return what was wrong."""
    competition = get_by_round(session, round_id)
    board = boards.get_board(session, competition.board_id)
    scores = list_scores(session, competition.assessment_id)
    results = results_of(session, competition.id, scores)
    return board_services.recompute(session, board, results, counts=_counts(competition))


def take_result(session: Session, event: Event) -> None:
    """Put the result of a scored attempt on its round's board; any order, any number of times.

    Attempts of no competition are passed by. A closed competition's list is published: it changes
    by an act of its own, never by an event that came late.
    """
    told = event.payload
    found = find_participation(session, told["assessment_id"], told["user_id"])
    if found is None or found.state is State.CLOSED:
        return
    board = boards.get_board(session, found.board_id)
    result = Result(
        subject=found.entry_public_id,
        number=told["number"],
        points_milli=told["points_milli"],
        duration_us=told["duration_us"],
        finished_at=from_us(told["finished_us"]),
    )
    held = boards.find_result(session, board.id, result.subject)
    if held and held[0].number == result.number:
        key = sort_key(TIE_RULES[board.tie_rule], result)
        if key < held[1]:  # corrected downwards: another attempt may count now
            recompute_board(session, found.round_id)
            return
    board_services.put_entry(session, board, result, counts=Counts(found.counts))


def _counts(competition: CompetitionView) -> Counts:
    return Counts(competition.rules.counts.value)
