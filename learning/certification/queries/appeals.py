"""What a person may appeal against, the register of appeals, and who had a part in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning.accounts.models import User
from learning.certification.models import (
    AwardDecision,
    AwardFile,
    Certificate,
    CertificateAppeal,
    DecisionEvidence,
    Fulfilment,
    Revocation,
    Scheme,
    Suspension,
)
from learning.certification.queries.deciding import (
    Teachers,
    in_decision_reach,
    list_involved,
    staff_of,
)
from learning.certification.queries.files import list_files
from learning.certification.rules.appeals import LODGE_DAYS, Against
from learning.certification.rules.deciding import Involved, Outcome
from learning.certification.rules.terms import NeedKind, sitting_of
from learning.exams.rules import Verdict
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit
from learning.organisations.queries.units import storable

REGISTER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Contested:
    """A decision that somebody may appeal against. `code` names it in the form.

    `decision_id` is that of the certificate or the refusal, `acted_by` who decided what is
    appealed against; `certificate` is its number, "" for a refusal.
    """

    against: Against
    source_id: int
    code: str
    scheme_id: int
    user_id: int
    decision_id: int
    acted_by: int | None
    told_at: datetime
    reason: str
    certificate: str
    scheme_title: str
    scheme_title_en: str


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with what its pages say; `verdict` None until it is answered."""

    id: int
    public_id: str
    number: str
    scheme_id: int
    scheme_title: str
    scheme_title_en: str
    zone: str
    user_id: int
    name: str
    against: Against
    source_id: int
    text: str
    lodged_at: datetime
    answer_by: datetime
    verdict: Verdict | None
    answer: str
    decided_by: str
    decided_at: datetime | None


def _refusals() -> Select[*tuple[Any, ...]]:
    query = select(
        AwardDecision.id,
        (literal("refused-") + AwardDecision.public_id).label("code"),
        AwardDecision.scheme_id,
        AwardDecision.user_id,
        AwardDecision.id.label("decision_id"),
        AwardDecision.decided_by.label("acted_by"),
        AwardDecision.decided_at.label("told_at"),
        AwardDecision.reason,
        literal("").label("certificate"),
        Scheme.title,
        Scheme.title_en,
    )
    query = query.join(Scheme, Scheme.id == AwardDecision.scheme_id)
    return query.where(AwardDecision.outcome == Outcome.REFUSED.value)


def _revocations() -> Select[*tuple[Any, ...]]:
    query = select(
        Revocation.id,
        (literal("revoked-") + Certificate.public_id).label("code"),
        Certificate.scheme_id,
        Certificate.user_id,
        Certificate.decision_id,
        Revocation.revoked_by.label("acted_by"),
        Revocation.revoked_at.label("told_at"),
        Revocation.reason,
        Certificate.number.label("certificate"),
        Scheme.title,
        Scheme.title_en,
    )
    return _of_certificate(query, Revocation.certificate_id)


def _suspensions() -> Select[*tuple[Any, ...]]:
    query = select(
        Suspension.id,
        (literal("suspended-") + Certificate.public_id).label("code"),
        Certificate.scheme_id,
        Certificate.user_id,
        Certificate.decision_id,
        Suspension.suspended_by.label("acted_by"),
        Suspension.suspended_at.label("told_at"),
        Suspension.reason,
        Certificate.number.label("certificate"),
        Scheme.title,
        Scheme.title_en,
    )
    return _of_certificate(query, Suspension.certificate_id)


