"""Claiming prizes: told once, reminded once, claimed or given up by the winner, lapsed in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.models import Award, AwardClaim, AwardPlan, Competition, Entry, Round
from learning.competitions.queries import CompetitionView, get_by_round, get_published
from learning.competitions.queries.awards import (
    AwardLine,
    PlanView,
    find_claim,
    find_own_award,
    find_plan,
    get_announced,
)
from learning.competitions.rules.awards import AwardState, AwardStatus, LossCause
from learning.competitions.rules.claims import (
    KEPT,
    LEAST_NOTICE,
    REMINDED_BEFORE,
    Delivery,
    delivery_problems,
)
from learning.competitions.rules.letters import prize_ending, prize_won
from learning.competitions.services.following import Loss, take_away
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor

TOLD = 100  # winners told in one transaction
FORGOTTEN = 200
NO_DELIVERY = Delivery("", "", "", consents=False)


def get_own_prize(
    session: Session, actor: Actor, raw_public_id: str
) -> tuple[CompetitionView, PlanView, AwardLine]:
    """Return the final prize that a person holds. Raises NotFound where they hold none."""
    competition = get_published(session, raw_public_id)
    plan = get_announced(session, competition.id)
    own = find_own_award(session, plan.id, actor.user_id)
    if plan.state is not AwardState.FINAL or own is None:
        raise NotFound("award")
    return competition, plan, own


def claim_award(
    session: Session, actor: Actor, raw_public_id: str, *, delivery: Delivery, now: datetime
) -> None:
    """Claim one's prize, or change where it is sent while that is open.

    Of a prize that is not sent nothing is kept but the instant. Raises NotFound, Invalid,
    Conflict("claim_over").
    """
    competition, plan, own = get_own_prize(session, actor, raw_public_id)
    delivery = delivery.tidied() if plan.rules.get_prize(own.prize).is_posted else NO_DELIVERY
    problems = [] if delivery is NO_DELIVERY else delivery_problems(delivery)
    if problems:
        raise Invalid(problems)
    said = {
        "recipient": delivery.recipient,
        "phone": delivery.phone,
        "address": delivery.address,
    }
    if own.claimed_at is None:
        _claim(session, own, said, now)
    else:
        _change(session, own, said, now)
    details = {"award": own.public_id, "sent": delivery is not NO_DELIVERY}
    audit.log(
        session,
        "competition.award_claimed",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )


def _claim(session: Session, own: AwardLine, said: dict[str, str], now: datetime) -> None:
    """Close the claim in one statement: of two at once, and of one at the last moment, one wins."""
    claimed = session.scalar(
        update(Award)
        .where(Award.id == own.id, Award.status == AwardStatus.HELD.value, Award.claim_by > now)
        .values(claim_by=None)
        .returning(Award.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        raise Conflict("claim_over")
    until = own.claim_by or now
    session.add(AwardClaim(award_id=own.id, claimed_at=now, open_until=until, **said))


def _change(session: Session, own: AwardLine, said: dict[str, str], now: datetime) -> None:
    changed = session.scalar(
        update(AwardClaim)
        .where(AwardClaim.award_id == own.id, AwardClaim.open_until > now)
        .values(**said, forgotten_at=None)
        .returning(AwardClaim.award_id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise Conflict("claim_over")


def take_back_delivery(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> None:
    """Remove what a winner said for sending; the prize stays claimed. Raises NotFound."""
    _competition, _plan, own = get_own_prize(session, actor, raw_public_id)
    if find_claim(session, own.id) is None:
        raise NotFound("award")
    _forget(session, [own.id], now)


def give_up_award(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Give up a prize that one has not claimed; the reserve follows. Raises NotFound, Conflict."""
    competition, plan, own = get_own_prize(session, actor, raw_public_id)
    _hold(session, plan.id)
    unclaimed = (Award.id == own.id) & Award.claim_by.is_not(None)
    loss = Loss(LossCause.GIVEN_UP.value, actor.user_id, now)
    taken = take_away(session, competition, plan, unclaimed, loss)
    if taken is None:
        raise Conflict("claim_over")
    audit.log(
        session,
        "competition.award_given_up",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"award": taken.award, "follows": taken.follower},
    )


