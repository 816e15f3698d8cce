"""Bringing the tasks of assignments up to date, in slices: who comes, rests, does it, leaves.

The worker calls it again and again; every step finds by reading what has changed and writes that
alone, so that a turn without changes takes no writer's turn, and a killed one is made up for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Assignment, AssignmentPause, AssignmentTask, StaffStatus
from learning.compliance.queries.audiences import list_events, select_meant, select_newcomers
from learning.compliance.queries.fulfilment import Asked, list_fulfilled
from learning.compliance.rules.assignments import (
    LAST_MOMENT,
    Aim,
    Audience,
    DueKind,
    Goal,
    Rest,
    moved_due,
    next_due,
)
from learning.kernel.bulk import insert_many
from learning.organisations.queries import organisation_of_unit

SLICE = 1000
Row = dict[str, Any]


def find_due(session: Session, before: datetime, limit: int = 50) -> Sequence[int]:
    """Return the assignments under way not kept since an instant, the longest first."""
    return session.scalars(
        select(Assignment.id)
        .where(
            Assignment.cancelled_at.is_(None),
            or_(Assignment.kept_at.is_(None), Assignment.kept_at < before),
        )
        .order_by(Assignment.kept_at.asc().nulls_first(), Assignment.id)
        .limit(limit)
    ).all()


def find_newcomers(session: Session, assignment: Assignment, now: datetime) -> list[int]:
    """Return the people to be entered, all at once.

    To look for the next thousand each time would be to walk the tree and sort everybody as often.
    """
    if not _takes(assignment, now):
        return []
    people = select_newcomers(aim_of(assignment), now)
    user_id = people.selected_columns[0]
    has_task = exists().where(
        AssignmentTask.assignment_id == assignment.id, AssignmentTask.user_id == user_id
    )
    return sorted(session.scalars(people.where(~has_task).distinct()))


def find_meant(session: Session, assignment: Assignment, now: datetime) -> frozenset[int]:
    """Return the people whom an assignment means now."""
    return frozenset(session.scalars(select_meant(aim_of(assignment), now)))


def _takes(assignment: Assignment, now: datetime) -> bool:
    """Tell whether people are still entered: at first, later only where that was asked."""
    if assignment.audience == Audience.PEOPLE.value:
        return False
    if assignment.due_at is not None and assignment.due_at <= now:
        return False  # nobody is entered into a task that is overdue already
    return assignment.kept_at is None or assignment.takes_later


def new_tasks(
    session: Session, assignment: Assignment, user_ids: Sequence[int], now: datetime
) -> list[Row]:
    """Return the rows of the first round for people, without those to whom no date applies."""
    if not user_ids:
        return []
    aim = aim_of(assignment)
    events = list_events(session, aim, user_ids, now)
    dated = [(user_id, events.get(user_id)) for user_id in user_ids]
    return [
        _task(assignment, user_id, due, now, counts_from=aim.counts_from or now, event_at=event)
        for user_id, event in dated
        if (due := aim.due(event, now)) is not None
    ]


def _task(
    assignment: Assignment,
    user_id: int,
    due: datetime,
    now: datetime,
    *,
    counts_from: datetime,
    event_at: datetime | None = None,
    number: int = 1,
) -> Row:
    return {
        "assignment_id": assignment.id,
        "user_id": user_id,
        "round": number,
        "counts_from": counts_from,
        "event_at": event_at,
        "assigned_at": now,
        "base_due_at": due,
        "due_at": due,
        "paused_since": None,
        "done_at": None,
        "left_at": None,
        "escalated_at": None,
    }


def add_tasks(session: Session, rows: Sequence[Row]) -> None:
    """Make tasks."""
    insert_many(session, AssignmentTask, rows)


@dataclass(frozen=True, slots=True)
class Step:
    """What a slice of tasks came to: rows to change by id, and the last one looked at (0: end)."""

    changes: list[Row]
    last: int


def find_changes(
    session: Session,
    assignment: Assignment,
    now: datetime,
    *,
    after: int,
    meant: frozenset[int],
) -> Step:
    """Compare the next tasks with the facts: done or not, moved by pauses, left, escalated."""
    task = AssignmentTask
    tasks = session.scalars(
        select(task)
        .where(task.assignment_id == assignment.id, task.id > after)
        .order_by(task.id)
        .limit(SLICE)
    ).all()
    if not tasks:
        return Step([], 0)
    people = sorted({one.user_id for one in tasks})
    aim = aim_of(assignment)
    done = _fulfilled(session, aim, tasks, now)
    rests = _rests(session, assignment, people, now)
    changes = []
    for one in tasks:
        wanted = _wanted(assignment, one, done.get(one.id), rests, one.user_id in meant, now)
        if any(getattr(one, name) != value for name, value in wanted.items()):
            changes.append({"id": one.id, **wanted})
    return Step(changes, tasks[-1].id if len(tasks) == SLICE else 0)


def _wanted(
    assignment: Assignment,
    task: AssignmentTask,
    done_at: datetime | None,
    rests: dict[int | None, list[Rest]],
    is_meant: bool,  # noqa: FBT001 - a fact among facts
    now: datetime,
) -> Row:
    own = [*rests.get(None, ()), *rests.get(task.user_id, ())]
    due, paused = moved_due(task.base_due_at, own, task.assigned_at)
    if task.done_at is not None and done_at is not None:
        due, paused = task.due_at, None  # what happens after the day it was done moves nothing
    left = None if is_meant or done_at is not None else task.left_at or now
    days = assignment.escalate_days
    is_asked = done_at is None and left is None and paused is None
    is_late = is_asked and days is not None and due + timedelta(days=days) < now
    return {
        "due_at": due,
        "paused_since": paused if done_at is None else None,
        "done_at": done_at,
        "left_at": left,
        "escalated_at": task.escalated_at or (now if is_late else None),
    }


def _fulfilled(
    session: Session, aim: Aim, tasks: Sequence[AssignmentTask], now: datetime
) -> dict[int, datetime]:
    """Return by task when it was done; a person's rounds are asked one by one."""
    found: dict[int, datetime] = {}
    for number in sorted({one.round for one in tasks}):
        part = [one for one in tasks if one.round == number]
        asked = [Asked(one.user_id, one.counts_from, one.event_at) for one in part]
        done = list_fulfilled(session, aim, asked, now)
        found |= {one.id: done[one.user_id] for one in part if one.user_id in done}
    return found


