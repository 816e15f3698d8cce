"""From a pass to a certificate, exactly once.

Three rows are the order of everything: the decision (unique by scheme, person, source and number),
the serial (its lock makes numbers run without gaps) and the certificate (unique by decision).
Whoever comes second finds the decision and gets the certificate that follows from it.

A certificate that a person revoked because its result fell is never put into force again. When the
result is a pass again, the next decision on the same source issues another one, once.

A certificate tells its holder that the sitting was passed: before the sitting's results are
released nothing is decided. The sitting's close then asks for what is owed, so that a result, an
award rule and the close may come in any order: the last of the three issues.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import AWARD_DUE, DOUBTED, ISSUED, AwardDue, CertificateChanged
from learning.certification.models import AwardDecision, AwardRule, Certificate, SchemeSerial
from learning.certification.queries import (
    LastDecision,
    Pass,
    SchemeView,
    find_last_decision,
    find_pass,
    find_revoked_source,
    find_sitting_id,
    get_scheme,
    has_released_results,
    list_fallen_schemes,
    list_open_rules,
    list_undecided,
    list_unsupported,
)
from learning.certification.rules import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Facts,
    Source,
    certificate_doubted,
    certificate_restored,
    document_sha256,
    frozen_basis,
    local_date,
    number_of,
    valid_until,
)
from learning.certification.services.holdings import refresh_holdings
from learning.kernel import audit, events
from learning.kernel.errors import NotFound
from learning.kernel.events import Event
from learning.kernel.ids import new_public_id
from learning.kernel.printing import printable
from learning.organisations.queries import organisation_of

AWARD_BATCH = 100  # certificates in one transaction: some 100 ms


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that stands; `is_new` when this call issued it."""

    public_id: str
    number: str
    is_new: bool


def decide_and_issue(
    session: Session, *, scheme_id: int, user_id: int, source: Source, now: datetime
) -> Issued:
    """Decide by rule that the person gets the scheme's certificate for this source, and issue it.

    Idempotent: of parallel and repeated calls one decides, all return the same certificate. Where
    the last one was revoked because its result fell, this is a decision for another one. Raises
    NotFound for a scheme or person that does not exist.
    """
    last = find_last_decision(session, scheme_id, user_id, source)
    if last is not None and last.stands:
        return _issued(last)
    if last is not None:
        source = Source(source.sitting_id, (*source.basis, ("follows", last.certificate_number)))
    decision_id = _decide(
        session, scheme_id, user_id, source, (last.number if last else 0) + 1, now
    )
    if decision_id is None:
        return _issued(find_last_decision(session, scheme_id, user_id, source))
    scheme = get_scheme(session, scheme_id)
    year = local_date(now, scheme.zone).year
    serial = _next_serial(session, scheme_id, year)
    number = number_of(scheme.number_prefix, year, serial)
    facts = _facts(session, scheme, user_id, number, now)
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
        document_sha256=document_sha256(facts),
    )
    session.add(certificate)
    session.flush()
    refresh_holdings(session, certificate.id, now)
    _tell(session, certificate, scheme, source, now)
    if last is not None:
        _tell_restored(session, certificate, last, now)
    return Issued(certificate.public_id, number, is_new=True)


def _insert(session: Session) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert


def _decide(
    session: Session, scheme_id: int, user_id: int, source: Source, number: int, now: datetime
) -> int | None:
    """Write the decision; None when it was made before. Waits for one being made at this moment."""
    decided: int | None = session.scalar(
        _insert(session)(AwardDecision)
        .values(
            public_id=new_public_id(),
            scheme_id=scheme_id,
            user_id=user_id,
            source_kind=source.kind,
            source_id=source.sitting_id,
            number=number,
            outcome="granted",
            basis=frozen_basis(source.basis),
            decided_at=now,
            decided_by=None,
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id", "source_kind", "source_id", "number"]
        )
        .returning(AwardDecision.id)
    )
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


def _facts(session: Session, scheme: SchemeView, user_id: int, number: str, now: datetime) -> Facts:
    name = session.scalar(select(User.display_name).where(User.id == user_id))
    if name is None:
        raise NotFound("person")
    organisation = organisation_of(session, user_id, now)
    plan = scheme.plan
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
        valid_until=valid_until(now, plan.validity_months, scheme.zone),
    )