def lapse_next(session: Session, now: datetime) -> int:
    """Let the prize whose days for claiming were over first go to who follows; return 1 or 0.

    Only from who was told of it (`tell_winners` gives who is told late days of their own).
    """
    is_due = (Award.claim_by <= now) & Award.told_at.is_not(None)
    due = session.execute(
        select(Award.id, Award.plan_id)
        .where(is_due, Award.status == AwardStatus.HELD.value)
        .order_by(Award.claim_by, Award.id)
        .limit(1)
    ).one_or_none()
    if due is None:
        return 0
    competition, plan = _of_plan(session, due.plan_id)
    _hold(session, plan.id)
    loss = Loss(LossCause.LAPSED.value, None, now)
    taken = take_away(session, competition, plan, (Award.id == due.id) & is_due, loss)
    if taken is not None:
        audit.log(
            session,
            "competition.award_lapsed",
            competition.public_id,
            actor_id=None,
            now=now,
            details={"award": taken.award, "follows": taken.follower},
        )
    return 1


def tell_winners(session: Session, now: datetime) -> int:
    """Tell the next winners of final prizes that they won, each once; return how many.

    Whoever is told late, by a worker that was down, still has some days to claim.
    """
    rows = _to_tell(session, Award.told_at.is_(None) & Award.claim_by.is_not(None))
    plans = _plans_of(session, rows)
    for row in rows:
        competition, plan = plans[row.plan_id]
        days = min(LEAST_NOTICE, timedelta(days=plan.rules.claim_days))
        until = max(row.claim_by, now + days)
        letter = prize_won(
            competition.title, plan.rules.title_of(row.prize), until, competition.zone
        )
        tell(session, row.user_id, letter, now, link=_link(competition), key=f"won-{row.public_id}")
        if until > row.claim_by:
            session.execute(update(Award).where(Award.id == row.id).values(claim_by=until))
    _note(session, rows, told_at=now)
    return len(rows)


def remind_winners(session: Session, now: datetime) -> int:
    """Remind the next winners whose days for claiming end soon, each once; return how many."""
    ends_soon = (Award.claim_by > now) & (Award.claim_by <= now + REMINDED_BEFORE)
    rows = _to_tell(session, ends_soon & (Award.told_at < now) & Award.reminded_at.is_(None))
    plans = _plans_of(session, rows)
    for row in rows:
        competition, plan = plans[row.plan_id]
        letter = prize_ending(
            competition.title, plan.rules.title_of(row.prize), row.claim_by, competition.zone
        )
        tell(session, row.user_id, letter, now, link=_link(competition), key=f"end-{row.public_id}")
    _note(session, rows, reminded_at=now)
    return len(rows)


def forget_deliveries(session: Session, now: datetime) -> int:
    """Remove what winners said for sending once it is `KEPT` old; return how many."""
    old = session.scalars(
        select(AwardClaim.award_id)
        .where(AwardClaim.forgotten_at.is_(None), AwardClaim.claimed_at < now - KEPT)
        .order_by(AwardClaim.claimed_at)
        .limit(FORGOTTEN)
    ).all()
    _forget(session, list(old), now)
    return len(old)


def _forget(session: Session, award_ids: list[int], now: datetime) -> None:
    if award_ids:
        session.execute(
            update(AwardClaim)
            .where(AwardClaim.award_id.in_(award_ids))
            .values(recipient="", phone="", address="", forgotten_at=now)
            .execution_options(synchronize_session=False)
        )


def _to_tell(session: Session, condition: ColumnElement[bool]) -> Sequence[Any]:
    query = (
        select(Award.id, Award.public_id, Award.plan_id, Award.prize, Award.claim_by, Entry.user_id)
        .join(Entry, Entry.id == Award.entry_id)
        .where(Award.status == AwardStatus.HELD.value, condition)
        .order_by(Award.claim_by, Award.id)
        .limit(TOLD)
    )
    return session.execute(query).all()


def _note(session: Session, rows: Sequence[Any], **values: datetime) -> None:
    if rows:
        session.execute(
            update(Award)
            .where(Award.id.in_([row.id for row in rows]))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _plans_of(session: Session, rows: Sequence[Any]) -> dict[int, tuple[CompetitionView, PlanView]]:
    return {plan_id: _of_plan(session, plan_id) for plan_id in {row.plan_id for row in rows}}


def _hold(session: Session, plan_id: int) -> None:
    session.execute(select(AwardPlan.id).where(AwardPlan.id == plan_id).with_for_update())


def _of_plan(session: Session, plan_id: int) -> tuple[CompetitionView, PlanView]:
    round_id = session.scalars(
        select(Round.id)
        .join(Competition, Competition.id == Round.competition_id)
        .join(AwardPlan, AwardPlan.competition_id == Competition.id)
        .where(AwardPlan.id == plan_id, Round.number == 1)
    ).one()
    competition = get_by_round(session, round_id)
    plan = find_plan(session, competition.id)
    assert plan is not None  # noqa: S101 - the row was just joined
    return competition, plan


def _link(competition: CompetitionView) -> Link:
    return Link("competitions.claim_award", {"raw_public_id": competition.public_id})