def _of_certificate(
    query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    query = query.join(Certificate, Certificate.id == column)
    return query.join(Scheme, Scheme.id == Certificate.scheme_id)


def list_contested(session: Session, user_id: int, now: datetime) -> list[Contested]:
    """Return what a person may appeal against now, the latest decision first."""
    since = now - timedelta(days=LODGE_DAYS)
    appealed = select(CertificateAppeal.id).where(CertificateAppeal.user_id == user_id)
    asked = (
        (
            Against.REFUSED,
            AwardDecision.id,
            _refusals().where(AwardDecision.user_id == user_id, AwardDecision.decided_at >= since),
        ),
        (
            Against.REVOKED,
            Revocation.id,
            _revocations().where(Certificate.user_id == user_id, Revocation.revoked_at >= since),
        ),
        (
            Against.SUSPENDED,
            Suspension.id,
            _suspensions().where(
                Certificate.user_id == user_id,
                Suspension.suspended_at >= since,
                Suspension.lifted_at.is_(None),
            ),
        ),
    )
    found = [
        Contested(against, *row)
        for against, source, query in asked
        for row in session.execute(
            query.where(
                ~appealed.where(
                    CertificateAppeal.kind == against.value, CertificateAppeal.source_id == source
                ).exists()
            )
        )
    ]
    return sorted(found, key=lambda one: one.told_at, reverse=True)


def get_contested(session: Session, against: Against, source_id: int) -> Contested:
    """Return what an appeal is against; NotFound where it is not there."""
    query = {
        Against.REFUSED: _refusals().where(AwardDecision.id == source_id),
        Against.REVOKED: _revocations().where(Revocation.id == source_id),
        Against.SUSPENDED: _suspensions().where(Suspension.id == source_id),
    }[against]
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("decision")
    return Contested(against, *row)


def list_own(session: Session, user_id: int) -> list[AppealView]:
    """Return a person's appeals, the newest first."""
    query = _appeals().where(CertificateAppeal.user_id == user_id)
    return _views(session.execute(query.order_by(CertificateAppeal.id.desc())))


def list_register(
    session: Session, actor: Actor, now: datetime, *, is_over: bool, offset: int = 0
) -> list[AppealView]:
    """Return a page of the appeals on schemes that the actor decides on.

    Those that wait, the one to be answered first at the top; or those that are over, newest first.
    """
    query = _appeals().where(
        in_decision_reach(session, actor, now), _is_over() if is_over else ~_is_over()
    )
    order = (
        (CertificateAppeal.decided_at.desc(), CertificateAppeal.id.desc())
        if is_over
        else (CertificateAppeal.answer_by, CertificateAppeal.id)
    )
    return _views(session.execute(query.order_by(*order).offset(offset).limit(REGISTER_PAGE)))


def count_register(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many appeals in reach wait, and how many are over."""
    row = session.execute(
        select(func.count().filter(~_is_over()), func.count().filter(_is_over()))
        .select_from(CertificateAppeal)
        .join(Scheme, Scheme.id == CertificateAppeal.scheme_id)
        .where(in_decision_reach(session, actor, now))
    ).one()
    return row[0], row[1]


def get_appeal(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> AppealView:
    """Return an appeal on a scheme that the actor decides on; NotFound for any other."""
    query = _appeals().where(
        CertificateAppeal.public_id == storable(raw_public_id),
        in_decision_reach(session, actor, now),
    )
    found = _views(session.execute(query))
    if not found:
        raise NotFound("appeal")
    return found[0]


def get_involved(session: Session, contested: Contested, teachers: Teachers) -> Involved:
    """Return who had a part in what is appealed against, or in what that rests on."""
    decision = session.get_one(AwardDecision, contested.decision_id)
    acted = (contested.acted_by, decision.decided_by)
    deciders = frozenset(one for one in acted if one is not None)
    if decision.source_kind == "file":
        [file] = list_files(session, AwardFile.id == decision.source_id, limit=1)
        part = list_involved(session, [file], teachers)[file.id]
        trainers, assessors = part.trainers, part.assessors
        examiners = part.examiners | _examined_for(session, decision.id)
    else:
        people = [contested.user_id]
        trainers = teachers(session, people).get(contested.user_id, frozenset())
        sitting = decision.source_id
        examiners = frozenset(staff_of(session, {sitting}).get(sitting, ()))
        assessors = frozenset[int]()
    return Involved(contested.user_id, trainers, examiners, assessors, deciders)


def _examined_for(session: Session, decision_id: int) -> frozenset[int]:
    """Return the staff of the sittings that a decision rested on, of passes that fell since too."""
    keys = session.scalars(
        select(Fulfilment.source_key)
        .join(DecisionEvidence, DecisionEvidence.fulfilment_id == Fulfilment.id)
        .where(DecisionEvidence.decision_id == decision_id, Fulfilment.kind == NeedKind.EXAM.value)
    )
    return frozenset[int]().union(*staff_of(session, {sitting_of(key) for key in keys}).values())


def _is_over() -> ColumnElement[bool]:
    return CertificateAppeal.decided_at.is_not(None)


def _appeals() -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        select(
            CertificateAppeal.id,
            CertificateAppeal.public_id,
            CertificateAppeal.number,
            CertificateAppeal.scheme_id,
            Scheme.title,
            Scheme.title_en,
            Unit.timezone,
            CertificateAppeal.user_id,
            User.display_name,
            CertificateAppeal.kind,
            CertificateAppeal.source_id,
            CertificateAppeal.text,
            CertificateAppeal.lodged_at,
            CertificateAppeal.answer_by,
            CertificateAppeal.verdict,
            CertificateAppeal.answer,
            func.coalesce(decider.display_name, ""),
            CertificateAppeal.decided_at,
        )
        .join(Scheme, Scheme.id == CertificateAppeal.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .join(User, User.id == CertificateAppeal.user_id)
        .outerjoin(decider, decider.id == CertificateAppeal.decided_by)
    )


def _views(rows: Iterable[Any]) -> list[AppealView]:
    return [_view(list(row)) for row in rows]


def _view(values: list[Any]) -> AppealView:
    against, verdict = 9, 14
    values[against] = Against(values[against])
    values[verdict] = Verdict(values[verdict]) if values[verdict] else None
    return AppealView(*values)
