"""Projects: handed in, reviewed by appointed assessors with the form, a second time where asked."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.models import (
    AwardProject,
    Fulfilment,
    ProjectOpinion,
    SchemeAssessor,
)
from learning.certification.queries import find_terms, get_managed, get_own_file
from learning.certification.queries.deciding import get_decidable
from learning.certification.queries.files import is_used
from learning.certification.queries.papers import (
    ProjectView,
    get_assessable,
    list_projects,
    projects_of,
)
from learning.certification.rules import assessor_appointed, project_reviewed
from learning.certification.rules.appeals import with_right
from learning.certification.rules.papers import (
    MAX_PROJECT_TITLE,
    MAX_SUMMARY,
    ProjectState,
    opinion_problems,
    outcome_of,
)
from learning.certification.rules.terms import NeedKind
from learning.certification.services.files import Deed, record_deed, settle
from learning.certification.services.keeping import keep_papers
from learning.exams.queries import match_roll
from learning.exams.rules import parse_roll
from learning.kernel import audit
from learning.kernel.db import to_us
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.kernel.printing import printable
from learning.organisations.queries.units import storable
from learning.organisations.rules.corrections import Evidence

MANAGE = Permission.SCHEME_MANAGE


def hand_in_project(
    session: Session,
    actor: Actor,
    raw_file_id: str,
    *,
    title: str,
    summary: str,
    papers: Sequence[Evidence],
    now: datetime,
) -> None:
    """Hand in a project for one's own open file.

    Raises NotFound where the scheme asks for none; Conflict("file_closed" |
    "project_waiting": one is being reviewed); Invalid without title or papers.
    """
    file = get_own_file(session, actor.user_id, raw_file_id)
    if file.closed_at is not None:
        raise Conflict("file_closed")
    terms = find_terms(session, file.scheme_id, now)
    asked = any(
        need.kind is NeedKind.PROJECT
        for group in terms.terms.groups(file.purpose)
        for need in group
    )
    if not asked or terms.version_id is None:
        raise NotFound("project")
    title = printable(title)
    checks = {
        "title": 0 < len(title) <= MAX_PROJECT_TITLE,
        "summary": len(summary) <= MAX_SUMMARY,
        "papers": bool(papers),
    }
    problems = [Problem("", None, name, name, name) for name, holds in checks.items() if not holds]
    if problems:
        raise Invalid(problems)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row_id = session.scalar(
        dialect.insert(AwardProject)
        .values(
            public_id=new_public_id(),
            scheme_id=file.scheme_id,
            version_id=terms.version_id,
            user_id=actor.user_id,
            title=title,
            summary=summary.strip(),
            state=ProjectState.SUBMITTED.value,
            opinions_wanted=1,
            submitted_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id"],
            index_where=AwardProject.state == ProjectState.SUBMITTED.value,
        )
        .returning(AwardProject.id)
    )
    if row_id is None:
        raise Conflict("project_waiting")
    keep_papers(session, papers, now, project_id=row_id)
    _log(session, "project.handed_in", file.public_id, actor, now)


def give_opinion(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    points: Sequence[int | None],
    comment: str,
    now: datetime,
) -> ProjectState:
    """Review a project by its form, once; return how it stands after it.

    Raises NotFound for who is not appointed or whose own it is; Conflict("project_decided" |
    "opinion_given"); Invalid naming every criterion without points.
    """
    view = get_assessable(session, actor.user_id, raw_public_id)
    problems = opinion_problems(view.form, points, comment)
    if problems:
        raise Invalid(problems)
    row = session.get_one(AwardProject, view.id, with_for_update=True, populate_existing=True)
    if row.state != ProjectState.SUBMITTED.value:
        raise Conflict("project_decided")
    given = [point or 0 for point in points]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(ProjectOpinion)
        .values(
            project_id=row.id,
            given_by=actor.user_id,
            points=json.dumps(given),
            total=sum(given),
            comment=comment.strip(),
            given_at=now,
        )
        .on_conflict_do_nothing(index_elements=["project_id", "given_by"])
        .returning(ProjectOpinion.id)
    )
    if made is None:
        raise Conflict("opinion_given")
    _log(session, "project.reviewed", row.public_id, actor, now)
    return _conclude(session, row, view, actor, now)


def _conclude(
    session: Session, row: AwardProject, view: ProjectView, actor: Actor, now: datetime
) -> ProjectState:
    """Say how the project stands, once all opinions that are wanted are there."""
    totals = list(
        session.scalars(select(ProjectOpinion.total).where(ProjectOpinion.project_id == row.id))
    )
    state = outcome_of(view.form, totals, row.opinions_wanted)
    if state is ProjectState.SUBMITTED:
        return state
    row.state, row.decided_at = state.value, now
    is_passed = state is ProjectState.PASSED
    told = project_reviewed(row.title, is_passed=is_passed)
    put_notice(
        session,
        row.user_id,
        told if is_passed else with_right(told),
        now,
        link=Link("award_files.index", {}),
        key=f"project:{row.public_id}:{len(totals)}",
    )
    if state is ProjectState.PASSED:
        deed = Deed(
            scheme_id=row.scheme_id,
            user_id=row.user_id,
            kind=NeedKind.PROJECT,
            source_key=_key(row.id),
            achieved_at=now,
            measure={
                "points": round(sum(totals) / len(totals), 1),
                "most": view.form.most,
                "project": row.public_id,
                "handed_in": row.submitted_at.isoformat(),
            },
            recorded_by=actor.user_id,
        )
        record_deed(session, deed, now)
    return state


def ask_second_opinion(session: Session, actor: Actor, raw_file_id: str, *, now: datetime) -> None:
    """Let another assessor review the newest project of a file before it is decided on.

    The mean of both decides; until then the project counts as not reviewed. Raises NotFound,
    Conflict("file_closed" | "second_opinion").
    """
    file = get_decidable(session, actor, raw_file_id, now)
    if file.closed_at is not None:
        raise Conflict("file_closed")
    found = list_projects(session, projects_of(file.user_id, file.scheme_id))
    reviewed = [one for one in found if one.state in (ProjectState.PASSED, ProjectState.FAILED)]
    if not reviewed:
        raise NotFound("project")
    row = session.get_one(
        AwardProject, reviewed[-1].id, with_for_update=True, populate_existing=True
    )
    waits = exists().where(
        projects_of(file.user_id, file.scheme_id),
        AwardProject.state == ProjectState.SUBMITTED.value,
    )
    if _has_earned(session, row):
        raise NotFound("project")
    if row.opinions_wanted > 1 or session.scalar(select(waits)):
        raise Conflict("second_opinion")
    row.opinions_wanted, row.state, row.decided_at = 2, ProjectState.SUBMITTED.value, None
    session.execute(
        update(Fulfilment)
        .where(
            Fulfilment.scheme_id == row.scheme_id,
            Fulfilment.user_id == row.user_id,
            Fulfilment.kind == NeedKind.PROJECT.value,
            Fulfilment.source_key == _key(row.id),
            Fulfilment.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by=actor.user_id, withdrawn_reason="second_opinion")
        .execution_options(synchronize_session=False)
    )
    _log(session, "project.second_opinion", row.public_id, actor, now)
    settle(session, row.scheme_id, row.user_id, now)


def _has_earned(session: Session, row: AwardProject) -> bool:
    """Tell whether a certificate rests on the project: it is no matter of the open file then."""
    earned = exists().where(
        Fulfilment.scheme_id == row.scheme_id,
        Fulfilment.user_id == row.user_id,
        Fulfilment.kind == NeedKind.PROJECT.value,
        Fulfilment.source_key == _key(row.id),
        is_used(),
    )
    return bool(session.scalar(select(earned)))


def _key(project_id: int) -> str:
    return f"project:{project_id}"


def appoint_assessors(
    session: Session, actor: Actor, raw_scheme_id: str, *, roll: str, now: datetime
) -> int:
    """Appoint people by staff number or log-in name, a line each; return how many are new.

    All or nobody. Raises NotFound, Invalid with a problem for each line that means nobody.
    """
    scheme = get_managed(session, actor, MANAGE, raw_scheme_id, now)
    named, problems = match_roll(session, actor, parse_roll(roll), now, permission=MANAGE)
    if problems:
        raise Invalid(problems)
    if not named:
        return 0
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [
        {
            "scheme_id": scheme.id,
            "user_id": user_id,
            "appointed_by": actor.user_id,
            "appointed_at": now,
        }
        for user_id in sorted(set(named.values()))
    ]
    new = session.scalars(
        dialect.insert(SchemeAssessor)
        .on_conflict_do_nothing(index_elements=["scheme_id", "user_id"])
        .returning(SchemeAssessor.user_id),
        rows,
    ).all()
    for user_id in new:
        put_notice(
            session,
            user_id,
            assessor_appointed(scheme.plan.title, scheme.plan.title_en),
            now,
            link=Link("assessing.index", {}),
            key=f"assessor:{scheme.public_id}:{to_us(now)}",
        )
    if new:
        details = {"people": len(new)}
        audit.log(
            session,
            "scheme.assessors_appointed",
            scheme.public_id,
            actor_id=actor.user_id,
            now=now,
            details=details,
        )
    return len(new)


def dismiss_assessor(
    session: Session, actor: Actor, raw_scheme_id: str, raw_person_id: str, *, now: datetime
) -> None:
    """Take a person off the assessors of a scheme; their opinions stay. Raises NotFound."""
    scheme = get_managed(session, actor, MANAGE, raw_scheme_id, now)
    gone = session.scalar(
        delete(SchemeAssessor)
        .where(
            SchemeAssessor.scheme_id == scheme.id,
            SchemeAssessor.user_id
            == select(User.id).where(User.public_id == storable(raw_person_id)).scalar_subquery(),
        )
        .returning(SchemeAssessor.user_id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise NotFound("person")
    audit.log(
        session,
        "scheme.assessor_dismissed",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": raw_person_id},
    )


def _log(session: Session, act: str, subject: str, actor: Actor, now: datetime) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now)