def _rests(
    session: Session, assignment: Assignment, people: Sequence[int], now: datetime
) -> dict[int | None, list[Rest]]:
    """Return the pauses begun by now: of everybody under None, of people, and their leave."""
    pause, status = AssignmentPause, StaffStatus
    organisation = organisation_of_unit(session, assignment.unit_id, now)
    rows = [
        *session.execute(
            select(pause.user_id, pause.begins_at, pause.ends_at).where(
                pause.assignment_id == assignment.id,
                or_(pause.user_id.is_(None), pause.user_id.in_(people)),
            )
        ),
        *session.execute(
            select(status.user_id, status.valid_from, status.valid_to).where(
                status.organisation_id == organisation.id,
                status.kind == "leave",
                status.user_id.in_(people),
                or_(status.valid_to.is_(None), status.valid_to > assignment.created_at),
            )
        ),
    ]
    found: dict[int | None, list[Rest]] = {}
    for user_id, since, until in rows:
        if since <= now and (until is None or until > since):
            ended = None if until is None or until > now else until
            found.setdefault(user_id, []).append(Rest(since, ended))
    return found


def apply_changes(session: Session, changes: Sequence[Row]) -> None:
    """Write what `find_changes` found."""
    if changes:
        session.execute(update(AssignmentTask), changes)


def find_next_rounds(
    session: Session, assignment: Assignment, now: datetime, *, after: int
) -> tuple[list[Row], int]:
    """Return the next rounds to be made of the next tasks, and the last one looked at (0: end).

    Hours begin anew when a round's date has come; a renewal when the next certificate is there.
    """
    later, task = aliased(AssignmentTask), AssignmentTask
    is_last = ~exists().where(
        later.assignment_id == task.assignment_id,
        later.user_id == task.user_id,
        later.round > task.round,
    )
    query = (
        select(task)
        .where(task.assignment_id == assignment.id, task.left_at.is_(None), is_last)
        .where(task.id > after)
        .order_by(task.id)
        .limit(SLICE)
    )
    if assignment.goal == Goal.HOURS.value and assignment.repeat_months:
        tasks = session.scalars(query.where(task.base_due_at <= now)).all()
        rows = [_next_hours(assignment, one, now) for one in tasks]
    elif assignment.due_kind == DueKind.CERTIFICATE.value and assignment.takes_later:
        tasks = session.scalars(query.where(task.done_at.is_not(None))).all()
        rows = _next_renewals(session, assignment, tasks, now)
    else:
        return [], 0
    return rows, tasks[-1].id if len(tasks) == SLICE else 0


def _next_hours(assignment: Assignment, task: AssignmentTask, now: datetime) -> Row:
    due = next_due(task.base_due_at, assignment.repeat_months or 0, assignment.zone)
    since = task.base_due_at + LAST_MOMENT
    number = task.round + 1
    return _task(assignment, task.user_id, due, now, counts_from=since, number=number)


def _next_renewals(
    session: Session, assignment: Assignment, tasks: Sequence[AssignmentTask], now: datetime
) -> list[Row]:
    aim = aim_of(assignment)
    ends = list_events(session, aim, [one.user_id for one in tasks], now)
    rows = []
    for one in tasks:
        end = ends.get(one.user_id, FOREVER)
        due = aim.due(end, now) if end < FOREVER else None
        if due is not None and one.event_at is not None and end > one.event_at:
            rows.append(
                _task(
                    assignment,
                    one.user_id,
                    due,
                    now,
                    counts_from=now,
                    event_at=end,
                    number=one.round + 1,
                )
            )
    return rows


def aim_of(assignment: Assignment) -> Aim:
    """Return what an assignment asks of whom."""
    return Aim(
        unit_id=assignment.unit_id,
        goal=Goal(assignment.goal),
        goal_ref=assignment.goal_ref,
        audience=Audience(assignment.audience),
        due_kind=DueKind(assignment.due_kind),
        zone=assignment.zone,
        since=assignment.created_at,
        hours_milli=assignment.hours_milli,
        counts_from=assignment.counts_from,
        audience_ref=assignment.audience_ref,
        post_id=assignment.post_id,
        due_at=assignment.due_at,
        due_days=assignment.due_days,
    )
