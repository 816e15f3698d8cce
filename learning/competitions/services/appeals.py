"""Appeals on items of a contest: lodged by participants, answered by an organiser not involved."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.queries import get_attempt_by_id
from learning.competitions.models import ItemAppeal, Round
from learning.competitions.queries import CompetitionView, get_managed, get_published
from learning.competitions.queries.appeals import (
    ItemAppealView,
    get_item_appeal,
    is_participant,
    list_appealable,
    list_own_appeals,
)
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import State, to_local
from learning.competitions.rules.appeals import MAX_ITEM_APPEALS, item_appeal_number
from learning.exams.queries.involvement import selves_of
from learning.exams.rules import (
    AppealState,
    Involved,
    Involvement,
    Verdict,
    involvements,
    is_appealed,
)
from learning.exams.rules.letters import appeal_answered, appeal_received
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.question_bank.queries import list_reviewers, list_writers


def get_appealable(
    session: Session, actor: Actor, raw_public_id: str, number: int
) -> CompetitionView:
    """Return a round with a published list in which the actor took part; NotFound for others."""
    competition = get_published(session, raw_public_id, number=number)
    is_over = competition.state is State.CLOSED and competition.closed_at is not None
    if not is_over or not is_participant(session, competition.id, actor.user_id):
        raise NotFound("competition")
    return competition


def lodge_item_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    raw_attempt_id: str,
    position: int,
    text: str,
    now: datetime,
) -> str:
    """Lodge an appeal on an item of one's own paper; return its public id.

    Raises NotFound; Conflict("appeal_late" | "appeal_position" | "appeal_exists" | "too_many").
    """
    competition = get_appealable(session, actor, raw_public_id, number)
    # The serial counts up, and two clicks make one appeal.
    session.execute(select(Round.id).where(Round.id == competition.round_id).with_for_update())
    attempts = list_appealable(session, competition.assessment_id, actor.user_id)
    attempt = next((each for each in attempts if each.public_id == raw_attempt_id), None)
    if attempt is None:
        raise NotFound("attempt")
    closed_at = competition.closed_at
    if closed_at is None or now > competition.appeals.until(closed_at, attempt.changed_at):
        raise Conflict("appeal_late")
    if not 1 <= position <= attempt.items:
        raise Conflict("appeal_position")
    own = list_own_appeals(session, competition.round_id, actor.user_id)
    if len(own) >= MAX_ITEM_APPEALS:
        raise Conflict("too_many")
    same = [each for each in own if (each.attempt_id, each.position) == (attempt.id, position)]
    if any(is_appealed(each.state, each.lodged_at, attempt.changed_at) for each in same):
        raise Conflict("appeal_exists")
    here = select(func.count()).where(ItemAppeal.round_id == competition.round_id)
    serial = (session.scalar(here) or 0) + 1
    form = get_attempt_by_id(session, attempt.id).form
    row = ItemAppeal(
        public_id=new_public_id(),
        number=item_appeal_number(now.year, competition.round_id, serial),
        round_id=competition.round_id,
        user_id=actor.user_id,
        attempt_id=attempt.id,
        position=position,
        version_id=form.positions[position - 1].version_id,
        text=text,
        state=AppealState.LODGED.value,
        lodged_at=now,
        answer_by=competition.appeals.answer_by(now),
    )
    session.add(row)
    session.flush()  # a full disk must show here, not after the redirect was made
    _log(session, "appeal.lodged", actor, row.public_id, competition, now, {"position": position})
    by = to_local(row.answer_by, competition.zone).date()
    letter = appeal_received(row.number, competition.title, by)
    tell(session, actor.user_id, letter, now, link=_own_page(competition))
    return row.public_id


def withdraw_item_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_appeal_id: str,
    *,
    now: datetime,
) -> None:
    """Take one's own appeal back while it waits. Raises NotFound, Conflict("appeal_over")."""
    competition = get_appealable(session, actor, raw_public_id, number)
    row = _hold(session, competition.round_id, raw_appeal_id)
    if row.user_id != actor.user_id:
        raise NotFound("appeal")
    if row.state != AppealState.LODGED.value:
        raise Conflict("appeal_over")
    row.state, row.withdrawn_at = AppealState.WITHDRAWN.value, now
    _log(session, "appeal.withdrawn", actor, row.public_id, competition, now, {})


def why_not_decide(
    session: Session, user_id: int, appeal: ItemAppealView
) -> tuple[Involvement, ...]:
    """Return why a person may not decide on an appeal, () where they may."""
    involved = Involved(
        appellant=appeal.user_id,
        writers=list_writers(session, appeal.version_id),
        reviewers=list_reviewers(session, appeal.version_id),
    )
    return involvements(selves_of(session, user_id), involved)


def decide_item_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_appeal_id: str,
    *,
    verdict: Verdict,
    answer: str,
    now: datetime,
) -> None:
    """Answer an appeal with reasons, and tell who lodged it.

    Raises NotFound; Conflict("appeal_over" | "involved" | "reason_missing").
    """
    competition, row = _before(session, actor, raw_public_id, number, raw_appeal_id, now)
    if not answer.strip():
        raise Conflict("reason_missing")
    row.state, row.answer = verdict.value, answer.strip()
    row.decided_by, row.decided_at = actor.user_id, now
    _log(session, "appeal.decided", actor, row.public_id, competition, now, {"verdict": row.state})
    letter = appeal_answered(row.number, competition.title, AppealState(verdict.value))
    tell(session, row.user_id, letter, now, link=_own_page(competition))


def _own_page(competition: CompetitionView) -> Link:
    args: dict[str, str | int] = {
        "raw_public_id": competition.public_id,
        "number": competition.number,
    }
    return Link("competitions.own_appeals", args)


def note_appealed_item(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_appeal_id: str,
    *,
    now: datetime,
) -> None:
    """Write down that who handles an appeal saw the item with its key.

    Raises NotFound; Conflict("appeal_over" | "involved").
    """
    competition, row = _before(session, actor, raw_public_id, number, raw_appeal_id, now)
    details = {"version": row.version_id}
    _log(session, "item.key_shown", actor, row.public_id, competition, now, details)


def _before(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_appeal_id: str,
    now: datetime,
) -> tuple[CompetitionView, ItemAppeal]:
    """Hold an appeal that waits for an answer, before somebody who may decide on it."""
    competition = get_managed(session, actor, raw_public_id, now, number=number)
    row = _hold(session, competition.round_id, raw_appeal_id)
    if row.state != AppealState.LODGED.value:
        raise Conflict("appeal_over")
    appeal = get_item_appeal(session, competition.round_id, raw_appeal_id)
    if why_not_decide(session, actor.user_id, appeal):
        raise Conflict("involved")
    return competition, row


def _hold(session: Session, round_id: int, raw_appeal_id: str) -> ItemAppeal:
    row = session.scalars(
        select(ItemAppeal)
        .where(ItemAppeal.round_id == round_id, ItemAppeal.public_id == checked_id(raw_appeal_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("appeal")
    return row


def _log(
    session: Session,
    act: str,
    actor: Actor,
    appeal: str,
    competition: CompetitionView,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    """Write the act to the audit trail, without what was written."""
    told = {"competition": competition.public_id, "round": competition.number, **details}
    audit.log(session, act, appeal, actor_id=actor.user_id, now=now, details=told)
