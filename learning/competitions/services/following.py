"""Taking a prize from who holds it, whoever decides it, and giving it to who follows 递补.

One place for a person's decision, a winner who gives up, and a claim that lapsed: what was said for
sending goes away, who had been told is told, the first in reserve without a prize follows.
Where the list was corrected after the prizes became final, the corrected list says who follows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.models import Award, AwardClaim, Entry
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.awards import PlanView, list_waiting
from learning.competitions.rules.awards import AwardState, AwardStatus, next_in_reserve
from learning.competitions.rules.letters import prize_lost, prize_struck
from learning.competitions.services.orders import Holding, find_follower, give_place, is_undue


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a prize is taken away, by whom (None: its time was up) and when.

    `reason` is a `LossCause` unless it `is_decided` by the organiser, whose words stand in the
    record and in no message; nobody follows where `follows` is False.
    """

    reason: str
    actor_id: int | None
    now: datetime
    is_decided: bool = False
    follows: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """A prize that was taken away: whose, and the entry that follows, if any."""

    award: str
    follower: str | None


def take_away(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    condition: ColumnElement[bool],
    loss: Loss,
) -> Taken | None:
    """Take the one held prize that meets the condition; None when there is none.

    The caller holds the plan's row: who follows is read and written under it.
    """
    by_list = loss.is_decided and is_undue(session, competition, plan, condition)
    row = session.execute(
        update(Award)
        .where(Award.plan_id == plan.id, Award.status == AwardStatus.HELD.value, condition)
        .values(
            status=AwardStatus.STRUCK.value,
            reason=loss.reason,
            by_list=by_list,
            changed_by=loss.actor_id,
            changed_at=loss.now,
            claim_by=None,
        )
        .returning(Award.id, Award.public_id, Award.prize, Award.entry_id, Award.told_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    session.execute(delete(AwardClaim).where(AwardClaim.award_id == row.id))
    if loss.is_decided or row.told_at is not None:
        _tell(session, competition, plan, row, loss)
    follower = _promote(session, competition, plan, row.prize, loss) if loss.follows else None
    return Taken(row.public_id, follower)


def _tell(
    session: Session, competition: CompetitionView, plan: PlanView, row: Any, loss: Loss
) -> None:
    user_id = session.scalars(select(Entry.user_id).where(Entry.id == row.entry_id)).one()
    title = plan.rules.title_of(row.prize)
    letter = (
        prize_struck(competition.title, title)
        if loss.is_decided
        else prize_lost(competition.title, title, loss.reason)
    )
    link = Link("competitions.awards", {"raw_public_id": competition.public_id})
    tell(session, user_id, letter, loss.now, link=link)


def _promote(
    session: Session, competition: CompetitionView, plan: PlanView, prize: str, loss: Loss
) -> str | None:
    entry = find_follower(session, competition, plan, prize)
    if entry is None:
        return _promote_reserve(session, plan, prize, loss)
    if not entry:
        return None
    entry_id = session.scalars(select(Entry.id).where(Entry.public_id == entry)).one()
    holding = Holding(claim_end(plan, loss.now), loss.actor_id, loss.now)
    give_place(session, plan, prize, entry_id, holding)
    return entry


def _promote_reserve(session: Session, plan: PlanView, prize: str, loss: Loss) -> str | None:
    row = next_in_reserve(list_waiting(session, plan.id, prize), prize)
    if row is None:
        return None
    is_final = plan.state is AwardState.FINAL
    session.execute(
        update(Award)
        .where(Award.plan_id == plan.id, Award.prize == prize, Award.place == row.place)
        .values(
            status=AwardStatus.HELD.value,
            changed_by=loss.actor_id,
            changed_at=loss.now,
            claim_by=claim_end(plan, loss.now) if is_final else None,
        )
        .execution_options(synchronize_session=False)
    )
    return row.entry


def claim_end(plan: PlanView, now: datetime) -> datetime:
    """Return until when a prize that becomes somebody's now is to be claimed."""
    return now + timedelta(days=plan.rules.claim_days)
