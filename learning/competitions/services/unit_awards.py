"""What becomes of single prizes for units: struck, followed by the reserve, granted, told."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.models import (
    AwardPlan,
    Competition,
    EnterpriseEnrolment,
    UnitAward,
)
from learning.competitions.queries import CompetitionView, get_published
from learning.competitions.queries.awards import PlanView, get_announced
from learning.competitions.queries.unit_awards import UnitAwardLine, list_places, list_subjects
from learning.competitions.queries.views import checked_id
from learning.competitions.rules.awards import AwardState, AwardStatus, Drawn, next_in_reserve
from learning.competitions.rules.letters import unit_prize_lost, unit_prize_won
from learning.competitions.services.awards import MAX_REASON, clean_text, hold_plan_of
from learning.competitions.services.reranking import PrizeAct
from learning.competitions.services.unit_prizes import list_unit_changes, settle_units
from learning.kernel import audit
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

TOLD = 100  # units told in one transaction


def strike_unit_award(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_award_id: str,
    *,
    reason: str,
    follows: bool = True,
    now: datetime,
) -> str | None:
    """Take a prize away from a unit; return the name of the unit that follows 递补, if any.

    Nobody follows where `follows` is False. What a corrected board does not give is struck by that
    board: the unit may still be due another prize. Raises NotFound, Invalid without a reason,
    Conflict("awards_state").
    """
    reason = clean_text(reason, "reason", MAX_REASON)
    competition, plan = _hold_drawn(session, actor, raw_public_id, now)
    undue = [c for c in list_unit_changes(session, competition, plan, now) if not c.gains]
    is_undue = or_(
        false(),
        *(and_(UnitAward.prize == c.prize, UnitAward.subject == c.subject) for c in undue),
    )
    row = session.execute(
        update(UnitAward)
        .where(
            UnitAward.plan_id == plan.id,
            UnitAward.public_id == checked_id(raw_award_id),
            UnitAward.status == AwardStatus.HELD.value,
        )
        .values(
            status=AwardStatus.STRUCK.value,
            reason=reason,
            by_list=is_undue,
            changed_by=actor.user_id,
            changed_at=now,
        )
        .returning(UnitAward.prize, UnitAward.name, UnitAward.unit_id, UnitAward.told_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound("award")
    if row.told_at is not None:
        letter = unit_prize_lost(competition.title, plan.rules.title_of(row.prize), row.name)
        _tell(session, competition, row.unit_id, letter, now)
    follower = _promote(session, plan, row.prize, actor, now) if follows else None
    facts = {
        "award": raw_award_id,
        "reason": reason,
        "follows": follower.subject if follower else None,
    }
    _log(session, actor, "competition.unit_award_struck", competition, now, **facts)
    return follower.name if follower else None


def _promote(
    session: Session, plan: PlanView, prize: str, actor: Actor, now: datetime
) -> UnitAwardLine | None:
    places = {(p.prize, p.place): p for p in list_places(session, plan.id)}
    drawn = [Drawn(p.prize, p.place, p.subject, p.status) for p in places.values()]
    row = next_in_reserve(drawn, prize)
    if row is None:
        return None
    follower = places[row.prize, row.place]
    session.execute(
        update(UnitAward)
        .where(UnitAward.id == follower.id)
        .values(status=AwardStatus.HELD.value, changed_by=actor.user_id, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.info[WAKES] = True
    return follower


def settle_unit_awards(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Let proposed prizes for units follow a board that was corrected since.

    Raises NotFound, Invalid without a reason, Conflict("awards_state"),
    Conflict("unit_award_not_due") where the board gives them to the same units.
    """
    reason = clean_text(reason, "reason", MAX_REASON)
    competition, plan = _hold_drawn(session, actor, raw_public_id, now)
    if plan.state is not AwardState.PROPOSED:
        raise Conflict("awards_state")
    if not settle_units(session, competition, act=PrizeAct(actor.user_id, reason, now)):
        raise Conflict("unit_award_not_due")


