"""From scores to the published list.

The board is a cache that the consumer keeps while the contest runs (`feeding`). What is
published at the close is computed again from all scores. That is slow for a long list, so it is
done in two steps: `plan_close` reads and compares in a reading session, which holds nobody up;
`close_competition` writes the few corrections and the new state, after checking under the
competition's lock that nothing was finished or started in between.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.queries import has_open_attempts, list_scores
from learning.competitions.events import CLOSED, CompetitionChanged
from learning.competitions.formats import FIRST, TRAINING
from learning.competitions.models import Competition, Round
from learning.competitions.queries import (
    CompetitionView,
    can_be_closed,
    count_finished,
    count_participants,
    counts_of,
    get_managed,
    list_enrolments,
    list_names,
    list_units_of_entries,
    results_of,
)
from learning.competitions.queries.enterprises import list_industries
from learning.competitions.queries.paper_rules import find_paper
from learning.competitions.queries.papers import count_unsettled
from learning.competitions.rules import State, Tally, rank_enterprises
from learning.competitions.services.unit_board import write_unit_board
from learning.kernel import audit, events
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.rules import TIE_RULES, Result, counting
from learning.leaderboards.services import Corrections


@dataclass(frozen=True, slots=True)
class UnitSum:
    """What the entries for an organisation add up to, points in thousandths."""

    unit_id: int
    name: str
    entries: int
    participants: int
    sum_milli: int


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What a close will write, and on how many entries and finished attempts it rests.

    `recounts` when the counts and tallies of the board were not those of its rows. Enrolled
    organisations are read at the close itself: their headcounts may be corrected until
    then.
    """

    competition: CompetitionView
    finished: int
    entries: int
    participants: int
    corrections: Corrections
    recounts: bool
    units: tuple[UnitSum, ...]


def plan_close(session: Session, competition: CompetitionView) -> ClosingPlan:
    """Compare the board with all scores; writes nothing.

    Raises Conflict("not_running") unless open, Conflict("not_promoted") for a later round before
    anybody went on to it, Conflict("attempts_open") while anybody is
    answering or an attempt that ran out waits for the sweep, Conflict("unscored") when a finished
    attempt has no score yet.
    """
    if competition.state is not State.OPEN or competition.number == TRAINING:
        raise Conflict("not_running")
    if not can_be_closed(session, competition):
        raise Conflict("not_promoted")
    if has_open_attempts(session, competition.assessment_id):
        raise Conflict("attempts_open")
    finished = count_finished(session, competition.assessment_id)
    scores = list_scores(session, competition.assessment_id)
    if len(scores) != finished:
        raise Conflict("unscored")
    results = results_of(session, competition, scores)
    board = boards.get_board(session, competition.board_id)
    changes = board_services.corrections(session, board, results, counts=counts_of(competition))
    return ClosingPlan(
        competition=competition,
        finished=finished,
        entries=count_participants(session, competition.id),
        participants=len({r.subject for r in results}),
        corrections=changes,
        recounts=board_services.differing_counts(session, board.id) > 0,
        units=_sum_units(session, competition, results),
    )


def _sum_units(
    session: Session, competition: CompetitionView, results: Sequence[Result]
) -> tuple[UnitSum, ...]:
    unit_of = list_units_of_entries(session, competition.id)
    due = counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))
    entries, participants = Counter(unit_of.values()), Counter[int]()
    sums = Counter[int]()
    for subject, result in due.items():
        unit_id = unit_of.get(subject)
        if unit_id is not None:
            participants[unit_id] += 1
            sums[unit_id] += result.points_milli
    names = list_names(session, sorted(entries))
    return tuple(
        UnitSum(
            unit_id, names.get(unit_id, ""), entries[unit_id], participants[unit_id], sums[unit_id]
        )
        for unit_id in sorted(entries)
    )


def apply_plan(session: Session, plan: ClosingPlan, part: slice) -> None:
    """Write a part of the corrections ahead of the close, so that no transaction is long."""
    changes = Corrections(put=plan.corrections.put[part], remove=plan.corrections.remove[part])
    board = boards.get_board(session, plan.competition.board_id)
    board_services.apply(session, board, changes)


