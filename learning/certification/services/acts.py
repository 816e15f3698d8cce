"""What an issuer does to a certificate after its issue: correct a name, suspend, lift.

Each act has its reason, its row, its audit entry, its event and a notice to the holder. Nothing of
the certificate itself changes. Revoking stands in `services.schemes`.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Letter, Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import CORRECTED, LIFTED, SUSPENDED, CertificateChanged
from learning.certification.models import Certificate, CertificateCorrection, Suspension
from learning.certification.queries import CertificateDetail, get_revocable
from learning.certification.rules import (
    MAX_REASON,
    MAX_TITLE,
    Act,
    certificate_suspended,
    correction_sha256,
    may,
    name_corrected,
    suspension_lifted,
)
from learning.certification.rules.appeals import with_right
from learning.certification.services.holdings import refresh_holdings
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable
from learning.organisations.rules.names import clean_person_name


def correct_name(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    name: str,
    reason: str,
    now: datetime,
) -> None:
    """Correct the holder's name on a certificate; number, code and everything else stay.

    The name at issue stays on record, and the correction is hashed onto it. Raises NotFound,
    Invalid (name, reason, name_same), Conflict("act_not_possible").
    """
    certificate = _held(session, actor, raw_public_id, Act.CORRECT, now)
    name = printable(clean_person_name(name))
    if not 0 < len(name) <= MAX_TITLE:
        raise _invalid("name")
    if name == certificate.facts.holder_name:
        raise _invalid("name", "name_same")
    reason = _reason(reason)
    number = len(certificate.corrections) + 1
    row = CertificateCorrection(
        certificate_id=certificate.id,
        number=number,
        holder_name=name,
        reason=reason,
        sha256=correction_sha256(
            certificate.sha256, number=number, holder_name=name, reason=reason, corrected_at=now
        ),
        corrected_by=actor.user_id,
        corrected_at=now,
    )
    session.add(row)
    session.flush()  # the audit entry follows what is written
    details = {"from": certificate.facts.holder_name, "to": name, "reason": reason}
    _tell(
        session,
        actor,
        certificate,
        CORRECTED,
        name_corrected(certificate.facts.number, name),
        now,
        details=details,
        key=f"corrected:{certificate.public_id}:{number}",
    )


def suspend_certificate(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Suspend a valid certificate from now on until it is lifted.

    Raises NotFound, Invalid (reason), Conflict("act_not_possible").
    """
    certificate = _held(session, actor, raw_public_id, Act.SUSPEND, now)
    row = Suspension(
        certificate_id=certificate.id,
        reason=_reason(reason),
        suspended_by=actor.user_id,
        suspended_at=now,
    )
    session.add(row)
    try:
        session.flush()  # another may have suspended it since
    except IntegrityError as error:
        raise Conflict("act_not_possible") from error
    refresh_holdings(session, certificate.id, now)
    _tell(
        session,
        actor,
        certificate,
        SUSPENDED,
        with_right(certificate_suspended(certificate.facts.number)),
        now,
        details={"reason": row.reason},
        key=f"suspended:{row.id}",
    )


def lift_suspension(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Lift the suspension of a certificate: it is worth again what its term says.

    Raises NotFound, Invalid (reason), Conflict("act_not_possible").
    """
    certificate = _held(session, actor, raw_public_id, Act.LIFT, now)
    reason = _reason(reason)
    lifted = session.scalar(
        update(Suspension)
        .where(Suspension.certificate_id == certificate.id, Suspension.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=actor.user_id, lift_reason=reason)
        .returning(Suspension.id)
        .execution_options(synchronize_session=False)
    )
    if lifted is None:
        raise Conflict("act_not_possible")
    refresh_holdings(session, certificate.id, now)
    _tell(
        session,
        actor,
        certificate,
        LIFTED,
        suspension_lifted(certificate.facts.number),
        now,
        details={"reason": reason},
        key=f"lifted:{lifted}",
    )


def _held(
    session: Session, actor: Actor, raw_public_id: str, act: Act, now: datetime
) -> CertificateDetail:
    """Return a certificate in reach on which the act is possible, held against another act."""
    found = get_revocable(session, actor, raw_public_id, now)
    session.execute(
        select(Certificate.id).where(Certificate.id == found.id).with_for_update(key_share=True)
    )
    session.expire_all()  # what another act wrote while this one waited
    found = get_revocable(session, actor, raw_public_id, now)
    if not may(act, found.state, is_suspended=found.suspended_at is not None):
        raise Conflict("act_not_possible")
    return found


def _reason(raw: str) -> str:
    reason = printable(raw)
    if not 0 < len(reason) <= MAX_REASON:
        raise _invalid("reason")
    return reason


def _invalid(place: str, code: str = "") -> Invalid:
    return Invalid([Problem("", None, place, code or place, place)])


def _tell(
    session: Session,
    actor: Actor,
    certificate: CertificateDetail,
    kind: str,
    letter: Letter,
    now: datetime,
    *,
    details: dict[str, str],
    key: str,
) -> None:
    facts = certificate.facts
    audit.log(
        session,
        kind,
        certificate.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"number": facts.number, **details},
    )
    changed = CertificateChanged(
        certificate.public_id, facts.scheme, facts.number, certificate.user_id
    )
    events.record(session, kind, changed.payload(), now)
    put_notice(
        session,
        certificate.user_id,
        letter,
        now,
        link=Link("certificates.detail", {"raw_public_id": certificate.public_id}),
        key=key,
    )
