"""Declarations, projects and their papers: one's own, HR's, the assessor's, the decider's."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, undefer

from learning.accounts.models import User
from learning.certification.models import (
    AwardDeclaration,
    AwardFile,
    AwardPaper,
    AwardProject,
    ProjectOpinion,
    Scheme,
    SchemeAssessor,
    SchemeVersion,
)
from learning.certification.rules.papers import ProjectState
from learning.certification.rules.terms import NeedKind, ProjectForm, Terms
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, Role
from learning.organisations.models import Membership
from learning.organisations.queries import units_in_reach, units_of_scopes, valid_at
from learning.organisations.queries.units import storable

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class PaperView:
    """A file without its bytes."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """Something a person declares."""

    id: int
    public_id: str
    scheme_id: int
    scheme_title: str
    user_id: int
    person: str
    kind: NeedKind
    years: int
    words: str
    state: str
    declared_at: datetime
    answer: str
    papers: tuple[PaperView, ...]
    scheme_title_en: str = ""


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An assessor's review."""

    given_by: int
    name: str
    points: tuple[int, ...]
    total: int
    comment: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project with its form, papers and opinions."""

    id: int
    public_id: str
    scheme_id: int
    scheme_title: str
    user_id: int
    person: str
    title: str
    summary: str
    state: ProjectState
    opinions_wanted: int
    submitted_at: datetime
    form: ProjectForm
    papers: tuple[PaperView, ...]
    opinions: tuple[OpinionView, ...]
    scheme_title_en: str = ""


def list_declarations(session: Session, *conditions: ColumnElement[bool]) -> list[DeclarationView]:
    """Return declarations by the conditions: those that wait first, longest first."""
    rows = session.execute(
        select(AwardDeclaration, Scheme.title, Scheme.title_en, User.display_name)
        .join(Scheme, Scheme.id == AwardDeclaration.scheme_id)
        .join(User, User.id == AwardDeclaration.user_id)
        .where(*conditions)
        .order_by(
            AwardDeclaration.state != "pending", AwardDeclaration.declared_at, AwardDeclaration.id
        )
        .limit(MAX_SHOWN)
    ).all()
    papers = _papers(session, AwardPaper.declaration_id, [row[0].id for row in rows])
    return [
        DeclarationView(
            id=one.id,
            public_id=one.public_id,
            scheme_id=one.scheme_id,
            scheme_title=title,
            scheme_title_en=title_en,
            user_id=one.user_id,
            person=name,
            kind=NeedKind(one.kind),
            years=one.years,
            words=one.words,
            state=one.state,
            declared_at=one.declared_at,
            answer=one.answer,
            papers=papers.get(one.id, ()),
        )
        for one, title, title_en, name in rows
    ]


def _papers(session: Session, column: Any, ids: Sequence[int]) -> dict[int, tuple[PaperView, ...]]:
    found: dict[int, tuple[PaperView, ...]] = {}
    rows = session.execute(
        select(column, AwardPaper.public_id, AwardPaper.name)
        .where(column.in_(ids))
        .order_by(AwardPaper.id)
    )
    for owner, public_id, name in rows:
        found[owner] = (*found.get(owner, ()), PaperView(public_id, name))
    return found


def of_person(user_id: int, scheme_id: int) -> ColumnElement[bool]:
    """Return the condition on a person's declarations for a scheme."""
    return and_(AwardDeclaration.user_id == user_id, AwardDeclaration.scheme_id == scheme_id)