def _tell(
    session: Session, certificate: Certificate, scheme: SchemeView, source: Source, now: datetime
) -> None:
    audit.log(
        session,
        "certificate.issued",
        certificate.public_id,
        actor_id=None,
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


def take_result(session: Session, event: Event, now: datetime) -> int:
    """Issue what the result of a sitting earns by the sitting's open rules; return how many.

    What is decided on is the result as recorded now, not as the event told it; a result that is no
    pass, or not released yet, earns nothing and decides nothing. Any order, any number of times.
    """
    told = event.payload
    if not told["passed"]:
        doubt_fallen(session, event, now)
        return 0
    return _award_owed(session, told["sitting_id"], told["user_id"], now)


def take_revocation(session: Session, event: Event, now: datetime) -> int:
    """Issue anew what was revoked for a result that had become a pass meanwhile; return how many.

    The result's own event may have come before the revocation and found a certificate in force.
    """
    found = find_revoked_source(session, event.payload["certificate"])
    return _award_owed(session, *found, now) if found else 0


def _award_owed(session: Session, sitting_id: int, user_id: int, now: datetime) -> int:
    """Issue what open rules earn, and again what was revoked because the result had fallen.

    The latter also where the rule has ended since: the pass was earned while it was open.
    """
    rules = {rule.scheme_id: rule.id for rule in list_open_rules(session, sitting_id)}
    owed = {**dict.fromkeys(list_fallen_schemes(session, sitting_id, user_id)), **rules}
    if not owed or not has_released_results(session, sitting_id, now):
        return 0
    found = find_pass(session, sitting_id, user_id)
    if found is None:
        return 0
    return sum(_award(session, scheme_id, owed[scheme_id], found, now) for scheme_id in owed)


def doubt_fallen(session: Session, event: Event, now: datetime) -> int:
    """Tell of certificates whose result fell below the cut or was withdrawn; return how many.

    None is revoked by a rule: they stand out on their scheme's page until a person decides.
    """
    told = event.payload
    if not told.get("had_passed"):
        return 0
    fallen = list_unsupported(session, told["sitting_id"], told["user_id"], now)
    for one in fallen:
        audit.log(
            session,
            "certificate.doubted",
            one.public_id,
            actor_id=None,
            now=now,
            details={
                "number": one.facts.number,
                "sitting": told["sitting"],
                "points_milli": told["points_milli"],
                "cause": told.get("cause", ""),
            },
        )
        changed = CertificateChanged(one.public_id, one.facts.scheme, one.facts.number, one.user_id)
        events.record(session, DOUBTED, changed.payload(), now)
        put_notice(
            session,
            one.user_id,
            certificate_doubted(one.facts.number),
            now,
            link=Link("certificates.detail", {"raw_public_id": one.public_id}),
            key=f"doubt:{event.public_id}:{one.public_id}",
        )
    return len(fallen)


def take_close(session: Session, event: Event, now: datetime) -> int:
    """Ask for what the sitting's open rules owe, now that its results are out; return how many."""
    sitting_id = find_sitting_id(session, event.payload["sitting"])
    rules = list_open_rules(session, sitting_id) if sitting_id is not None else []
    for rule in rules:
        events.record(session, AWARD_DUE, AwardDue(rule.id).payload(), now)
    return len(rules)


def award_earlier_passes(session: Session, event: Event, now: datetime) -> int:
    """Issue a batch of what a rule owes for passes recorded before; return how many.

    Asks for the next batch by another event, so that no transaction grows with the sitting. Before
    the release nothing is owed: the close asks again.
    """
    due = AwardDue(**event.payload)
    rule = session.get(AwardRule, due.rule_id)
    if rule is None or rule.ended_at is not None:
        return 0
    if not has_released_results(session, rule.sitting_id, now):
        return 0
    passes = list_undecided(session, rule, due.after_user_id, AWARD_BATCH)
    issued = sum(_award(session, rule.scheme_id, rule.id, found, now) for found in passes)
    if len(passes) == AWARD_BATCH:
        following = AwardDue(rule.id, passes[-1].user_id)
        events.record(session, AWARD_DUE, following.payload(), now)
    return issued


def _award(
    session: Session, scheme_id: int, rule_id: int | None, found: Pass, now: datetime
) -> bool:
    basis = {
        "rule": "sitting_passed",
        "award_rule": rule_id,
        "sitting": found.sitting_public_id,
        "points_milli": found.points_milli,
        "max_milli": found.max_milli,
        "cut_score_milli": found.cut_score_milli,
    }
    source = Source(found.sitting_id, tuple(basis.items()))
    return decide_and_issue(
        session, scheme_id=scheme_id, user_id=found.user_id, source=source, now=now
    ).is_new