def grant_unit_award(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    prize: str,
    subject: str,
    reason: str,
    now: datetime,
) -> str:
    """Give a final prize to a unit to which the corrected board gives it; return its public id.

    Raises NotFound, Invalid without a reason; Conflict("awards_state") before the prizes are
    final, Conflict("unit_award_not_due") for any other, Conflict("unit_award_held") while it holds
    another.
    """
    reason = clean_text(reason, "reason", MAX_REASON)
    competition, plan = _hold_drawn(session, actor, raw_public_id, now)
    if plan.state is not AwardState.FINAL:
        raise Conflict("awards_state")
    changes = list_unit_changes(session, competition, plan, now)
    if not any((c.prize, c.subject, c.gains) == (prize, subject, True) for c in changes):
        raise Conflict("unit_award_not_due")
    places = list(list_places(session, plan.id))
    if any(p.subject == subject and p.status is AwardStatus.HELD for p in places):
        raise Conflict("unit_award_held")
    public_id = _give(session, competition, plan, (prize, subject), (actor, reason, now), places)
    facts = {"award": public_id, "prize": prize, "unit": subject, "reason": reason}
    _log(session, actor, "competition.unit_award_granted", competition, now, **facts)
    session.info[WAKES] = True
    return public_id


def _give(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    what: tuple[str, str],
    act: tuple[Actor, str, datetime],
    places: list[UnitAwardLine],
) -> str:
    """Let a unit hold a prize: out of the reserve where it waits, else behind all others."""
    (prize, subject), (actor, reason, now) = what, act
    held = {
        "status": AwardStatus.HELD.value,
        "reason": reason,
        "changed_by": actor.user_id,
        "changed_at": now,
    }
    waiting = next(
        (p for p in places if (p.prize, p.subject, p.status) == (*what, AwardStatus.RESERVE)), None
    )
    if waiting is not None:
        session.execute(update(UnitAward).where(UnitAward.id == waiting.id).values(**held))
        return waiting.public_id
    unit_id, name = list_subjects(session, competition.id)[subject]
    last = session.scalar(
        select(func.max(UnitAward.place)).where(
            UnitAward.plan_id == plan.id, UnitAward.prize == prize
        )
    )
    public_id = new_public_id()
    session.execute(
        insert(UnitAward).values(
            public_id=public_id,
            plan_id=plan.id,
            prize=prize,
            place=(last or 0) + 1,
            subject=subject,
            unit_id=unit_id,
            name=name,
            **held,
        )
    )
    return public_id


def tell_unit_winners(session: Session, now: datetime) -> int:
    """Tell who enrolled them that the next units won a final prize, each once; return how many."""
    rows = session.execute(
        select(
            UnitAward.id,
            UnitAward.public_id,
            UnitAward.prize,
            UnitAward.name,
            UnitAward.unit_id,
            Competition.public_id.label("competition"),
        )
        .join(AwardPlan, AwardPlan.id == UnitAward.plan_id)
        .join(Competition, Competition.id == AwardPlan.competition_id)
        .where(
            UnitAward.told_at.is_(None),
            UnitAward.status == AwardStatus.HELD.value,
            AwardPlan.state == AwardState.FINAL.value,
        )
        .order_by(UnitAward.id)
        .limit(TOLD)
    ).all()
    for row in rows:
        competition = get_published(session, row.competition)
        title = get_announced(session, competition.id).rules.title_of(row.prize)
        letter = unit_prize_won(competition.title, title, row.name)
        _tell(session, competition, row.unit_id, letter, now, key=f"unit-{row.public_id}")
    if rows:
        session.execute(
            update(UnitAward)
            .where(UnitAward.id.in_([row.id for row in rows]))
            .values(told_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(rows)


def _tell(
    session: Session,
    competition: CompetitionView,
    unit_id: int | None,
    letter: Any,
    now: datetime,
    *,
    key: str = "",
) -> None:
    """Tell who enrolled an organisation; nobody where nobody did, as for a province."""
    user_id = session.scalar(
        select(EnterpriseEnrolment.enrolled_by).where(
            EnterpriseEnrolment.competition_id == competition.id,
            EnterpriseEnrolment.unit_id == unit_id,
        )
    )
    if user_id is not None:
        link = Link("competitions.unit_awards", {"raw_public_id": competition.public_id})
        tell(session, user_id, letter, now, link=link, key=key or new_public_id())


def _hold_drawn(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[CompetitionView, PlanView]:
    competition, plan = hold_plan_of(session, actor, raw_public_id, now)
    if plan.state not in {AwardState.PROPOSED, AwardState.FINAL}:
        raise Conflict("awards_state")
    return competition, plan


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    **details: Any,
) -> None:
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=details)
