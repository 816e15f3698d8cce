"""Training tasks as pages show them: the list, one with its progress by unit, its pauses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.compliance.models import Assignment, AssignmentPause, AssignmentTask
from learning.compliance.queries.goals import units_above
from learning.compliance.rules.assignments import DUE_SOON, TaskState
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, UnitName
from learning.organisations.queries import subtree, units_in_reach, valid_at
from learning.organisations.queries.units import storable

PAGE_SIZE = 50
UNITS_SHOWN = 500
PAUSES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How many tasks are in which state; `people` all that are asked, those who left apart."""

    people: int = 0
    done: int = 0
    late: int = 0
    overdue: int = 0
    paused: int = 0
    left: int = 0

    @property
    def open(self) -> int:
        """Return how many are neither done nor overdue nor resting."""
        return self.people - self.done - self.overdue - self.paused


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """An assignment with its unit's name and progress."""

    id: int
    public_id: str
    unit_id: int
    unit_name: str
    title: str
    note: str
    goal: str
    goal_ref: str
    hours_milli: int | None
    audience: str
    audience_ref: str
    post_id: int | None
    takes_later: bool
    due_kind: str
    due_at: datetime | None
    due_days: int | None
    repeat_months: int | None
    escalate_days: int | None
    zone: str
    created_at: datetime
    kept_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str


@dataclass(frozen=True, slots=True)
class PauseView:
    """A pause of an assignment; `person` "" and `name` "" when all of it rested."""

    person: str
    name: str
    begins_at: datetime
    ends_at: datetime | None
    reason: str
    paused_by: str


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """The progress of the people of one unit."""

    name: str
    progress: Progress


