"""What is asked of posts now and from a later day on, by post. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.models import Assignment, AssignmentTask, Requirement
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import valid_at


@dataclass(frozen=True, slots=True)
class AskedOfPost:
    """A cell of a unit's matrix that asks a scheme of a post, running or to come."""

    unit: str
    unit_name: str
    scheme: str
    title: str
    title_en: str
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class TrainingOfPost:
    """A training task that is given by a post: how many are to do it, whether it takes more."""

    id: int
    public_id: str
    title: str
    unit_name: str
    open_tasks: int
    takes_later: bool


def _runs(now: datetime) -> ColumnElement[bool]:
    return or_(
        Requirement.valid_to.is_(None),
        and_(Requirement.valid_to > now, Requirement.valid_to > Requirement.valid_from),
    )


def count_asked(session: Session, post_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return how many cells ask something of posts, now or later, by the posts' row ids."""
    rows = session.execute(
        select(Requirement.post_id, func.count())
        .where(Requirement.post_id.in_(post_ids), _runs(now))
        .group_by(Requirement.post_id)
    )
    return dict(rows.all())


def list_asked(session: Session, post_id: int, now: datetime, *, limit: int) -> list[AskedOfPost]:
    """Return the cells that ask something of a post, now or later, by unit and scheme."""
    rows = session.execute(
        select(
            Unit.public_id,
            func.coalesce(UnitName.name, ""),
            Scheme.public_id,
            Scheme.title,
            Scheme.title_en,
            Requirement.valid_from,
        )
        .join(Unit, Unit.id == Requirement.unit_id)
        .outerjoin(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .join(Scheme, Scheme.id == Requirement.scheme_id)
        .where(Requirement.post_id == post_id, _runs(now))
        .order_by(Unit.id, Scheme.title, Requirement.id)
        .limit(limit)
    )
    return [AskedOfPost(*row) for row in rows]


def list_training(session: Session, post_id: int, now: datetime) -> list[TrainingOfPost]:
    """Return what hangs on a post, newest first: tasks somebody is to do, rules that give more.

    One that is over and takes nobody any more is history.
    """
    open_tasks = func.count(AssignmentTask.id)
    takes = and_(
        or_(Assignment.takes_later, Assignment.kept_at.is_(None)),
        or_(Assignment.due_at.is_(None), Assignment.due_at > now),
    )
    rows = session.execute(
        select(
            Assignment.id,
            Assignment.public_id,
            Assignment.title,
            func.coalesce(UnitName.name, ""),
            open_tasks,
            takes,
        )
        .outerjoin(UnitName, and_(UnitName.unit_id == Assignment.unit_id, valid_at(UnitName, now)))
        .outerjoin(
            AssignmentTask,
            and_(
                AssignmentTask.assignment_id == Assignment.id,
                AssignmentTask.done_at.is_(None),
                AssignmentTask.left_at.is_(None),
            ),
        )
        .where(Assignment.post_id == post_id, Assignment.cancelled_at.is_(None))
        .group_by(Assignment.id, UnitName.id)
        .having(or_(open_tasks > 0, takes))
        .order_by(Assignment.id.desc())
    )
    return [TrainingOfPost(*row[:5], takes_later=bool(row[5])) for row in rows]
