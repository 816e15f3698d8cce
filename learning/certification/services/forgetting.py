"""How long it is kept what was sent with an application, answered, and told of conduct.

It stands here because a certificate may need them: records of an examination are kept for a whole
cycle of what it led to, and while anybody appeals.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning.attempts.models import Attempt, RegradePlan, ResponseRow, RoomEventRow, ScoreRow
from learning.attempts.rules import NO_ANSWERS, RegradeState
from learning.attempts.services.forgetting import ANSWERS_KEPT, forget_answers
from learning.certification.models import AwardDecision, Certificate, CertificateAppeal
from learning.certification.queries.decisions import rests_on_sitting
from learning.competitions.models import AwardObjection, ItemAppeal
from learning.exams.models import Sitting, SittingAppeal, SittingApplication
from learning.exams.rules import AppealState, months_after
from learning.exams.services import prune_applications
from learning.exams.services.forgetting import forget_sheets
from learning.kernel import audit

SLICE = 200  # attempts a call: each has some hundred rows at most
HELD = aliased(Sitting)
"""The sitting of a certificate, in queries that have one of their own."""
OPEN_APPEAL = (AppealState.LODGED.value, AppealState.REVIEW.value)


def forget_room_events(session: Session, now: datetime, *, months: int) -> int:
    """Remove what rooms told of attempts that ended so many months ago; return how many attempts.

    Left alone: attempts of who has an open appeal at their sitting or against a decision on a
    certificate from it, or holds one that has not run out, revoked or not. At most 200 a call.
    """
    ids = list(
        session.scalars(
            select(Attempt.id)
            .where(
                Attempt.submitted_at < months_after(now, -months),
                exists().where(RoomEventRow.attempt_id == Attempt.id),
                ~_is_appealed(),
                ~_is_needed(HELD.assessment_id == Attempt.assessment_id, Attempt.user_id, now),
            )
            .order_by(Attempt.id)
            .limit(SLICE)
        )
    )
    session.execute(delete(RoomEventRow).where(RoomEventRow.attempt_id.in_(ids)))
    return len(ids)


def forget_applications(session: Session, now: datetime) -> int:
    """Empty applications 90 days after their end, as `exams.prune_applications`; return how many.

    Left alone: those of who holds a certificate from the sitting that has not run out, revoked or
    not, or has an open appeal against a decision on one. At most 50 a call.
    """
    here = HELD.id == SittingApplication.sitting_id
    needed = _is_needed(here, SittingApplication.user_id, now)
    return prune_applications(session, now, needed=needed)


def find_past_answers(
    session: Session, now: datetime, among: Sequence[int] | None = None, *, after: int = 0
) -> list[int]:
    """Return attempts whose answers have been kept for their time, at most 200, oldest first.

    Those behind the attempt `after` alone.

    Three years from handing in; from its end where a certificate rests on the sitting. While an
    appeal or an objection waits, whosever it is, the time ends when it was lodged. Left alone: what
    people still have to mark, and what a regrade is being prepared for.
    """
    waits_since = find_oldest_waiting(session)
    needed = _is_needed(
        HELD.assessment_id == Attempt.assessment_id, Attempt.user_id, now - ANSWERS_KEPT
    )
    later, over = aliased(ScoreRow), [RegradeState.APPLIED.value, RegradeState.DROPPED.value]
    query = select(Attempt.id).where(
        Attempt.id > after,
        Attempt.submitted_at < min(now, waits_since or now) - ANSWERS_KEPT,
        or_(
            exists().where(ResponseRow.attempt_id == Attempt.id),
            exists().where(
                ScoreRow.attempt_id == Attempt.id, ScoreRow.answers.not_in(["", NO_ANSWERS])
            ),
        ),
        ~exists().where(
            ScoreRow.attempt_id == Attempt.id,
            ScoreRow.pending > 0,
            ~exists().where(
                later.attempt_id == ScoreRow.attempt_id, later.version > ScoreRow.version
            ),
        ),
        ~exists().where(
            RegradePlan.assessment_id == Attempt.assessment_id, RegradePlan.state.not_in(over)
        ),
        ~needed,
    )
    if among is not None:
        query = query.where(Attempt.id.in_(among))
    return list(session.scalars(query.order_by(Attempt.id).limit(SLICE)))


def forget_past_answers(session: Session, now: datetime, among: Sequence[int]) -> int:
    """Remove the answers of those attempts of which nothing needs them still; return how many."""
    ids = find_past_answers(session, now, among)
    if ids:
        forget_answers(session, ids)
        forget_sheets(session, ids)
        details = {"attempts": len(ids), "before": (now - ANSWERS_KEPT).isoformat()}
        audit.log(session, "answers.pruned", "", actor_id=None, now=now, details=details)
    return len(ids)


def find_oldest_waiting(session: Session) -> datetime | None:
    """Return when the oldest appeal or objection was lodged that waits for its answer."""
    oldest = [
        session.scalar(select(func.min(table.lodged_at)).where(is_open))
        for table, is_open in (
            (SittingAppeal, SittingAppeal.state.in_(OPEN_APPEAL)),
            (ItemAppeal, ItemAppeal.state == AppealState.LODGED.value),
            (AwardObjection, AwardObjection.outcome == "open"),
            (CertificateAppeal, CertificateAppeal.decided_at.is_(None)),
        )
    ]
    return min((at for at in oldest if at is not None), default=None)


def _is_appealed() -> ColumnElement[bool]:
    return exists().where(
        Sitting.assessment_id == Attempt.assessment_id,
        SittingAppeal.sitting_id == Sitting.id,
        SittingAppeal.user_id == Attempt.user_id,
        SittingAppeal.state.in_(OPEN_APPEAL),
    )


def _is_needed(
    here: ColumnElement[bool], user_id: InstrumentedAttribute[int], now: datetime
) -> ColumnElement[bool]:
    """Return the condition that a person holds a running certificate of `HELD`, which is `here`.

    Or that they wait for the answer to an appeal on a scheme that was decided on because of it.
    """
    decided = (here, rests_on_sitting(HELD.id), AwardDecision.user_id == user_id)
    is_certified = exists().where(
        *decided,
        Certificate.decision_id == AwardDecision.id,
        or_(Certificate.valid_until.is_(None), Certificate.valid_until > now),
    )
    is_contested = exists().where(
        *decided,
        CertificateAppeal.user_id == AwardDecision.user_id,
        CertificateAppeal.scheme_id == AwardDecision.scheme_id,
        CertificateAppeal.decided_at.is_(None),
    )
    return or_(is_certified, is_contested)
