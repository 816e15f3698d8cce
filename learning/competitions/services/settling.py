"""Prizes follow a published list that is corrected: those for people, then those for units.

Of a long list the void of one entry waits for the worker: reading all of it takes seconds, during
which nobody could save an answer. The worker reads without a lock and writes only what still holds.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.competitions.formats import FIRST
from learning.competitions.models import AwardPlan, Competition, Round
from learning.competitions.queries import CompetitionView, get_by_round
from learning.competitions.queries.awards import (
    PlanView,
    find_plan,
    has_entry,
    list_left_out,
    read_entry_list,
)
from learning.competitions.rules.awards import AwardState
from learning.competitions.services.listing import first_of
from learning.competitions.services.reranking import (
    Corrected,
    PrizeAct,
    correct,
    settle_prizes,
    take_back,
    write_corrected,
)
from learning.competitions.services.unit_prizes import settle_units
from learning.kernel.db import WAKES

AT_ONCE = 2_000  # entries on the frozen list: some 50 ms


@dataclass(frozen=True, slots=True)
class Settling:
    """What prizes become on lists as they were read; `corrected` None where nothing changes."""

    competition: CompetitionView
    plan: PlanView
    corrected: Corrected | None


def settle_awards(session: Session, competition: CompetitionView, *, act: PrizeAct) -> bool:
    """Let prizes that are not final follow the published lists; tell if any holder changed.

    Of whichever round the competition was read, the lists of all are looked at. They are right
    already, and the caller holds the competition's row, as everybody who moves its prizes does: a
    list that is made final meanwhile waits, or is final.
    """
    first = first_of(session, competition)
    is_other = settle_prizes(session, first, act=act)
    return settle_units(session, first, act=act) or is_other


def settle_void(
    session: Session, competition: CompetitionView, entry: str, *, act: PrizeAct
) -> None:
    """Let prizes that are not final follow an entry that was made void in every round.

    As `settle_awards`, but a long list is not read: an entry that is on a frozen list is on the
    present one no more, and one that is not on it changes nothing; after the draw the worker does
    what follows (`plan_settling`), from seconds later on.
    """
    first = first_of(session, competition)
    plan = find_plan(session, first.id)
    if plan is None or plan.entries <= AT_ONCE:
        settle_awards(session, first, act=act)
        return
    if plan.state is AwardState.ANNOUNCED and has_entry(read_entry_list(session, plan.id), entry):
        take_back(session, first, plan, act)
    _ask(session, plan, act)
    settle_units(session, first, act=act)


def _ask(session: Session, plan: PlanView, act: PrizeAct) -> None:
    asked = session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id, AwardPlan.state == AwardState.PROPOSED.value)
        .values(settle_no=AwardPlan.settle_no + 1, settle_by=act.actor_id, settle_reason=act.reason)
        .returning(AwardPlan.id)
        .execution_options(synchronize_session=False)
    )
    if asked.scalar() is not None:
        session.info[WAKES] = True


def plan_settling(session: Session, competition_id: int) -> Settling | None:
    """Read what prizes become that wait for it, None where none do any more; writes nothing."""
    plan = find_plan(session, competition_id)
    if plan is None or not plan.is_settling:
        return None
    first = session.scalars(
        select(Round.id).where(Round.competition_id == competition_id, Round.number == FIRST)
    ).one()
    competition = get_by_round(session, first)
    return Settling(competition, plan, correct(session, competition, plan))


def settle_planned(session: Session, settling: Settling, now: datetime) -> bool:
    """Write what was read; False where lists or prizes changed since, so that it is read anew."""
    competition, corrected = settling.competition, settling.corrected
    session.execute(
        select(Competition.id).where(Competition.id == competition.id).with_for_update()
    )
    asked = session.execute(
        select(AwardPlan.settle_by, AwardPlan.settle_reason)
        .where(AwardPlan.id == settling.plan.id)
        .with_for_update()
    ).one()
    plan = find_plan(session, competition.id)
    if plan is None or not plan.is_settling or plan.settle_no != settling.plan.settle_no:
        return False
    if corrected is not None:
        if corrected.left_out != frozenset(list_left_out(session, plan.id)):
            return False
        act = PrizeAct(asked.settle_by, asked.settle_reason, now)
        write_corrected(session, competition, plan, corrected, act)
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(settled_no=plan.settle_no)
        .execution_options(synchronize_session=False)
    )
    return True
