"""A marker at work: take an answer, mark it, take the last mark back, step aside.

Whoever changes a mark holds the answer's row, so that two marks of it are settled one after the
other. That nobody takes what another one took is left to the unique indexes of `markings`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.exams.models import DeclaredConflict, Marking, MarkingTask
from learning.exams.queries import get_appointed
from learning.exams.queries import marking as queries
from learning.exams.queries.marking import TaughtBy, is_live, is_stale
from learning.exams.rules import (
    ADJUDICATION,
    CLAIM,
    UNDO,
    Duty,
    SittingSettings,
    TaskState,
    next_slot,
    points_of,
    settle,
    steps_fault,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class Given:
    """What a marker says of an answer: points by criterion, and a comment."""

    steps: tuple[Decimal, ...]
    comment: str = ""


def take_answer(
    session: Session, actor: Actor, raw_public_id: str, *, taught_by: TaughtBy, now: datetime
) -> bool:
    """Take the next answer to mark, or keep the one already held; tell whether there is one.

    It is a random one of the item marked last, then of the next item; never the marker's own, none
    they marked, none of a candidate whom they taught or declared a conflict with. Raises NotFound.
    """
    sitting = get_appointed(session, actor.user_id, raw_public_id, Duty.MARKER).sitting
    if queries.find_held(session, sitting.id, actor.user_id) is not None:
        return True
    tasks = select(MarkingTask.id).where(MarkingTask.sitting_id == sitting.id)
    session.execute(delete(Marking).where(Marking.task_id.in_(tasks), is_stale(now)))
    current = queries.last_item(session, sitting.id, actor.user_id)
    for task_id, wanted in queries.list_free(
        session, sitting.id, actor.user_id, current, taught_by
    ):
        slot = next_slot(wanted, queries.list_taken(session, task_id))
        if slot is not None and _claim(session, task_id, slot, actor, now):
            _log_key(session, actor, sitting.public_id, task_id, now)
            return True
    return False


def _claim(session: Session, task_id: int, slot: int, actor: Actor, now: datetime) -> bool:
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    made = session.scalar(
        build(Marking)
        .values(_row(task_id, slot, actor.user_id, now))
        .on_conflict_do_nothing()
        .returning(Marking.id)
    )
    return made is not None


def _row(task_id: int, slot: int, marker_id: int, now: datetime) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "task_id": task_id,
        "slot": slot,
        "marked_by": marker_id,
        "claimed_at": now,
        "expires_at": now + CLAIM,
        "steps": "[]",
        "comment": "",
        "reason": "",
    }


def _log_key(session: Session, actor: Actor, sitting: str, task_id: int, now: datetime) -> None:
    version = session.scalar(select(MarkingTask.version_id).where(MarkingTask.id == task_id))
    details = {"task": task_id, "version_id": version}
    audit.log(
        session, "marking.key_seen", sitting, actor_id=actor.user_id, now=now, details=details
    )


def give_mark(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_marking_id: str,
    given: Given,
    now: datetime,
) -> None:
    """Mark the answer that one holds.

    Raises NotFound, Conflict("marking_given" | "marking_over") and Invalid("steps") naming the
    criterion whose points it cannot give.
    """
    sitting = get_appointed(session, actor.user_id, raw_public_id, Duty.MARKER).sitting
    task, mark = hold_mark(session, sitting.id, raw_marking_id, marker_id=actor.user_id)
    if mark.given_at is not None:
        raise Conflict("marking_given")
    if task.state != TaskState.OPEN.value:
        raise Conflict("marking_over")
    answer = queries.get_answer(session, task.attempt_id, task.position, task.part)
    most = most_of_steps([each.points for each in answer.key.rubric], task.most_milli)
    fault = steps_fault(given.steps, most)
    if fault is not None:
        raise Invalid([Problem("", None, str(fault), "range", "range")], "steps")
    mark.steps = json.dumps([str(each) for each in given.steps])
    mark.comment = given.comment
    mark.points_milli = points_of(given.steps, most, task.most_milli)
    mark.given_at = now
    settle_task(session, task, sitting.settings, now)


def most_of_steps(rubric: Sequence[Decimal], most_milli: int) -> list[Decimal]:
    """Return what each step can give: the rubric's, or the whole where there is no rubric."""
    return list(rubric) or [Decimal(most_milli) / 1000]


