"""Resits: which series a sitting belongs to, and the examiner's leave to come again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from learning.exams.models import Admission, Sitting
from learning.exams.queries import (
    SittingView,
    checked_id,
    find_resit_refusal,
    get_managed,
    resit_of,
)
from learning.exams.rules import State
from learning.exams.services.carrying import carry_accommodations
from learning.exams.services.managing import hold
from learning.exams.services.seating import get_admission
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor


def set_resit(
    session: Session, actor: Actor, raw_public_id: str, *, raw_first_id: str, now: datetime
) -> None:
    """Make a sitting a resit of an earlier one of its organiser, "" of none.

    Naming a resit names the first sitting of its series. Who is admitted already keeps the
    accommodation of the series from then on. Raises NotFound; Conflict("closed"),
    Conflict("resit_first") for what is the first of a series itself.
    """
    sitting = hold(session, actor, raw_public_id, now)
    first = _first_of(session, actor, sitting, raw_first_id, now) if raw_first_id else None
    if first == sitting.resit_of_id:
        return
    if sitting.state is State.CLOSED:
        raise Conflict("closed")
    if first and session.scalar(select(exists().where(Sitting.resit_of_id == sitting.id))):
        raise Conflict("resit_first")
    session.execute(update(Sitting).where(Sitting.id == sitting.id).values(resit_of_id=first))
    admitted = session.scalars(
        select(Admission.user_id).where(Admission.sitting_id == sitting.id)
    ).all()
    carry_accommodations(session, actor, replace(sitting, resit_of_id=first), admitted, now=now)
    audit.log(
        session,
        "sitting.resit_set",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"of": raw_first_id},
    )


def _first_of(
    session: Session, actor: Actor, sitting: SittingView, raw_first_id: str, now: datetime
) -> int:
    earlier = get_managed(session, actor, checked_id(raw_first_id), now)
    is_series = earlier.organiser_id == sitting.organiser_id and earlier.id != sitting.id
    if not is_series or earlier.opens_at >= sitting.opens_at:
        raise NotFound("sitting")
    return earlier.resit_of_id or earlier.id


def allow_resit(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    reason: str,
    now: datetime,
) -> None:
    """Give a candidate of a sitting leave to resit, for a reason; "" takes it back.

    The leave stands for an absence with a good reason, and sets aside what was noted before it.
    Waiting time and number of attempts still hold. Raises NotFound.
    """
    sitting = hold(session, actor, raw_public_id, now)
    admission = get_admission(session, sitting.id, raw_person_id)
    admission.resit_reason = reason
    admission.resit_allowed_by = actor.user_id if reason else None
    admission.resit_allowed_at = now if reason else None
    audit.log(
        session,
        "sitting.resit_allowed" if reason else "sitting.resit_leave_taken_back",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": raw_person_id, "reason": reason},
    )


def check_resit(session: Session, sitting: SittingView, user_id: int, *, when: datetime) -> None:
    """Raise Conflict("resit_refused", refusal=…) for who may not begin the resit at the instant.

    An application is judged for the end of the window: the last instant at which one may begin.
    """
    refusal = find_resit_refusal(session, resit_of(sitting), user_id, when)
    if refusal is not None:
        raise Conflict("resit_refused", refusal=refusal, zone=sitting.zone)


def forget_leaves(session: Session, user_id: int) -> None:
    """Forget why somebody who leaves had leave to resit; that there was leave stays."""
    session.execute(update(Admission).where(Admission.user_id == user_id).values(resit_reason=""))
