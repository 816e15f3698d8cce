"""Going on from a round 晋级: a dated, audited act over a published list.

Whoever withdraws afterwards leaves a place that the rule of the act gives to the next.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.competitions.models import Entry, Promoted, PromotionAct
from learning.competitions.queries import (
    CompetitionView,
    GoingOn,
    find_promotion,
    list_promoted,
    list_rounds,
    look_out,
    read_promotion,
)
from learning.competitions.queries.rounds import RoundLine
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import State
from learning.competitions.services.holding import hold
from learning.competitions.services.reranking import PrizeAct
from learning.competitions.services.settling import settle_awards
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor

MAX_REASON = 300
_STEP = 2_000


def promote_from(
    session: Session, actor: Actor, raw_public_id: str, number: int, *, digest: str, now: datetime
) -> int:
    """Let the best of a round's published list go on, once; return how many do.

    `digest` names who was seen to go on (`Outlook.digest`). Raises NotFound;
    Conflict("round_not_closed") before the list is published, "not_revealed" before all of it is,
    "no_promotion" where nobody goes on from the round, "promoted_already" the second time,
    "promotion_changed" where it would be others by now, "promoted_nobody", "window_over" where the
    next round has ended.
    """
    competition = hold(session, actor, raw_public_id, now, number=number)
    chosen = competition.promotion
    if chosen is None:
        raise Conflict("no_promotion")
    if competition.state is not State.CLOSED:
        raise Conflict("round_not_closed")
    if not competition.shown(now).is_final:
        raise Conflict("not_revealed")
    if find_promotion(session, competition.round_id) is not None:
        raise Conflict("promoted_already")
    following = _following(session, competition)
    if following is not None and following.closes_at <= now:
        raise Conflict("window_over")
    outlook = look_out(session, competition, chosen)
    if not outlook.going:
        raise Conflict("promoted_nobody")
    if outlook.digest != digest:
        raise Conflict("promotion_changed")
    rule = json.dumps(chosen.to_dict(), sort_keys=True)
    act = PromotionAct(
        round_id=competition.round_id,
        rule=rule,
        ranked=outlook.ranked,
        made_by=actor.user_id,
        made_at=now,
    )
    session.add(act)
    session.flush()  # of two at once the second is told; the rows need its id
    _write(session, act.id, outlook.going, now, is_next=False)
    _log(
        session,
        actor,
        "competition.promoted",
        competition,
        now,
        rule=chosen.to_dict(),
        ranked=outlook.ranked,
        promoted=len(outlook.going),
        digest=digest,
    )
    return len(outlook.going)


def withdraw_promoted(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_entry_id: str,
    *,
    reason: str,
    now: datetime,
) -> list[str]:
    """Note that somebody who went on withdraws; return the entries that take the place, if any.

    Who follows is said by the rule of the act; prizes that go by who went on and are not final
    follow too. Raises NotFound, Invalid without a reason,
    Conflict("window_over") once the next round has ended, "attempts_begun" for who answered in it.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    competition = hold(session, actor, raw_public_id, now, number=number)
    act = find_promotion(session, competition.round_id)
    if act is None:
        raise NotFound("promotion")
    following = _following(session, competition)
    if following is not None:
        if following.closes_at <= now:
            raise Conflict("window_over")
        if _has_begun(session, following.assessment_id, raw_entry_id):
            raise Conflict("attempts_begun")
    entry = select(Entry.id).where(
        Entry.public_id == checked_id(raw_entry_id), Entry.competition_id == competition.id
    )
    withdrawn = session.scalar(
        update(Promoted)
        .where(
            Promoted.promotion_id == act.id,
            Promoted.entry_id == entry.scalar_subquery(),
            Promoted.status == "on",
        )
        .values(status="withdrawn", reason=reason, withdrawn_by=actor.user_id, withdrawn_at=now)
        .returning(Promoted.id)
        .execution_options(synchronize_session=False)
    )
    if withdrawn is None:
        raise NotFound("promoted")
    followers = _fill(session, competition, act, now)
    settle_awards(session, competition, act=PrizeAct(actor.user_id, reason, now))
    facts = {"entry": raw_entry_id, "reason": reason, "follow": followers}
    _log(session, actor, "competition.promotion_withdrawn", competition, now, **facts)
    return followers


def _fill(
    session: Session, competition: CompetitionView, act: PromotionAct, now: datetime
) -> list[str]:
    """Let those go on whom the rule names now that some are gone."""
    chosen = read_promotion(act.rule)
    if chosen is None:
        return []
    held = list_promoted(session, act.id)
    gone = [line.entry for line in held if not line.is_on]
    outlook = look_out(session, competition, chosen, gone=gone)
    known = {line.entry for line in held}
    new = [row for row in outlook.going if row.subject not in known]
    _write(session, act.id, new, now, is_next=True)
    return [row.subject for row in new]


def _write(
    session: Session, promotion_id: int, rows: Iterable[GoingOn], now: datetime, *, is_next: bool
) -> None:
    going = list(rows)
    for start in range(0, len(going), _STEP):
        part = going[start : start + _STEP]
        wanted = [row.subject for row in part]
        found = select(Entry.public_id, Entry.id).where(Entry.public_id.in_(wanted))
        ids = {row.public_id: row.id for row in session.execute(found)}
        session.execute(
            insert(Promoted),
            [
                {
                    "promotion_id": promotion_id,
                    "entry_id": ids[row.subject],
                    "standing": row.standing,
                    "points_milli": row.points_milli,
                    "is_next": is_next,
                    "status": "on",
                    "promoted_at": now,
                }
                for row in part
            ],
        )


def _following(session: Session, competition: CompetitionView) -> RoundLine | None:
    """Return the round to which people go on, None for the stage."""
    rounds = list_rounds(session, competition.id)
    return next((line for line in rounds if line.number == competition.number + 1), None)


def _has_begun(session: Session, assessment_id: int, raw_entry_id: str) -> bool:
    begun = (
        select(Attempt.id)
        .join(Entry, Entry.user_id == Attempt.user_id)
        .where(Attempt.assessment_id == assessment_id, Entry.public_id == checked_id(raw_entry_id))
        .limit(1)
    )
    return session.scalar(begun) is not None


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    **details: Any,
) -> None:
    facts = {"round": competition.number, **details}
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=facts)
