"""What waits for a decision, for whom, and who of the deciders had a part in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import (
    AwardDecision,
    AwardFile,
    AwardProject,
    Fulfilment,
    ProjectOpinion,
    Scheme,
)
from learning.certification.queries.files import FileView, list_files
from learning.certification.rules.deciding import Involved
from learning.certification.rules.terms import NeedKind, sitting_of
from learning.exams.models import Sitting, SittingStaff
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach
from learning.organisations.queries.units import storable

Teachers = Callable[[Session, Sequence[int]], Mapping[int, frozenset[int]]]
"""Who taught people in classes that were confirmed: row ids of teachers by the learner's."""

DECIDE = Permission.CERTIFICATE_DECIDE
QUEUE_PAGE = 50


def in_decision_reach(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition on schemes whose certificates the actor decides on."""
    return Scheme.issuer_id.in_(units_in_reach(session, actor, DECIDE, now))


def list_ready(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    raw_scheme: str = "",
    after: tuple[datetime, int] | None = None,
) -> list[FileView]:
    """Return the files that wait for a decision in reach, longest first, a page of 50.

    `after` is (ready since, row id) of the last one seen.
    """
    conditions = [
        in_decision_reach(session, actor, now),
        AwardFile.closed_at.is_(None),
        AwardFile.ready_at.is_not(None),
    ]
    if raw_scheme:
        conditions.append(Scheme.public_id == storable(raw_scheme))
    if after is not None:
        ready_at, row_id = after
        conditions.append(
            or_(
                AwardFile.ready_at > ready_at,
                and_(AwardFile.ready_at == ready_at, AwardFile.id > row_id),
            )
        )
    return list_files(session, *conditions, limit=QUEUE_PAGE)


def count_ready(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str, str, int]]:
    """Return (scheme, title, English title, files that wait) of schemes in reach that have any."""
    rows = session.execute(
        select(Scheme.public_id, Scheme.title, Scheme.title_en, func.count())
        .join(AwardFile, AwardFile.scheme_id == Scheme.id)
        .where(
            in_decision_reach(session, actor, now),
            AwardFile.closed_at.is_(None),
            AwardFile.ready_at.is_not(None),
        )
        .group_by(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en)
        .order_by(Scheme.title, Scheme.public_id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def get_decidable(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> FileView:
    """Return a file of a scheme that the actor decides on; raise NotFound otherwise."""
    found = list_files(
        session,
        AwardFile.public_id == storable(raw_public_id),
        in_decision_reach(session, actor, now),
        limit=1,
    )
    if not found:
        raise NotFound("award_file")
    return found[0]


def list_decidable(
    session: Session, actor: Actor, raw_public_ids: Sequence[str], now: datetime
) -> list[FileView]:
    """Return those of the open files that are in reach, those that wait longest first."""
    return list_files(
        session,
        AwardFile.public_id.in_([storable(raw) for raw in raw_public_ids]),
        AwardFile.closed_at.is_(None),
        in_decision_reach(session, actor, now),
        limit=len(raw_public_ids),
    )


def list_involved(
    session: Session, files: Sequence[FileView], teachers: Teachers
) -> dict[int, Involved]:
    """Return who had a part in each file, by its row id.

    Examiners: who made a sitting that was passed for the scheme, and who was appointed to it.
    Assessors: who reviewed a project of it. Trainers: who taught a class that the person attended.
    """
    people = list({file.user_id for file in files})
    examiners: dict[tuple[int, int], set[int]] = {}
    assessors: dict[tuple[int, int], set[int]] = {}
    rows = session.execute(
        select(
            Fulfilment.scheme_id,
            Fulfilment.user_id,
            Fulfilment.source_key,
        ).where(
            Fulfilment.user_id.in_(people),
            Fulfilment.scheme_id.in_({file.scheme_id for file in files}),
            Fulfilment.withdrawn_at.is_(None),
            Fulfilment.kind == NeedKind.EXAM.value,
        )
    ).all()
    sittings = staff_of(session, {sitting_of(row.source_key) for row in rows} - {0})
    for row in rows:
        key = (row.scheme_id, row.user_id)
        examiners.setdefault(key, set()).update(sittings.get(sitting_of(row.source_key), ()))
    reviewed = session.execute(
        select(AwardProject.scheme_id, AwardProject.user_id, ProjectOpinion.given_by)
        .join(ProjectOpinion, ProjectOpinion.project_id == AwardProject.id)
        .where(AwardProject.user_id.in_(people))
    )
    for scheme_id, user_id, given_by in reviewed:
        assessors.setdefault((scheme_id, user_id), set()).add(given_by)
    taught = teachers(session, people)
    return {
        file.id: Involved(
            file.user_id,
            taught.get(file.user_id, frozenset()),
            frozenset(examiners.get((file.scheme_id, file.user_id), ())),
            frozenset(assessors.get((file.scheme_id, file.user_id), ())),
        )
        for file in files
    }


def staff_of(session: Session, sitting_ids: set[int]) -> dict[int, set[int]]:
    """Return who made each sitting and who was appointed to it, by the sitting's row id."""
    found: dict[int, set[int]] = {}
    made = select(Sitting.id, Sitting.created_by).where(Sitting.id.in_(sitting_ids))
    staffed = select(SittingStaff.sitting_id, SittingStaff.user_id).where(
        SittingStaff.sitting_id.in_(sitting_ids)
    )
    for sitting_id, user_id in session.execute(made.union(staffed)):
        found.setdefault(sitting_id, set()).add(user_id)
    return found


def list_decisions_of(session: Session, file_id: int) -> list[AwardDecision]:
    """Return the decisions on a file, newest first."""
    rows = session.scalars(
        select(AwardDecision)
        .where(AwardDecision.source_kind == "file", AwardDecision.source_id == file_id)
        .order_by(AwardDecision.number.desc())
    )
    return list(rows)