def in_state(state: TaskState, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a task is in a state. Twin: `rules.assignments.state_of`."""
    task = AssignmentTask
    is_open = and_(task.done_at.is_(None), task.left_at.is_(None))
    runs = and_(is_open, task.paused_since.is_(None))
    conditions: dict[TaskState, ColumnElement[bool]] = {
        TaskState.DONE: and_(task.done_at.is_not(None), task.done_at <= task.due_at),
        TaskState.DONE_LATE: and_(task.done_at.is_not(None), task.done_at > task.due_at),
        TaskState.LEFT: and_(task.done_at.is_(None), task.left_at.is_not(None)),
        TaskState.PAUSED: and_(is_open, task.paused_since.is_not(None)),
        TaskState.OVERDUE: and_(runs, task.due_at < now),
        TaskState.DUE_SOON: and_(runs, task.due_at >= now, task.due_at <= now + DUE_SOON),
        TaskState.OPEN: and_(runs, task.due_at > now + DUE_SOON),
    }
    return conditions[state]


def asked_by(units: Select[int], now: datetime) -> ColumnElement[bool]:
    """Return the condition that an assignment is of a unit of a tree, or of one above them.

    `units` are whole subtrees. What another employer asks of their people is not theirs to see.
    """
    return or_(Assignment.unit_id.in_(units), Assignment.unit_id.in_(units_above(units, now)))


def _counts(now: datetime) -> list[Any]:
    task = AssignmentTask

    def count(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return [
        count(or_(task.done_at.is_not(None), task.left_at.is_(None))),
        count(task.done_at.is_not(None)),
        count(in_state(TaskState.DONE_LATE, now)),
        count(in_state(TaskState.OVERDUE, now)),
        count(in_state(TaskState.PAUSED, now)),
        count(in_state(TaskState.LEFT, now)),
    ]


def _reached(session: Session, actor: Actor, now: datetime) -> Select[int]:
    return units_in_reach(session, actor, Permission.ASSIGNMENT_MANAGE, now)


def _views(now: datetime) -> Select[*tuple[Any, ...]]:
    row = Assignment
    return select(
        row.id,
        row.public_id,
        row.unit_id,
        UnitName.name.label("unit_name"),
        row.title,
        row.note,
        row.goal,
        row.goal_ref,
        row.hours_milli,
        row.audience,
        row.audience_ref,
        row.post_id,
        row.takes_later,
        row.due_kind,
        row.due_at,
        row.due_days,
        row.repeat_months,
        row.escalate_days,
        row.zone,
        row.created_at,
        row.kept_at,
        row.cancelled_at,
        row.cancel_reason,
    ).join(UnitName, and_(UnitName.unit_id == row.unit_id, valid_at(UnitName, now)))


def list_assignments(
    session: Session, actor: Actor, now: datetime, *, page: int
) -> tuple[list[tuple[AssignmentView, Progress]], int]:
    """Return a page of the assignments in reach, under way first, newest first; and the total."""
    reach = Assignment.unit_id.in_(_reached(session, actor, now))
    total = session.scalar(select(func.count()).select_from(Assignment).where(reach)) or 0
    rows = session.execute(
        _views(now)
        .where(reach)
        .order_by(Assignment.cancelled_at.is_not(None), Assignment.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    views = [AssignmentView(*row) for row in rows]
    done = _progress_of(session, [view.id for view in views], now)
    return [(view, done.get(view.id, Progress())) for view in views], total


def _progress_of(session: Session, ids: list[int], now: datetime) -> dict[int, Progress]:
    rows = session.execute(
        select(AssignmentTask.assignment_id, *_counts(now))
        .where(AssignmentTask.assignment_id.in_(ids))
        .group_by(AssignmentTask.assignment_id)
    )
    return {row[0]: Progress(*(int(value) for value in row[1:])) for row in rows}


def get_assignment(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> AssignmentView:
    """Return an assignment in reach; NotFound when foreign or missing."""
    row = session.execute(
        _views(now).where(
            Assignment.public_id == storable(raw_public_id),
            Assignment.unit_id.in_(_reached(session, actor, now)),
        )
    ).first()
    if row is None:
        raise NotFound("assignment")
    return AssignmentView(*row)


def get_progress(session: Session, assignment_id: int, now: datetime) -> Progress:
    """Return how far the people of an assignment are."""
    return _progress_of(session, [assignment_id], now).get(assignment_id, Progress())


def get_person(session: Session, assignment_id: int, raw_person: str) -> int:
    """Return the row id of one of an assignment's people; NotFound for everybody else."""
    found = session.scalar(
        select(User.id)
        .join(AssignmentTask, AssignmentTask.user_id == User.id)
        .where(
            AssignmentTask.assignment_id == assignment_id, User.public_id == storable(raw_person)
        )
        .limit(1)
    )
    if found is None:
        raise NotFound("person")
    return found


def list_unit_progress(session: Session, view: AssignmentView, now: datetime) -> list[UnitProgress]:
    """Return the progress by unit in which people are now, by name; at most 500 units."""
    place = places_in(view.unit_id, now)
    rows = session.execute(
        select(UnitName.name, *_counts(now))
        .select_from(AssignmentTask)
        .join(place, place.c.user_id == AssignmentTask.user_id)
        .join(UnitName, and_(UnitName.unit_id == place.c.unit_id, valid_at(UnitName, now)))
        .where(AssignmentTask.assignment_id == view.id)
        .group_by(UnitName.unit_id, UnitName.name, UnitName.name_key)
        .order_by(UnitName.name_key)
        .limit(UNITS_SHOWN)
    )
    return [UnitProgress(row[0], Progress(*(int(value) for value in row[1:]))) for row in rows]


def places_in(unit_id: int, now: datetime) -> Any:
    """Return one place a person within a unit's subtree: the oldest of several."""
    first = (
        select(func.min(Membership.id).label("id"))
        .where(Membership.unit_id.in_(subtree([unit_id], now)), valid_at(Membership, now))
        .group_by(Membership.user_id)
        .subquery()
    )
    return (
        select(Membership.user_id, Membership.unit_id, Membership.staff_no)
        .join(first, first.c.id == Membership.id)
        .subquery()
    )


def list_pauses(session: Session, assignment_id: int) -> list[PauseView]:
    """Return the pauses of an assignment, newest first, at most 50."""
    maker, row = aliased(User), AssignmentPause
    rows = session.execute(
        select(
            func.coalesce(User.public_id, ""),
            func.coalesce(User.display_name, ""),
            row.begins_at,
            row.ends_at,
            row.reason,
            maker.display_name,
        )
        .outerjoin(User, User.id == row.user_id)
        .join(maker, maker.id == row.paused_by)
        .where(row.assignment_id == assignment_id)
        .order_by(row.begins_at.desc(), row.id.desc())
        .limit(PAUSES_SHOWN)
    )
    return [PauseView(*one) for one in rows]
