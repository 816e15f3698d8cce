"""Final prizes and a list that was corrected afterwards: giving one to whom the list gives it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.models import Entry
from learning.competitions.queries.awards import find_own_award
from learning.competitions.rules.awards import AwardState
from learning.competitions.rules.letters import prize_granted
from learning.competitions.rules.reranking import PrizeChange
from learning.competitions.services.awards import MAX_REASON, clean_text, hold_plan_of
from learning.competitions.services.following import claim_end
from learning.competitions.services.orders import Holding, give_place, list_prize_changes
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor


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
    holding = Holding(claim_end(plan, now), actor.user_id, now, told_at=now, reason=reason)
    public_id = give_place(session, plan, prize, entry.id, holding)
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
