"""The tasks of people: of an assignment, what is overdue by team, one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.queries.assignments import (
    PAGE_SIZE,
    AssignmentView,
    asked_by,
    in_state,
    places_in,
)
from learning.compliance.rules.assignments import TaskState, state_of
from learning.organisations.models import Membership, UnitName
from learning.organisations.queries import subtree, valid_at

OWN_SHOWN = 20
EXPORT_SLICE = 1000


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A person's task; `unit_name` is where they are now."""

    id: int
    person: str
    name: str
    sort_key: str
    staff_no: str
    unit_name: str
    round: int
    due_at: datetime
    done_at: datetime | None
    left_at: datetime | None
    paused_since: datetime | None
    state: TaskState


@dataclass(frozen=True, slots=True)
class OwnTask:
    """One's own task with what it asks."""

    assignment: str
    title: str
    note: str
    goal: str
    goal_ref: str
    hours_milli: int | None
    due_at: datetime
    zone: str
    state: TaskState


def _lines() -> Select[*tuple[Any, ...]]:
    task = AssignmentTask
    return select(
        task.id,
        task.user_id,
        User.public_id.label("person"),
        User.display_name.label("name"),
        User.sort_key,
        task.round,
        task.due_at,
        task.done_at,
        task.left_at,
        task.paused_since,
    ).join(User, User.id == task.user_id)


def list_tasks(
    session: Session,
    view: AssignmentView,
    now: datetime,
    *,
    state: TaskState | None = None,
    after: tuple[str, int] | None = None,
    limit: int = PAGE_SIZE,
) -> list[TaskLine]:
    """Return the tasks after a place (sort key, task id), by pinyin."""
    task = AssignmentTask
    query = _lines().where(task.assignment_id == view.id)
    if state is not None:
        query = query.where(in_state(state, now))
    if after is not None:
        key, task_id = after
        query = query.where(or_(User.sort_key > key, and_(User.sort_key == key, task.id > task_id)))
    rows = session.execute(query.order_by(User.sort_key, task.id).limit(limit)).all()
    places = _places(session, view.unit_id, [row.user_id for row in rows], now)
    return [_line(row, *places.get(row.user_id, ("", "")), now=now) for row in rows]


def _places(
    session: Session, unit_id: int, user_ids: list[int], now: datetime
) -> dict[int, tuple[str, str]]:
    """Return staff number and unit's name of people within a unit's subtree."""
    rows = session.execute(
        select(Membership.user_id, Membership.staff_no, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(
            Membership.user_id.in_(user_ids),
            Membership.unit_id.in_(subtree([unit_id], now)),
            valid_at(Membership, now),
        )
        .order_by(Membership.id.desc())
    )
    return {user_id: (staff_no, name) for user_id, staff_no, name in rows}


def iterate_tasks(
    session: Session, view: AssignmentView, now: datetime, *, state: TaskState | None = None
) -> Iterator[TaskLine]:
    """Yield all tasks by pinyin, a slice in memory at a time."""
    after: tuple[str, int] | None = None
    while True:
        part = list_tasks(session, view, now, state=state, after=after, limit=EXPORT_SLICE)
        yield from part
        if len(part) < EXPORT_SLICE:
            return
        after = (part[-1].sort_key, part[-1].id)


def _line(row: Any, staff_no: str, unit_name: str, *, now: datetime) -> TaskLine:
    return TaskLine(
        id=row.id,
        person=row.person,
        name=row.name,
        sort_key=row.sort_key,
        staff_no=staff_no,
        unit_name=unit_name,
        round=row.round,
        due_at=row.due_at,
        done_at=row.done_at,
        left_at=row.left_at,
        paused_since=row.paused_since,
        state=state_of(
            due_at=row.due_at,
            done_at=row.done_at,
            left_at=row.left_at,
            paused_since=row.paused_since,
            now=now,
        ),
    )


def list_overdue(
    session: Session, unit_id: int, now: datetime, *, limit: int
) -> list[tuple[int, str, TaskLine]]:
    """Return what is overdue in a unit's subtree, as `iterate_overdue` yields it."""
    return list(iterate_overdue(session, unit_id, now, limit=limit))


def iterate_overdue(
    session: Session, unit_id: int, now: datetime, *, limit: int | None = None
) -> Iterator[tuple[int, str, TaskLine]]:
    """Yield what is overdue in a unit's subtree: the unit's row id, title, task; by unit, name."""
    task, place = AssignmentTask, places_in(unit_id, now)
    rows = session.execute(
        _lines()
        .add_columns(
            Assignment.title, place.c.staff_no, place.c.unit_id, UnitName.name.label("unit_name")
        )
        .join(Assignment, Assignment.id == task.assignment_id)
        .join(place, place.c.user_id == task.user_id)
        .join(UnitName, and_(UnitName.unit_id == place.c.unit_id, valid_at(UnitName, now)))
        .where(
            in_state(TaskState.OVERDUE, now),
            Assignment.cancelled_at.is_(None),
            asked_by(subtree([unit_id], now), now),
        )
        .order_by(UnitName.name_key, UnitName.unit_id, User.sort_key, task.due_at, task.id)
        .limit(limit),
        execution_options={"yield_per": EXPORT_SLICE},
    )
    for row in rows:
        yield row.unit_id, row.title, _line(row, row.staff_no, row.unit_name, now=now)


def count_overdue(session: Session, units: Select[int], now: datetime) -> int:
    """Count what is overdue among the people of units, asked by these or by those above."""
    task = AssignmentTask
    people = select(Membership.user_id).where(
        Membership.unit_id.in_(units), valid_at(Membership, now)
    )
    query = (
        select(func.count())
        .select_from(task)
        .join(Assignment, Assignment.id == task.assignment_id)
        .where(
            task.user_id.in_(people),
            in_state(TaskState.OVERDUE, now),
            Assignment.cancelled_at.is_(None),
            asked_by(units, now),
        )
    )
    return session.scalar(query) or 0


def list_own(session: Session, user_id: int, now: datetime) -> list[OwnTask]:
    """Return what is asked of a person and not done, the next due first; at most 20."""
    task, row = AssignmentTask, Assignment
    rows = session.execute(
        select(
            row.public_id,
            row.title,
            row.note,
            row.goal,
            row.goal_ref,
            row.hours_milli,
            task.due_at,
            row.zone,
            task.paused_since,
        )
        .join(row, row.id == task.assignment_id)
        .where(
            task.user_id == user_id,
            task.done_at.is_(None),
            task.left_at.is_(None),
            row.cancelled_at.is_(None),
        )
        .order_by(task.due_at, task.id)
        .limit(OWN_SHOWN)
    )
    return [
        OwnTask(
            *one[:-1],
            state=state_of(
                due_at=one.due_at,
                done_at=None,
                left_at=None,
                paused_since=one.paused_since,
                now=now,
            ),
        )
        for one in rows
    ]
