"""Certificates whose sitting no longer says what they were issued for: for a person to decide.

Derived, never stored: a certificate in force whose holder's result at its sitting is a fail by now,
or was withdrawn. It stays valid until somebody who may revoke decides. Where the holder never began
an attempt there (a certificate taken over from elsewhere) there was no result to lose.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Attempt
from learning.certification.models import (
    AwardDecision,
    Certificate,
    DecisionEvidence,
    Fulfilment,
    Revocation,
)
from learning.certification.queries.certificates import CertificateDetail, list_details
from learning.certification.queries.decisions import rests_on_sitting
from learning.exams.models import ResultRow, Sitting

MAX_SHOWN = 200


def _lost() -> ColumnElement[bool]:
    has_begun = exists().where(
        Attempt.assessment_id == Sitting.assessment_id, Attempt.user_id == AwardDecision.user_id
    )
    lost = (
        select(AwardDecision.id)
        .join(Sitting, Sitting.id == AwardDecision.source_id)
        .outerjoin(
            ResultRow,
            and_(
                ResultRow.sitting_id == AwardDecision.source_id,
                ResultRow.user_id == AwardDecision.user_id,
            ),
        )
        .where(
            AwardDecision.source_kind == "sitting",
            or_(ResultRow.id.is_(None) & has_begun, ResultRow.passed.is_(False)),
        )
    )
    # what a file's decision rests on says itself that it was withdrawn, and may stand again
    again = aliased(Fulfilment)
    withdrawn = (
        select(DecisionEvidence.decision_id)
        .join(Fulfilment, Fulfilment.id == DecisionEvidence.fulfilment_id)
        .where(
            Fulfilment.withdrawn_at.is_not(None),
            ~exists().where(
                again.scheme_id == Fulfilment.scheme_id,
                again.user_id == Fulfilment.user_id,
                again.kind == Fulfilment.kind,
                again.source_key == Fulfilment.source_key,
                again.withdrawn_at.is_(None),
            ),
        )
    )
    return or_(Certificate.decision_id.in_(lost), Certificate.decision_id.in_(withdrawn))


def list_doubtful(session: Session, scheme_id: int, now: datetime) -> list[CertificateDetail]:
    """Return a scheme's certificates in force that their sitting no longer supports, by number."""
    return list_details(session, now, Certificate.scheme_id == scheme_id, _lost(), limit=MAX_SHOWN)


def list_unsupported(
    session: Session, sitting_id: int, user_id: int, now: datetime
) -> list[CertificateDetail]:
    """Return a person's certificates in force from a sitting that no longer supports them."""
    decided = select(AwardDecision.id).where(
        rests_on_sitting(sitting_id), AwardDecision.user_id == user_id
    )
    conditions = (Certificate.decision_id.in_(decided), _lost())
    return list_details(session, now, *conditions, limit=MAX_SHOWN)


def is_doubtful(session: Session, certificate_id: int) -> bool:
    """Tell whether a certificate's sitting no longer supports it, revoked or not."""
    found = select(Certificate.id).where(Certificate.id == certificate_id, _lost())
    return session.scalar(found) is not None


def select_holders(sitting_id: int) -> Select[int]:
    """Return the query of the ids of who holds a certificate in force from a sitting."""
    return (
        select(Certificate.user_id)
        .join(AwardDecision, AwardDecision.id == Certificate.decision_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .where(rests_on_sitting(sitting_id), Revocation.id.is_(None))
    )
