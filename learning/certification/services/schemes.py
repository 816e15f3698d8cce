"""What an issuer does: write a scheme, say which sittings earn it, revoke a certificate."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import AWARD_DUE, REVOKED, AwardDue, CertificateChanged
from learning.certification.models import AwardRule, Revocation, Scheme
from learning.certification.queries import (
    get_managed,
    get_revocable,
    get_sitting_id,
    is_doubtful,
)
from learning.certification.rules import (
    MAX_REASON,
    Ground,
    SchemePlan,
    certificate_revoked,
    problems_of,
)
from learning.certification.rules.appeals import with_right
from learning.certification.services.holdings import refresh_holdings
from learning.certification.services.terms import change_validity, write_first_version
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.kernel.printing import printable
from learning.organisations.queries import get_unit_in_reach


def create_scheme(
    session: Session, actor: Actor, *, raw_issuer_id: str, plan: SchemePlan, now: datetime
) -> str:
    """Write a new scheme of an organisation; return its public id.

    Raises NotFound for a unit out of reach, Invalid for bad values or a code in use.
    """
    _check(plan)
    issuer = get_unit_in_reach(session, actor, Permission.SCHEME_MANAGE, raw_issuer_id, now)
    if session.scalar(select(exists().where(Scheme.code == plan.code))):
        raise _code_taken()
    public_id = new_public_id()
    session.add(
        Scheme(
            public_id=public_id,
            code=plan.code,
            number_prefix=plan.code,
            title=printable(plan.title),
            title_en=printable(plan.title_en),
            issuer_id=issuer.id,
            validity_months=plan.validity_months,
            created_by=actor.user_id,
            created_at=now,
        )
    )
    try:
        session.flush()  # another may have taken the code since
    except IntegrityError as error:
        raise _code_taken() from error
    write_first_version(session, actor, public_id, plan.validity_months, now)
    _log(session, actor, "scheme.created", public_id, now, plan)
    return public_id


def edit_scheme(
    session: Session, actor: Actor, raw_public_id: str, *, plan: SchemePlan, now: datetime
) -> None:
    """Change title and term of later certificates; the code and what was issued stay.

    Another term is another version of what the scheme asks. Raises NotFound, Invalid.
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    plan = SchemePlan(scheme.plan.code, plan.title, plan.title_en, plan.validity_months)
    _check(plan)
    session.execute(
        update(Scheme)
        .where(Scheme.id == scheme.id)
        .values(
            title=printable(plan.title),
            title_en=printable(plan.title_en),
            validity_months=plan.validity_months,
        )
    )
    if plan.validity_months != scheme.plan.validity_months:
        change_validity(session, actor, scheme.id, plan.validity_months, now)
    _log(session, actor, "scheme.edited", scheme.public_id, now, plan)


def _check(plan: SchemePlan) -> None:
    problems = problems_of(plan)
    if not problems and not printable(plan.title):
        problems = [Problem("", None, "title", "title", "title")]
    if problems:
        raise Invalid(problems)


def _code_taken() -> Invalid:
    return Invalid([Problem("", None, "code", "code_taken", "code")])


def _log(
    session: Session, actor: Actor, act: str, subject: str, now: datetime, plan: SchemePlan
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=asdict(plan))


def attach_sitting(
    session: Session, actor: Actor, raw_public_id: str, *, raw_sitting_id: str, now: datetime
) -> bool:
    """Let a pass at the sitting earn the scheme's certificate; tell whether that is new.

    Who has passed already gets the certificate too, by the worker. Raises NotFound for a scheme or
    sitting out of reach.
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    sitting_id = get_sitting_id(session, actor, raw_sitting_id, now)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rule_id = session.scalar(
        dialect.insert(AwardRule)
        .values(
            scheme_id=scheme.id,
            sitting_id=sitting_id,
            active_from=now,
            created_by=actor.user_id,
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "sitting_id"], index_where=AwardRule.ended_at.is_(None)
        )
        .returning(AwardRule.id)
    )
    if rule_id is None:
        return False
    audit.log(
        session,
        "scheme.sitting_attached",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"sitting": raw_sitting_id, "award_rule": rule_id},
    )
    events.record(session, AWARD_DUE, AwardDue(rule_id).payload(), now)
    return True


def detach_sitting(
    session: Session, actor: Actor, raw_public_id: str, *, raw_rule_id: str, now: datetime
) -> None:
    """End an award rule; what was issued stays. Raises NotFound."""
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    is_id = raw_rule_id.isascii() and raw_rule_id.isdigit() and len(raw_rule_id) < 19
    ended = session.scalar(
        update(AwardRule)
        .where(
            AwardRule.id == (int(raw_rule_id) if is_id else 0),
            AwardRule.scheme_id == scheme.id,
            AwardRule.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(AwardRule.id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        raise NotFound("award_rule")
    audit.log(
        session,
        "scheme.sitting_detached",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"award_rule": ended},
    )


def revoke_certificate(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    reason: str,
    ground: Ground = Ground.OTHER,
    now: datetime,
) -> None:
    """Revoke a certificate for good, with a reason that its holder and the issuer read.

    Revoked because its result fell, it is followed by another one should that be a pass again.
    Raises NotFound out of reach, Invalid without a reason, Conflict("already_revoked" |
    "not_doubtful": the result is a pass, so that it cannot be the ground).
    """
    certificate = get_revocable(session, actor, raw_public_id, now)
    if ground is Ground.RESULT and not is_doubtful(session, certificate.id):
        raise Conflict("not_doubtful")
    reason = printable(reason)
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    revoked = session.scalar(
        dialect.insert(Revocation)
        .values(
            certificate_id=certificate.id,
            ground=ground.value,
            reason=reason,
            revoked_by=actor.user_id,
            revoked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["certificate_id"])
        .returning(Revocation.id)
    )
    if revoked is None:
        raise Conflict("already_revoked")
    facts = certificate.facts
    refresh_holdings(session, certificate.id, now)
    audit.log(
        session,
        "certificate.revoked",
        certificate.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"number": facts.number, "ground": ground.value, "reason": reason},
    )
    changed = CertificateChanged(
        certificate.public_id, facts.scheme, facts.number, certificate.user_id
    )
    events.record(session, REVOKED, changed.payload(), now)
    put_notice(
        session,
        certificate.user_id,
        with_right(certificate_revoked(facts.number)),
        now,
        link=Link("certificates.detail", {"raw_public_id": certificate.public_id}),
        key=f"revoked:{certificate.public_id}",
    )


def record_download(
    session: Session, actor: Actor, public_id: str, *, rows: int, search: str, now: datetime
) -> None:
    """Note in the audit that somebody took a scheme's certificates, before they leave."""
    audit.log(
        session,
        "scheme.certificates_downloaded",
        public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": rows, "search": search},
    )
