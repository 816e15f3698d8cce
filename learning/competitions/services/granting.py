"""Final prizes and a list that was corrected afterwards: who is due one, and giving it to them."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.models import RegradePlan
from learning.attempts.queries import list_scores
from learning.competitions.models import Award, Entry
from learning.competitions.queries import CompetitionView, results_of
from learning.competitions.queries.awards import PlanView, find_own_award
from learning.competitions.rules.awards import AwardState, AwardStatus
from learning.competitions.rules.letters import prize_granted
from learning.competitions.rules.reranking import PrizeChange, ranks_of
from learning.competitions.services.awards import MAX_REASON, clean_text, hold_plan_of
from learning.competitions.services.following import claim_end
from learning.competitions.services.looking import divisions_of, due_of
from learning.competitions.services.reranking import prize_changes
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.leaderboards.rules import TIE_RULES


def list_prize_changes(
    session: Session, competition: CompetitionView, plan: PlanView
) -> tuple[PrizeChange, ...]:
    """Return who is due a final prize without holding it, and who holds one without being due.

    Nothing unless the list was corrected after the prizes became final.
    """
    if plan.state is not AwardState.FINAL or not _is_corrected(session, competition, plan):
        return ()
    scores = list_scores(session, competition.assessment_id)
    due = due_of(competition, results_of(session, competition, scores))
    ranks = ranks_of(TIE_RULES[competition.tie_rule], due)
    return prize_changes(session, plan, ranks, divisions_of(due))


def _is_corrected(session: Session, competition: CompetitionView, plan: PlanView) -> bool:
    newest = session.scalar(
        select(func.max(RegradePlan.applied_at)).where(
            RegradePlan.assessment_id == competition.assessment_id
        )
    )
    return newest is not None and plan.finalised_at is not None and newest >= plan.finalised_at


def grant_award(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    prize: str,
    raw_entry_id: str,
    reason: str,
    now: datetime,
) -> str:
    """Give a final prize to whom the corrected list gives it; return the award's public id.

    Others may hold it beside them: whom to strike is another act. Raises NotFound, Invalid without
    a reason; Conflict("awards_state") before the prizes are final, Conflict("award_not_due") for
    anybody else, Conflict("award_held") while they hold another prize.
    """
    reason = clean_text(reason, "reason", MAX_REASON)
    competition, plan = hold_plan_of(session, actor, raw_public_id, now)
    if plan.state is not AwardState.FINAL:
        raise Conflict("awards_state")
    due = list_prize_changes(session, competition, plan)
    if PrizeChange(prize, raw_entry_id, gains=True) not in due:
        raise Conflict("award_not_due")
    entry = session.execute(
        select(Entry.id, Entry.user_id).where(
            Entry.competition_id == competition.id, Entry.public_id == raw_entry_id
        )
    ).one()
    if find_own_award(session, plan.id, entry.user_id) is not None:
        raise Conflict("award_held")
    public_id = _give(session, actor, plan, prize, entry.id, reason, now)
    audit.log(
        session,
        "competition.award_granted",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"award": public_id, "prize": prize, "entry": raw_entry_id, "reason": reason},
    )
    title = next(each.title for each in plan.rules.prizes if each.code == prize)
    link = Link("competitions.claim_award", {"raw_public_id": competition.public_id})
    tell(session, entry.user_id, prize_granted(competition.title, title), now, link=link)
    return public_id


def _give(
    session: Session,
    actor: Actor,
    plan: PlanView,
    prize: str,
    entry_id: int,
    reason: str,
    now: datetime,
) -> str:
    """Let somebody hold a prize: out of the reserve where they wait, else behind everybody."""
    held = {
        "status": AwardStatus.HELD.value,
        "reason": reason,
        "claim_by": claim_end(plan, now),
        "told_at": now,
    }
    by = {"changed_by": actor.user_id, "changed_at": now}
    waiting = session.scalar(
        update(Award)
        .where(
            Award.plan_id == plan.id,
            Award.prize == prize,
            Award.entry_id == entry_id,
            Award.status == AwardStatus.RESERVE.value,
        )
        .values(**held, **by)
        .returning(Award.public_id)
        .execution_options(synchronize_session=False)
    )
    if waiting is not None:
        return str(waiting)
    last = session.scalar(
        select(func.max(Award.place)).where(Award.plan_id == plan.id, Award.prize == prize)
    )
    public_id = new_public_id()
    session.execute(
        insert(Award).values(
            public_id=public_id,
            plan_id=plan.id,
            prize=prize,
            place=(last or 0) + 1,
            entry_id=entry_id,
            **held,
            **by,
        )
    )
    return public_id
