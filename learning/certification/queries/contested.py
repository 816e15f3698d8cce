"""What a person may appeal against in certification, and who had a part in it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning.certification.models import (
    AwardDecision,
    AwardDeclaration,
    AwardFile,
    AwardProject,
    Certificate,
    CertificateAppeal,
    DecisionEvidence,
    Fulfilment,
    ProjectOpinion,
    Revocation,
    Scheme,
    Suspension,
)
from learning.certification.queries.deciding import Teachers, list_involved, staff_of
from learning.certification.queries.files import FileView, list_files
from learning.certification.rules.appeals import LODGE_DAYS, Against
from learning.certification.rules.deciding import Involved, Outcome
from learning.certification.rules.papers import ProjectState
from learning.certification.rules.terms import NeedKind, sitting_of
from learning.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Contested:
    """A decision that somebody may appeal against. `code` names it in the form.

    `decision_id` is that of the certificate or the refusal, None where nothing was decided yet;
    `acted_by` who decided what is appealed against. `detail` is the certificate's number, the
    project's title, the NeedKind of a declaration, "" for a refusal.
    """

    against: Against
    source_id: int
    code: str
    scheme_id: int
    user_id: int
    decision_id: int | None
    acted_by: int | None
    told_at: datetime
    reason: str
    detail: str
    scheme_title: str
    scheme_title_en: str


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
        literal("").label("detail"),
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
        Certificate.number.label("detail"),
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
        Certificate.number.label("detail"),
        Scheme.title,
        Scheme.title_en,
    )
    return _of_certificate(query, Suspension.certificate_id)


def _of_certificate(
    query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    query = query.join(Certificate, Certificate.id == column)
    return query.join(Scheme, Scheme.id == Certificate.scheme_id)


def _failures() -> Select[*tuple[Any, ...]]:
    """Select opinions by which a project stands as it does: the last of each project."""
    query = select(
        ProjectOpinion.id,
        (literal("failed-") + AwardProject.public_id).label("code"),
        AwardProject.scheme_id,
        AwardProject.user_id,
        null().label("decision_id"),
        ProjectOpinion.given_by.label("acted_by"),
        ProjectOpinion.given_at.label("told_at"),
        ProjectOpinion.comment.label("reason"),
        AwardProject.title.label("detail"),
        Scheme.title,
        Scheme.title_en,
    )
    query = query.join(AwardProject, AwardProject.id == ProjectOpinion.project_id)
    return query.join(Scheme, Scheme.id == AwardProject.scheme_id)


def _has_failed() -> ColumnElement[bool]:
    """Return the condition that an opinion is the one by which its project failed."""
    other = aliased(ProjectOpinion)
    last = select(func.max(other.id)).where(other.project_id == AwardProject.id)
    return and_(
        AwardProject.state == ProjectState.FAILED.value,
        ProjectOpinion.id == last.scalar_subquery(),
    )


def _unconfirmed() -> Select[*tuple[Any, ...]]:
    query = select(
        AwardDeclaration.id,
        (literal("unconfirmed-") + AwardDeclaration.public_id).label("code"),
        AwardDeclaration.scheme_id,
        AwardDeclaration.user_id,
        null().label("decision_id"),
        AwardDeclaration.decided_by.label("acted_by"),
        AwardDeclaration.decided_at.label("told_at"),
        AwardDeclaration.answer.label("reason"),
        AwardDeclaration.kind.label("detail"),
        Scheme.title,
        Scheme.title_en,
    )
    query = query.join(Scheme, Scheme.id == AwardDeclaration.scheme_id)
    return query.where(AwardDeclaration.state == "refused")


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
        (
            Against.FAILED,
            ProjectOpinion.id,
            _failures().where(
                AwardProject.user_id == user_id, ProjectOpinion.given_at >= since, _has_failed()
            ),
        ),
        (
            Against.UNCONFIRMED,
            AwardDeclaration.id,
            _unconfirmed().where(
                AwardDeclaration.user_id == user_id, AwardDeclaration.decided_at >= since
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
        Against.FAILED: _failures().where(ProjectOpinion.id == source_id),
        Against.UNCONFIRMED: _unconfirmed().where(AwardDeclaration.id == source_id),
    }[against]
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("decision")
    return Contested(against, *row)


def get_involved(session: Session, contested: Contested, teachers: Teachers) -> Involved:
    """Return who had a part in what is appealed against, or in what that rests on."""
    if contested.decision_id is None:
        file = get_file_of(session, contested)
        acted_by = contested.acted_by
        part = list_involved(session, [file], teachers)[file.id]
        return replace(part, deciders=frozenset(() if acted_by is None else (acted_by,)))
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


def get_file_of(session: Session, contested: Contested) -> FileView:
    """Return the newest file of whom a decision is about, for its scheme; NotFound without one."""
    found = list_files(
        session,
        AwardFile.scheme_id == contested.scheme_id,
        AwardFile.user_id == contested.user_id,
    )
    if not found:
        raise NotFound("award_file")
    return max(found, key=lambda one: one.id)


def _examined_for(session: Session, decision_id: int) -> frozenset[int]:
    """Return the staff of the sittings that a decision rested on, of passes that fell since too."""
    keys = session.scalars(
        select(Fulfilment.source_key)
        .join(DecisionEvidence, DecisionEvidence.fulfilment_id == Fulfilment.id)
        .where(DecisionEvidence.decision_id == decision_id, Fulfilment.kind == NeedKind.EXAM.value)
    )
    return frozenset[int]().union(*staff_of(session, {sitting_of(key) for key in keys}).values())
