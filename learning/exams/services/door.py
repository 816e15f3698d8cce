"""What invigilators note at the door of a room and in it."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.exams.models import Admission, SittingIncident
from learning.exams.queries import SittingView, get_appointed
from learning.exams.rules import Duty, IncidentReason, Presence, State
from learning.exams.services.resits import check_resit
from learning.exams.services.seating import get_admission
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor


class Placed(Protocol):
    """A candidate and the room they sit in, None where there are no rooms."""

    @property
    def user_id(self) -> int:
        """Return the row id of the person."""

    @property
    def room_id(self) -> int | None:
        """Return the row id of the room."""


def note_presence(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    presence: Presence,
    identity_checked: bool,
    now: datetime,
) -> None:
    """Note how an invigilator found a candidate of their rooms.

    Raises NotFound for a sitting or candidate out of their duty; Conflict("closed" |
    "identity_unchecked") for a person present whose identity nobody checked, Conflict
    ("candidate_started") for calling who is writing absent, refused or unchecked, Conflict
    ("resit_refused") for letting in who may not resit now, Conflict("own_place") for oneself.
    """
    sitting, admission = _held(session, actor, raw_public_id, raw_person_id)
    if admission.user_id == actor.user_id:
        raise Conflict("own_place")
    if presence is Presence.PRESENT and not identity_checked:
        raise Conflict("identity_unchecked")
    if presence is Presence.PRESENT and not _has_begun(session, sitting, admission):
        check_resit(session, sitting, admission.user_id, when=now)
    if presence is not Presence.PRESENT and _has_begun(session, sitting, admission):
        raise Conflict("candidate_started")
    admission.presence = presence.value
    admission.identity_checked = presence is Presence.PRESENT
    admission.presence_by = actor.user_id
    admission.presence_at = now
    audit.log(
        session,
        "sitting.presence_noted",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": raw_person_id, "presence": presence.value},
    )


def note_incident(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    reason: IncidentReason,
    note: str,
    now: datetime,
) -> None:
    """Note what happened with a candidate of one's rooms; it is never taken back.

    Raises NotFound, Conflict("closed").
    """
    sitting, admission = _held(session, actor, raw_public_id, raw_person_id)
    record_incident(
        session,
        actor,
        sitting,
        admission,
        raw_person_id=raw_person_id,
        reason=reason,
        note=note,
        now=now,
    )


def record_incident(
    session: Session,
    actor: Actor,
    sitting: SittingView,
    candidate: Placed,
    *,
    raw_person_id: str,
    reason: IncidentReason,
    note: str,
    now: datetime,
) -> None:
    """Write an incident and its line of the audit; the caller has seen that the actor may."""
    session.add(
        SittingIncident(
            sitting_id=sitting.id,
            user_id=candidate.user_id,
            room_id=candidate.room_id,
            reason=reason.value,
            note=note,
            noted_by=actor.user_id,
            noted_at=now,
        )
    )
    audit.log(
        session,
        "sitting.incident_noted",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": raw_person_id, "reason": reason.value},
    )


def _held(
    session: Session, actor: Actor, raw_public_id: str, raw_person_id: str
) -> tuple[SittingView, Admission]:
    duty = get_appointed(session, actor.user_id, raw_public_id, Duty.INVIGILATOR)
    if duty.sitting.state is State.CLOSED:
        raise Conflict("closed")
    admission = get_admission(session, duty.sitting.id, raw_person_id)
    if duty.room_ids is not None and admission.room_id not in duty.room_ids:
        raise NotFound("admission")
    return duty.sitting, admission


def _has_begun(session: Session, sitting: SittingView, admission: Admission) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    Attempt.assessment_id == sitting.assessment_id,
                    Attempt.user_id == admission.user_id,
                )
            )
        )
    )
