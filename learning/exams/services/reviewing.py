"""The examiner decides on applications; who is accepted is admitted in the same transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.exams.models import ApplicationFile, SittingApplication
from learning.exams.queries import (
    SittingView,
    checked_id,
    facts_of_applicant,
    get_managed,
    list_admitted_ids,
    sent_version,
)
from learning.exams.rules import (
    Accommodation,
    ApplicationState,
    Decision,
    Review,
    State,
    decision_refusal,
)
from learning.exams.services.admission import insert_admissions
from learning.exams.services.managing import hold
from learning.exams.services.resits import check_resit
from learning.exams.services.seating import get_admission, granted_to
from learning.exams.services.telling import tell_decision
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.organisations.rules.corrections import Evidence


def decide_application(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_application_id: str,
    review: Review,
    now: datetime,
) -> None:
    """Accept, return or refuse an application as it was read.

    Raises NotFound; Conflict("closed" | "application_own" | "application_not_pending" |
    "application_changed" | "reason_missing" | "agreement_missing" | "applicant_admitted" |
    "resit_refused").
    """
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is State.CLOSED or now >= sitting.closes_at:
        raise Conflict("closed")
    row = _hold_application(session, sitting.id, raw_application_id)
    if row.user_id == actor.user_id:  # nobody decides on themselves
        raise Conflict("application_own")
    decision, accommodation = review.decision, review.accommodation
    refusal = decision_refusal(
        ApplicationState(row.state),
        decision,
        needs_agreement=row.agreed_at is None,
        answer=review.answer,
    )
    if refusal:
        raise Conflict(refusal)
    if review.seen != sent_version(row.applied_at):
        raise Conflict("application_changed")
    if decision is not Decision.ACCEPT and list_admitted_ids(session, sitting.id, [row.user_id]):
        raise Conflict("applicant_admitted")  # a list admitted them meanwhile
    if decision is Decision.ACCEPT:
        check_resit(session, sitting, row.user_id, when=sitting.closes_at)
    row.state, row.answer = decision.value, review.answer
    row.decided_by, row.decided_at = actor.user_id, now
    if decision is Decision.ACCEPT:
        _admit(session, actor, sitting, row, accommodation, now)
    tell_decision(session, sitting, row.user_id, decision, now)
    audit.log(
        session,
        "application.decided",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "application": row.public_id,
            "decision": decision.value,
            "extra_percent": accommodation.percent,
            "extra_minutes": accommodation.minutes,
        },
    )


def _admit(
    session: Session,
    actor: Actor,
    sitting: SittingView,
    row: SittingApplication,
    accommodation: Accommodation,
    now: datetime,
) -> None:
    person = facts_of_applicant(session, row.user_id, now)
    is_new = not list_admitted_ids(session, sitting.id, [row.user_id])
    if is_new:
        insert_admissions(session, actor, sitting, [person], now)
    admission = get_admission(session, sitting.id, person.public_id)
    if not (is_new or accommodation.is_granted) or accommodation == granted_to(admission):
        return
    # The page showed what would be carried from an earlier sitting: what came back is the decision.
    admission.extra_percent = accommodation.percent
    admission.extra_minutes = accommodation.minutes
    admission.accommodation = accommodation.note
    admission.accommodation_review_on = accommodation.review_on
    admission.accommodation_from_id = None


def open_file(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_application_id: str,
    raw_file_id: str,
    now: datetime,
) -> Evidence:
    """Return a file of an application; that somebody looked is in the audit trail.

    Raises NotFound when it is foreign, missing or gone.
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    row = session.execute(
        select(ApplicationFile.name, ApplicationFile.media_type, ApplicationFile.content)
        .join(SittingApplication, SittingApplication.id == ApplicationFile.application_id)
        .where(
            SittingApplication.sitting_id == sitting.id,
            SittingApplication.public_id == checked_id(raw_application_id),
            ApplicationFile.public_id == checked_id(raw_file_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("file")
    details = {"application": raw_application_id, "file": raw_file_id}
    audit.log(
        session,
        "application.file_opened",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    return Evidence(*row)


def _hold_application(
    session: Session, sitting_id: int, raw_application_id: str
) -> SittingApplication:
    row = session.scalars(
        select(SittingApplication)
        .where(
            SittingApplication.sitting_id == sitting_id,
            SittingApplication.public_id == checked_id(raw_application_id),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("application")
    return row