def hold_mark(
    session: Session, sitting_id: int, raw_marking_id: str, *, marker_id: int | None
) -> tuple[MarkingTask, Marking]:
    """Hold an answer's row and return it with a mark of it that counts; `marker_id` None: anyone's.

    NotFound for a mark of another sitting or marker, and one that was taken back.
    """
    own = [Marking.marked_by == marker_id] if marker_id is not None else []
    asked = (Marking.public_id == raw_marking_id, MarkingTask.sitting_id == sitting_id, *own)
    task = session.scalar(
        select(MarkingTask)
        .join(Marking, Marking.task_id == MarkingTask.id)
        .where(*asked)
        .with_for_update(of=MarkingTask)
        .execution_options(populate_existing=True)
    )
    mark = session.scalar(
        select(Marking)
        .where(Marking.public_id == raw_marking_id, is_live())
        .execution_options(populate_existing=True)
    )
    if task is None or mark is None:
        raise NotFound("marking")
    return task, mark


def settle_task(
    session: Session, task: MarkingTask, settings: SittingSettings, now: datetime
) -> None:
    """Let the marks that an answer has decide its points, or how many more it wants."""
    session.flush()  # the marks are read anew
    decided = settle(queries.list_given(session, task.id), task.base, settings.tolerance_milli)
    task.wanted = decided.wanted
    task.points_milli = decided.points_milli
    task.settled_at = None if decided.points_milli is None else now
    is_open = decided.points_milli is None
    task.state = (TaskState.OPEN if is_open else TaskState.SETTLED).value


def undo_mark(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Take one's last mark back within minutes, and hold its answer again with the same steps.

    Raises NotFound; Conflict("undo_none" | "undo_late"): it is too long ago, the points are in the
    score, or a third person was asked meanwhile.
    """
    sitting = get_appointed(session, actor.user_id, raw_public_id, Duty.MARKER).sitting
    last = queries.find_last_given(session, sitting.id, actor.user_id)
    if last is None:
        raise Conflict("undo_none")
    task, mark = hold_mark(session, sitting.id, last.public_id, marker_id=actor.user_id)
    is_asked = ADJUDICATION in queries.list_taken(session, task.id) - {mark.slot}
    is_late = mark.given_at is None or mark.given_at < now - UNDO
    if is_late or task.ended_at is not None or is_asked:
        raise Conflict("undo_late")
    session.execute(delete(Marking).where(*_unfinished(sitting.id, actor.user_id)))
    take_back(mark, actor.user_id, "undo", now)
    session.flush()  # the slot is free for the row that follows
    again = _row(task.id, mark.slot, actor.user_id, now)
    session.add(Marking(**again | {"steps": mark.steps, "comment": mark.comment}))
    settle_task(session, task, sitting.settings, now)
    details = {"task": task.id, "marking": mark.public_id}
    audit.log(
        session,
        "marking.undone",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )


def take_back(mark: Marking, actor_id: int, reason: str, now: datetime) -> None:
    """Let a mark count no more; it stays as it was given."""
    mark.taken_back_at = now
    mark.taken_back_by = actor_id
    mark.reason = reason


def _unfinished(sitting_id: int, marker_id: int) -> tuple[Any, ...]:
    tasks = select(MarkingTask.id).where(MarkingTask.sitting_id == sitting_id)
    return (
        Marking.task_id.in_(tasks),
        Marking.marked_by == marker_id,
        Marking.given_at.is_(None),
        is_live(),
    )


def step_aside(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_marking_id: str,
    reason: str,
    now: datetime,
) -> None:
    """Declare a conflict with whoever wrote the answer that one holds, without learning who it is.

    None of that candidate's answers is handed to the marker again. Raises NotFound,
    Conflict("marking_given").
    """
    sitting = get_appointed(session, actor.user_id, raw_public_id, Duty.MARKER).sitting
    task, mark = hold_mark(session, sitting.id, raw_marking_id, marker_id=actor.user_id)
    if mark.given_at is not None:
        raise Conflict("marking_given")
    session.delete(mark)
    candidate = session.scalar(select(Attempt.user_id).where(Attempt.id == task.attempt_id))
    if candidate is None:
        raise NotFound("attempt")
    declare(session, actor.user_id, candidate, declared_by=actor.user_id, reason=reason, now=now)
    audit.log(
        session,
        "marking.stepped_aside",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"task": task.id},
    )


def declare(
    session: Session,
    judge_id: int,
    candidate_id: int,
    *,
    declared_by: int,
    reason: str,
    now: datetime,
) -> bool:
    """Write down that somebody may not judge a candidate; tell whether it is new."""
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    made = session.scalar(
        build(DeclaredConflict)
        .values(
            not_judged_by=judge_id,
            user_id=candidate_id,
            reason=reason,
            declared_by=declared_by,
            declared_at=now,
        )
        .on_conflict_do_nothing()
        .returning(DeclaredConflict.id)
    )
    return made is not None
