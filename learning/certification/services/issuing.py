"""From a pass to a certificate, exactly once.

Three rows are the order of everything: the decision (unique by scheme, person, source and number),
the serial (its lock makes numbers run without gaps) and the certificate (unique by decision).
Whoever comes second finds the decision and gets the certificate that follows from it.

A certificate that a person revoked because its result fell is never put into force again. When the
result is a pass again, the next decision on the same source issues another one, once.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import ISSUED, CertificateChanged
from learning.certification.models import (
    AwardDecision,
    Certificate,
    CertificateReplacement,
    DecisionEvidence,
    SchemeSerial,
)
from learning.certification.queries import (
    LastDecision,
    SchemeView,
    find_last_decision,
    find_terms,
    get_scheme,
)
from learning.certification.rules import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Facts,
    Source,
    certificate_restored,
    document_sha256,
    frozen_basis,
    local_date,
    number_of,
    valid_until,
)
from learning.certification.rules.terms import Purpose, renewed_until
from learning.certification.services.holdings import refresh_holdings
from learning.certification.services.photos import find_photo, keep_photo
from learning.kernel import audit, events
from learning.kernel.errors import NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.printing import printable
from learning.organisations.queries import organisation_of


@dataclass(frozen=True, slots=True)
class Award:
    """How it was decided: for what, by whom, under which version, on which fulfilments.

    `renews` is the row id of the certificate that this one takes the place of, `renews_until` its
    last instant.
    """

    purpose: Purpose = Purpose.FIRST
    version_id: int | None = None
    decided_by: int | None = None
    reason: str = ""
    evidence: tuple[int, ...] = ()
    renews: int | None = None
    renews_until: datetime | None = None
    outcome: str = "granted"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that stands; `is_new` when this call issued it."""

    public_id: str
    number: str
    is_new: bool


def decide_and_issue(
    session: Session,
    *,
    scheme_id: int,
    user_id: int,
    source: Source,
    now: datetime,
    award: Award | None = None,
) -> Issued:
    """Decide that the person gets the scheme's certificate for this source, and issue it.

    Idempotent: of parallel and repeated calls one decides, all return the same certificate. Where
    the last one was revoked because its result fell, this is a decision for another one. `award`
    says who decides and what it rests on; None: a rule, for a first certificate. Raises NotFound
    for a scheme or person that does not exist.
    """
    award = award or Award(version_id=find_terms(session, scheme_id, now).version_id)
    last = find_last_decision(session, scheme_id, user_id, source)
    if last is not None and last.stands:
        return _issued(last)
    if last is not None:
        basis = (*source.basis, ("follows", last.certificate_number))
        source = Source(source.id, basis, source.kind)
    number_on_source = (last.number if last else 0) + 1
    decision_id = write_decision(session, scheme_id, user_id, source, number_on_source, award, now)
    if decision_id is None:
        return _issued(find_last_decision(session, scheme_id, user_id, source))
    scheme = get_scheme(session, scheme_id)
    year = local_date(now, scheme.zone).year
    serial = _next_serial(session, scheme_id, year)
    number = number_of(scheme.number_prefix, year, serial)
    photo = find_photo(session, scheme_id, user_id, decision_id)
    facts = _facts(session, scheme, user_id, number, award.renews_until, now)
    facts = replace(facts, photo_sha256=photo.sha256 if photo else "")
    certificate = Certificate(
        public_id=new_public_id(),
        decision_id=decision_id,
        scheme_id=scheme_id,
        user_id=user_id,
        year=year,
        serial=serial,
        number=number,
        code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        holder_name=facts.holder_name,
        unit_name=facts.unit_name,
        title=facts.title,
        title_en=facts.title_en,
        issuer_name=facts.issuer_name,
        zone=scheme.zone,
        issued_at=now,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        photo_sha256=facts.photo_sha256,
        document_sha256=document_sha256(facts),
    )
    session.add(certificate)
    session.flush()
    if photo is not None:
        keep_photo(session, certificate.id, photo, now)
    refresh_holdings(session, certificate.id, now)
    if award.renews is not None:
        _replace(session, award, certificate.id, now)
    _tell(session, certificate, scheme, source, award, now)
    if last is not None:
        _tell_restored(session, certificate, last, now)
    return Issued(certificate.public_id, number, is_new=True)


