"""How far the marking of a sitting is, by item and by marker, for its examiner.

Candidates are not named here, and rubrics are not read.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.exams.models import Marking, MarkingTask
from learning.exams.queries.marking import is_live
from learning.exams.rules import ADJUDICATION, FIRST, SECOND, TaskState
from learning.question_bank.queries import get_documents

MARKS_PAGE = 50
MAX_ITEMS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """How far an item is; `part` is the sub-item of a case, 0 for a whole item."""

    code: str
    part: int
    answers: int
    settled: int
    disputed: int

    @property
    def left(self) -> int:
        """Return how many answers lack a mark."""
        return self.answers - self.settled


@dataclass(frozen=True, slots=True)
class MarkerProgress:
    """What a marker gave: mean and spread (standard deviation) as shares of the points.

    `agreed` of `paired` marks under double marking lie within the tolerance of the other one.
    """

    person: str
    name: str
    count: int
    mean_ratio: float
    spread_ratio: float
    paired: int
    agreed: int


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A mark that was given; points in thousandths. `task` numbers the answer, not the person."""

    public_id: str
    task: int
    code: str
    part: int
    marker: str
    slot: int
    points_milli: int
    most_milli: int
    comment: str
    given_at: datetime
    taken_back_at: datetime | None
    reason: str


def list_item_progress(session: Session, sitting_id: int) -> list[ItemProgress]:
    """Return how far each item is, in the order in which items are handed out."""
    settled = MarkingTask.state == TaskState.SETTLED.value
    disputed = and_(MarkingTask.state == TaskState.OPEN.value, MarkingTask.wanted == ADJUDICATION)
    rows = session.execute(
        select(
            MarkingTask.version_id,
            MarkingTask.part,
            func.count(),
            func.count().filter(settled),
            func.count().filter(disputed),
        )
        .where(
            MarkingTask.sitting_id == sitting_id,
            MarkingTask.state != TaskState.WITHDRAWN.value,
        )
        .group_by(MarkingTask.version_id, MarkingTask.part)
        .order_by(MarkingTask.version_id, MarkingTask.part)
        .limit(MAX_ITEMS_SHOWN)
    ).all()
    documents = get_documents(session, sorted({row[0] for row in rows}))
    return [ItemProgress(documents[row[0]].code, *row[1:]) for row in rows]


def list_marker_progress(
    session: Session, sitting_id: int, tolerance_milli: int
) -> list[MarkerProgress]:
    """Return what each marker gave, by pinyin; marks taken back do not count."""
    ratio = Marking.points_milli * literal(1.0) / MarkingTask.most_milli
    other = aliased(Marking)
    near = func.abs(Marking.points_milli - other.points_milli) <= tolerance_milli
    paired = other.id.is_not(None)
    rows = session.execute(
        select(
            User.public_id,
            User.display_name,
            func.count(),
            func.avg(ratio),
            func.avg(ratio * ratio),
            func.sum(case((paired, 1), else_=0)),
            func.sum(case((and_(paired, near), 1), else_=0)),
        )
        .select_from(Marking)
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .join(User, User.id == Marking.marked_by)
        .outerjoin(
            other,
            and_(
                other.task_id == Marking.task_id,
                other.slot == FIRST + SECOND - Marking.slot,
                Marking.slot <= SECOND,
                other.given_at.is_not(None),
                other.taken_back_at.is_(None),
            ),
        )
        .where(MarkingTask.sitting_id == sitting_id, Marking.given_at.is_not(None), is_live())
        .group_by(User.id, User.public_id, User.display_name, User.sort_key)
        .order_by(User.sort_key, User.id)
    )
    return [
        MarkerProgress(
            person,
            name,
            count,
            float(mean),
            math.sqrt(max(0.0, float(square) - float(mean) ** 2)),
            pairs,
            agreed,
        )
        for person, name, count, mean, square, pairs, agreed in rows
    ]


def list_marks(
    session: Session, sitting_id: int, *, person: str, page: int
) -> tuple[list[MarkLine], int]:
    """Return a page of the marks that were given, newest first, and how many there are.

    `person` is the public id of a marker, "" for all. Marks taken back are there too.
    """
    here = [MarkingTask.sitting_id == sitting_id, Marking.given_at.is_not(None)]
    if person:
        here.append(User.public_id == person)
    joined = (
        select(
            Marking.public_id,
            MarkingTask.id,
            MarkingTask.version_id,
            MarkingTask.part,
            User.display_name,
            Marking.slot,
            Marking.points_milli,
            MarkingTask.most_milli,
            Marking.comment,
            Marking.given_at,
            Marking.taken_back_at,
            Marking.reason,
        )
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .join(User, User.id == Marking.marked_by)
        .where(*here)
    )
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    rows = session.execute(
        joined.order_by(Marking.given_at.desc(), Marking.id.desc())
        .offset((page - 1) * MARKS_PAGE)
        .limit(MARKS_PAGE)
    ).all()
    documents = get_documents(session, sorted({row[2] for row in rows}))
    lines = [
        MarkLine(marking, task, documents[version_id].code, *rest)
        for marking, task, version_id, *rest in rows
    ]
    return lines, total


def count_unended(session: Session, sitting_id: int) -> int:
    """Return of how many attempts settled marks are not in the score yet."""
    return (
        session.scalar(
            select(func.count(func.distinct(MarkingTask.attempt_id))).where(
                MarkingTask.sitting_id == sitting_id,
                MarkingTask.state == TaskState.SETTLED.value,
                MarkingTask.ended_at.is_(None),
            )
        )
        or 0
    )
