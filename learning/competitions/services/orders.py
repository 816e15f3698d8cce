"""Who is due a prize by the lists as they stand now, once they were corrected after the draw.

The lots are those of the draw that everybody could replay; only what they are laid on is the
corrected list. While nothing was corrected, the order of the draw stands and nothing is computed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, RegradePlan
from learning.competitions.models import Award, Entry, FinalResult, Promoted, Round
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.awards import PlanView
from learning.competitions.rules.awards import AwardState, AwardStatus, may_be_followed
from learning.competitions.rules.prize_lists import STAGE, is_reached
from learning.competitions.rules.reranking import PrizeChange
from learning.competitions.services.listing import list_from_scores
from learning.competitions.services.reranking import prize_changes, prize_order
from learning.kernel.ids import new_public_id

BESIDE = timedelta(minutes=10)
"""An act that waited for the list to be made final carries an earlier instant than it."""


def list_prize_changes(
    session: Session, competition: CompetitionView, plan: PlanView
) -> tuple[PrizeChange, ...]:
    """Return who is due a final prize without holding it, and who holds one without being due.

    Nothing unless a list was corrected after the prizes became final: by a regrade, by an entry or
    an answer made void, by somebody who withdrew after going on, by another end of the live final.
    """
    if not _is_corrected(session, competition, plan):
        return ()
    return prize_changes(session, plan, list_from_scores(session, competition, plan.rules))


def is_undue(
    session: Session, competition: CompetitionView, plan: PlanView, condition: ColumnElement[bool]
) -> bool:
    """Tell whether a corrected list takes the held prize that meets the condition from its holder.

    Who loses it for that alone was not judged: the list may give them another prize.
    """
    changes = list_prize_changes(session, competition, plan)
    if not changes:
        return False
    held = session.execute(
        select(Award.prize, Entry.public_id)
        .join(Entry, Entry.id == Award.entry_id)
        .where(Award.plan_id == plan.id, Award.status == AwardStatus.HELD.value, condition)
    ).one_or_none()
    return held is not None and PrizeChange(held.prize, held.public_id, gains=False) in changes


def find_follower(
    session: Session, competition: CompetitionView, plan: PlanView, prize: str
) -> str | None:
    """Return the entry that follows for a free place of a final prize by the corrected list.

    "" where nobody does, or where no place is free: somebody was granted the prize beside its
    holder. None where nothing was corrected: the reserve of the draw follows then.
    """
    if not _is_corrected(session, competition, plan):
        return None
    wanted = plan.rules.get_prize(prize)
    if not may_be_followed(wanted) or _count_held(session, plan, prize) >= wanted.count:
        return ""
    # Whom a person struck since is given a prize by a person alone, if the list gives them one.
    is_judged = and_(
        Award.status == AwardStatus.STRUCK.value, Award.changed_at >= plan.finalised_at
    )
    passed = set(
        session.scalars(
            select(Entry.public_id)
            .join(Award, Award.entry_id == Entry.id)
            .where(
                Award.plan_id == plan.id,
                or_(Award.status == AwardStatus.HELD.value, is_judged),
            )
        )
    )
    listed = list_from_scores(session, competition, plan.rules)
    order = prize_order(session, plan, listed, prize)
    return next((entry for entry in order if entry not in passed), "")


def _count_held(session: Session, plan: PlanView, prize: str) -> int:
    held = select(func.count(Award.id)).where(
        Award.plan_id == plan.id,
        Award.prize == prize,
        Award.status == AwardStatus.HELD.value,
    )
    return session.scalar(held) or 0


def _is_corrected(session: Session, competition: CompetitionView, plan: PlanView) -> bool:
    if plan.state is not AwardState.FINAL or plan.finalised_at is None:
        return False
    rounds = select(Round.assessment_id).where(
        Round.competition_id == competition.id, Round.number.in_(plan.rules.rounds)
    )
    entries = Entry.competition_id == competition.id
    queries = [
        select(func.max(RegradePlan.applied_at)).where(RegradePlan.assessment_id.in_(rounds)),
        select(func.max(Entry.voided_at)).where(entries),
        select(func.max(Attempt.voided_at)).where(Attempt.assessment_id.in_(rounds)),
    ]
    if any(is_reached(code) for code in plan.rules.lists):
        gone = select(func.max(Promoted.withdrawn_at)).join(Entry, Entry.id == Promoted.entry_id)
        queries.append(gone.where(entries))
    if STAGE in plan.rules.lists:
        confirmed = select(FinalResult.confirmed_at)
        queries.append(confirmed.where(FinalResult.competition_id == competition.id))
    return any(
        newest is not None and newest >= plan.finalised_at - BESIDE
        for newest in map(session.scalar, queries)
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """How somebody comes to hold a prize: until when to claim it, by whom (None: the worker), when.

    `told_at` where they are told at once; a `reason` where a person granted it.
    """

    claim_by: datetime
    by: int | None
    at: datetime
    told_at: datetime | None = None
    reason: str = ""


def give_place(
    session: Session, plan: PlanView, prize: str, entry_id: int, holding: Holding
) -> str:
    """Let an entry hold a final prize: out of the reserve where it waits, else behind everybody.

    Return the award's public id.
    """
    held = {
        "status": AwardStatus.HELD.value,
        "reason": holding.reason,
        "claim_by": holding.claim_by,
        "told_at": holding.told_at,
        "changed_by": holding.by,
        "changed_at": holding.at,
    }
    waiting = session.scalar(
        update(Award)
        .where(
            Award.plan_id == plan.id,
            Award.prize == prize,
            Award.entry_id == entry_id,
            Award.status == AwardStatus.RESERVE.value,
        )
        .values(**held)
        .returning(Award.public_id)
        .execution_options(synchronize_session=False)
    )
    if waiting is not None:
        return str(waiting)
    last = session.scalar(
        select(func.max(Award.place)).where(Award.plan_id == plan.id, Award.prize == prize)
    )
    public_id = new_public_id()
    place = (last or 0) + 1
    session.execute(
        insert(Award).values(
            public_id=public_id,
            plan_id=plan.id,
            prize=prize,
            place=place,
            entry_id=entry_id,
            **held,
        )
    )
    return public_id
