"""What was done to a certificate after its issue, beside the corrections that it carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from learning.certification.models import CertificateReplacement, Revocation, Suspension


@dataclass(frozen=True, slots=True, order=True)
class ActView:
    """An act in a certificate's history. `kind`: suspended, lifted, revoked, replaced."""

    at: datetime
    kind: str
    reason: str


def list_acts(session: Session, certificate_id: int) -> list[ActView]:
    """Return the suspensions, their ends, the revocation and the replacement, oldest first."""
    of, lifted = Suspension.certificate_id == certificate_id, Suspension.lifted_at
    suspended = select(
        Suspension.suspended_at.label("at"), literal("suspended").label("kind"), Suspension.reason
    ).where(of)
    ended = select(lifted, literal("lifted"), Suspension.lift_reason).where(of, lifted.is_not(None))
    revoked = select(Revocation.revoked_at, literal("revoked"), Revocation.reason).where(
        Revocation.certificate_id == certificate_id
    )
    replaced = select(CertificateReplacement.replaced_at, literal("replaced"), literal("")).where(
        CertificateReplacement.certificate_id == certificate_id
    )
    rows: Sequence[Any] = session.execute(union_all(suspended, ended, revoked, replaced)).all()
    return sorted(ActView(row.at, row.kind, row.reason) for row in rows)