def confirmable(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition on declarations that the actor confirms.

    HR those of its people; examinations elsewhere who keeps the scheme.
    """
    employers = [
        (grant.scope_kind, grant.scope_value)
        for grant in actor.grants_for(Permission.FULFILMENT_CONFIRM)
        if grant.role is Role.HR_MANAGER
    ]
    people = units_of_scopes(employers, now)
    issuers = units_in_reach(session, actor, Permission.SCHEME_MANAGE, now)
    is_exam = AwardDeclaration.kind == NeedKind.EXAM.value
    employed = exists().where(
        Membership.user_id == AwardDeclaration.user_id,
        Membership.unit_id.in_(people),
        valid_at(Membership, now),
    )
    kept = AwardDeclaration.scheme_id.in_(select(Scheme.id).where(Scheme.issuer_id.in_(issuers)))
    return or_(and_(~is_exam, employed), and_(is_exam, kept))


def count_confirmable(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many declarations wait for the actor's word; one's own wait for somebody else."""
    query = select(func.count()).select_from(AwardDeclaration)
    waits = (AwardDeclaration.state == "pending", AwardDeclaration.user_id != actor.user_id)
    return session.scalar(query.where(*waits, confirmable(session, actor, now))) or 0


def get_confirmable(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> DeclarationView:
    """Return a declaration that the actor confirms; raise NotFound otherwise."""
    found = list_declarations(
        session,
        AwardDeclaration.public_id == storable(raw_public_id),
        confirmable(session, actor, now),
    )
    if not found:
        raise NotFound("declaration")
    return found[0]


def list_projects(session: Session, *conditions: ColumnElement[bool]) -> list[ProjectView]:
    """Return projects by the conditions, oldest first."""
    rows = session.execute(
        select(
            AwardProject,
            Scheme.title,
            Scheme.title_en,
            User.display_name,
            SchemeVersion.document,
        )
        .join(Scheme, Scheme.id == AwardProject.scheme_id)
        .join(User, User.id == AwardProject.user_id)
        .join(SchemeVersion, SchemeVersion.id == AwardProject.version_id)
        .where(*conditions)
        .order_by(AwardProject.submitted_at, AwardProject.id)
        .limit(MAX_SHOWN)
    ).all()
    ids = [row[0].id for row in rows]
    papers = _papers(session, AwardPaper.project_id, ids)
    opinions = _opinions(session, ids)
    return [
        ProjectView(
            id=one.id,
            public_id=one.public_id,
            scheme_id=one.scheme_id,
            scheme_title=title,
            scheme_title_en=title_en,
            user_id=one.user_id,
            person=name,
            title=one.title,
            summary=one.summary,
            state=ProjectState(one.state),
            opinions_wanted=one.opinions_wanted,
            submitted_at=one.submitted_at,
            form=Terms.from_json(document).project or ProjectForm((), 100),
            papers=papers.get(one.id, ()),
            opinions=opinions.get(one.id, ()),
        )
        for one, title, title_en, name, document in rows
    ]


def _opinions(session: Session, ids: Sequence[int]) -> dict[int, tuple[OpinionView, ...]]:
    found: dict[int, tuple[OpinionView, ...]] = {}
    rows = session.execute(
        select(ProjectOpinion, User.display_name)
        .join(User, User.id == ProjectOpinion.given_by)
        .where(ProjectOpinion.project_id.in_(ids))
        .order_by(ProjectOpinion.id)
    )
    for one, name in rows:
        view = OpinionView(
            one.given_by, name, tuple(json.loads(one.points)), one.total, one.comment, one.given_at
        )
        found[one.project_id] = (*found.get(one.project_id, ()), view)
    return found


def projects_of(user_id: int, scheme_id: int) -> ColumnElement[bool]:
    """Return the condition on a person's projects for a scheme."""
    return and_(AwardProject.user_id == user_id, AwardProject.scheme_id == scheme_id)


def assessable(user_id: int) -> ColumnElement[bool]:
    """Return the condition on projects that an assessor may read: of their schemes, not their own.

    Those that wait for an opinion that they have not given, and those they gave one on.
    """
    appointed = select(SchemeAssessor.scheme_id).where(SchemeAssessor.user_id == user_id)
    return and_(
        AwardProject.scheme_id.in_(appointed),
        AwardProject.user_id != user_id,
        or_(AwardProject.state == ProjectState.SUBMITTED.value, _gave(user_id)),
    )


def _gave(user_id: int) -> ColumnElement[bool]:
    return exists().where(
        ProjectOpinion.project_id == AwardProject.id, ProjectOpinion.given_by == user_id
    )


def list_assessable(session: Session, user_id: int) -> list[ProjectView]:
    """Return what waits for a person's opinion, longest first, then what they reviewed last."""
    allowed, gave = assessable(user_id), _gave(user_id)
    newest = (
        select(AwardProject.id)
        .where(allowed, gave)
        .order_by(AwardProject.submitted_at.desc(), AwardProject.id.desc())
        .limit(MAX_SHOWN)
    )
    waiting = list_projects(session, allowed, ~gave)
    return waiting + list_projects(session, AwardProject.id.in_(newest))[::-1]


def get_assessable(session: Session, user_id: int, raw_public_id: str) -> ProjectView:
    """Return a project that the person may assess or assessed; raise NotFound otherwise."""
    found = list_projects(
        session, AwardProject.public_id == storable(raw_public_id), assessable(user_id)
    )
    if not found:
        raise NotFound("project")
    return found[0]


def count_assessable(session: Session, user_id: int) -> int:
    """Return how many schemes a person is appointed to."""
    return session.scalar(select(func.count()).where(SchemeAssessor.user_id == user_id)) or 0


def list_assessors(session: Session, scheme_id: int) -> list[tuple[str, str]]:
    """Return (public id, name) of the assessors of a scheme."""
    rows = session.execute(
        select(User.public_id, User.display_name)
        .join(SchemeAssessor, SchemeAssessor.user_id == User.id)
        .where(SchemeAssessor.scheme_id == scheme_id)
        .order_by(User.display_name, User.id)
    )
    return [(row[0], row[1]) for row in rows]


def get_paper(session: Session, raw_public_id: str, *conditions: ColumnElement[bool]) -> AwardPaper:
    """Return a paper with its bytes whose declaration or project meets the conditions.

    Raises NotFound otherwise.
    """
    query: Select[AwardPaper] = (
        select(AwardPaper)
        .outerjoin(AwardDeclaration, AwardDeclaration.id == AwardPaper.declaration_id)
        .outerjoin(AwardProject, AwardProject.id == AwardPaper.project_id)
        .where(AwardPaper.public_id == storable(raw_public_id), *conditions)
        .options(undefer(AwardPaper.content))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("paper")
    return found


def has_waiting(session: Session, scheme_id: int, user_id: int, until: datetime) -> bool:
    """Tell whether a project or declaration handed in by an instant waits for its answer."""
    waits = exists().where(
        projects_of(user_id, scheme_id),
        AwardProject.state == ProjectState.SUBMITTED.value,
        AwardProject.submitted_at <= until,
    ) | exists().where(
        of_person(user_id, scheme_id),
        AwardDeclaration.state == "pending",
        AwardDeclaration.declared_at <= until,
    )
    return bool(session.scalar(select(waits)))


def is_own_paper(user_id: int) -> ColumnElement[bool]:
    """Return the condition on papers that a person handed in."""
    return or_(AwardDeclaration.user_id == user_id, AwardProject.user_id == user_id)


def is_paper_of_file(file_id: int) -> ColumnElement[bool]:
    """Return the condition on papers of whose file it is, for the same scheme."""
    file = select(AwardFile.scheme_id, AwardFile.user_id).where(AwardFile.id == file_id).subquery()
    return or_(
        exists().where(
            file.c.scheme_id == AwardDeclaration.scheme_id,
            file.c.user_id == AwardDeclaration.user_id,
        ),
        exists().where(
            file.c.scheme_id == AwardProject.scheme_id, file.c.user_id == AwardProject.user_id
        ),
    )