def _replace(session: Session, award: Award, successor_id: int, now: datetime) -> None:
    """Let the new certificate take the place of the one that was renewed, from now on."""
    session.add(
        CertificateReplacement(
            certificate_id=award.renews,
            successor_id=successor_id,
            replaced_at=now,
            replaced_by=award.decided_by,
        )
    )
    session.flush()  # the holdings of the old one are computed from this row
    refresh_holdings(session, award.renews or 0, now)


def _insert(session: Session) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert


def write_decision(
    session: Session,
    scheme_id: int,
    user_id: int,
    source: Source,
    number: int,
    award: Award,
    now: datetime,
) -> int | None:
    """Write the decision with its evidence; None when it was made before.

    Waits for one being made at this moment.
    """
    decided: int | None = session.scalar(
        _insert(session)(AwardDecision)
        .values(
            public_id=new_public_id(),
            scheme_id=scheme_id,
            user_id=user_id,
            source_kind=source.kind,
            source_id=source.id,
            number=number,
            outcome=award.outcome,
            basis=frozen_basis(source.basis),
            decided_at=now,
            decided_by=award.decided_by,
            kind=award.purpose.value,
            scheme_version_id=award.version_id,
            reason=award.reason,
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id", "source_kind", "source_id", "number"]
        )
        .returning(AwardDecision.id)
    )
    if decided is not None and award.evidence:
        rows = [{"decision_id": decided, "fulfilment_id": one} for one in award.evidence]
        session.execute(insert(DecisionEvidence), rows)
    return decided


def _issued(last: LastDecision | None) -> Issued:
    if last is None or not last.certificate:
        raise NotFound("certificate")
    return Issued(last.certificate, last.certificate_number, is_new=False)


def _next_serial(session: Session, scheme_id: int, year: int) -> int:
    """Count up and hold the row until the transaction ends; a rollback gives the number back."""
    statement = _insert(session)(SchemeSerial).values(scheme_id=scheme_id, year=year, last=1)
    serial: int = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["scheme_id", "year"], set_={"last": SchemeSerial.last + 1}
        ).returning(SchemeSerial.last)
    )
    return serial


def _facts(
    session: Session,
    scheme: SchemeView,
    user_id: int,
    number: str,
    renews_until: datetime | None,
    now: datetime,
) -> Facts:
    name = session.scalar(select(User.display_name).where(User.id == user_id))
    if name is None:
        raise NotFound("person")
    organisation = organisation_of(session, user_id, now)
    plan = scheme.plan
    until = (
        valid_until(now, plan.validity_months, scheme.zone)
        if renews_until is None
        else renewed_until(renews_until, now, plan.validity_months, scheme.zone)
    )
    return Facts(
        number=number,
        scheme=plan.code,
        title=printable(plan.title),
        title_en=printable(plan.title_en),
        holder_name=printable(name),
        unit_name=printable(organisation.name) if organisation else "",
        issuer_name=printable(scheme.issuer_name),
        issued_at=now,
        valid_from=now,
        valid_until=until,
    )


def _tell(
    session: Session,
    certificate: Certificate,
    scheme: SchemeView,
    source: Source,
    award: Award,
    now: datetime,
) -> None:
    audit.log(
        session,
        "certificate.issued",
        certificate.public_id,
        actor_id=award.decided_by,
        now=now,
        details={"number": certificate.number, "scheme": scheme.plan.code, **dict(source.basis)},
    )
    changed = CertificateChanged(
        certificate.public_id, scheme.plan.code, certificate.number, certificate.user_id
    )
    events.record(session, ISSUED, changed.payload(), now)


def _tell_restored(
    session: Session, certificate: Certificate, last: LastDecision, now: datetime
) -> None:
    put_notice(
        session,
        certificate.user_id,
        certificate_restored(certificate.number, last.certificate_number),
        now,
        link=Link("certificates.detail", {"raw_public_id": certificate.public_id}),
        key=f"restored:{certificate.public_id}",
    )