def close_competition(
    session: Session, plan: ClosingPlan, *, actor: Actor | None, now: datetime
) -> None:
    """Publish a round's list: corrections and state in one transaction. `actor` None: the worker.

    Raises NotFound out of the actor's reach; Conflict("not_running" | "attempts_open"),
    Conflict("paper_waiting") for an actor while papers are half keyed that may still be, and
    Conflict("changed") when an attempt was finished since the plan was made.
    """
    competition = plan.competition
    if actor is not None:
        get_managed(session, actor, competition.public_id, now, number=competition.number)
    _mark_closed(session, competition, now)
    if has_open_attempts(session, competition.assessment_id):
        raise Conflict("attempts_open")
    if actor is not None and _waits_for_paper(session, competition, now):
        raise Conflict("paper_waiting")
    if count_finished(session, competition.assessment_id) != plan.finished:
        raise Conflict("changed")
    if count_participants(session, competition.id) != plan.entries:
        raise Conflict("changed")
    board = boards.get_board(session, competition.board_id)
    board_services.apply(session, board, plan.corrections)
    if plan.recounts:
        board_services.recount(session, board.id)
    is_first = competition.number == FIRST
    if is_first:
        _publish_enterprises(session, competition, plan.units)
        told = CompetitionChanged(competition.public_id)
        events.record(session, CLOSED, told.payload(), now)
    audit.log(
        session,
        "competition.closed" if is_first else "competition.round_closed",
        competition.public_id,
        actor_id=actor.user_id if actor else None,
        now=now,
        details={
            "round": competition.number,
            "participants": plan.participants,
            "corrected": len(plan.corrections),
        },
    )


def _waits_for_paper(session: Session, competition: CompetitionView, now: datetime) -> bool:
    """Tell whether papers of the round were begun and may still be confirmed in time."""
    rules = find_paper(session, competition.round_id)
    return bool(rules and now < rules.until and count_unsettled(session, competition))


def _mark_closed(session: Session, competition: CompetitionView, now: datetime) -> None:
    """Move the round from open to closed; raise Conflict("not_running") when it is not open.

    The competition's row is held, which starts and changes of the window wait for.
    """
    held = select(Competition.id).where(Competition.id == competition.id)
    session.execute(held.with_for_update())
    table = Competition if competition.number == FIRST else Round
    row_id = competition.id if competition.number == FIRST else competition.round_id
    closed = session.scalar(
        update(table)
        .where(table.id == row_id, table.state == State.OPEN.value)
        .values(state=State.CLOSED.value, closed_at=now)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    if closed is None:
        raise Conflict("not_running")


def republish_enterprises(session: Session, competition: CompetitionView) -> None:
    """Write the published enterprise board anew from all scores; the caller holds the competition.

    Slow for a long list: some seconds for 10⁵ entries.
    """
    scores = list_scores(session, competition.assessment_id)
    results = results_of(session, competition, scores)
    _publish_enterprises(session, competition, _sum_units(session, competition, results))


def _publish_enterprises(
    session: Session, competition: CompetitionView, summed: Sequence[UnitSum]
) -> None:
    """Write the enterprise board: whoever enrolled or has entries, ranked by the printed rule."""
    enrolled = list_enrolments(session, competition.id)
    sums = {unit.unit_id: unit for unit in summed}
    idle = sorted(set(enrolled) - set(sums))
    names = list_names(session, idle)
    industries = list_industries(session, sorted({*sums, *idle}))
    units = [*summed, *(UnitSum(i, names.get(i, ""), 0, 0, 0) for i in idle)]
    tallies = [
        Tally(
            unit_id=unit.unit_id,
            unit_name=unit.name,
            entries=unit.entries,
            participants=unit.participants,
            sum_milli=unit.sum_milli,
            headcount=enrolled.get(unit.unit_id),
            is_enrolled=unit.unit_id in enrolled,
            industry=industries.get(unit.unit_id, ""),
        )
        for unit in units
    ]
    board = rank_enterprises(competition.entry.ranking, tallies)
    write_unit_board(session, competition.id, board)


def record_download(
    session: Session, actor: Actor, public_id: str, *, rows: int, now: datetime
) -> None:
    """Note in the audit that somebody took the published list with full names, before it leaves."""
    audit.log(
        session,
        "competition.standings_downloaded",
        public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": rows},
    )
