"""From scores to answers that people mark, and from their marks to scores.

An answer to be marked is found from the attempt's current score, whatever told of it; points go
into the score only when the examiner ends the marking, one attempt a transaction.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.queries import (
    AttemptView,
    ScoreView,
    find_score,
    get_attempt_by_id,
    list_documents,
)
from learning.attempts.rules import Mark, most_of, pending_parts
from learning.attempts.services import add_marks
from learning.exams.events import MARKED
from learning.exams.models import Marking, MarkingTask
from learning.exams.queries import get_managed
from learning.exams.queries import marking as queries
from learning.exams.queries.marking import MarkedSitting, is_live
from learning.exams.rules import ADJUDICATION, FIRST, SECOND, TaskState
from learning.exams.services.marking import (
    declare,
    hold_mark,
    settle_task,
    take_back,
)
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.events import Event
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.question_bank.rules import ItemKind
from learning.question_bank.scoring import Outcome

NO_MORE = {Outcome.EXCLUDED.value, Outcome.GRANTED.value}


def find_answers(session: Session, event: Event, now: datetime) -> None:
    """Write down which answers of a scored attempt people mark, and withdraw those that are not.

    What is found is how the attempt is scored now: any order of events, any repetition. Attempts at
    nothing that people mark are passed by.
    """
    told = event.payload
    sitting = queries.find_marked(session, told["assessment_id"])
    if sitting is None:
        return
    attempt_id = session.scalars(
        select(Attempt.id).where(Attempt.public_id == told["attempt"])
    ).one()
    attempt, score = get_attempt_by_id(session, attempt_id), find_score(session, attempt_id)
    wanted = {} if score is None or attempt.voided_at else dict(_wanted(session, attempt, score))
    _write(session, sitting, attempt, wanted)
    _withdraw(session, sitting, attempt_id, wanted, now)


def _wanted(
    session: Session, attempt: AttemptView, score: ScoreView
) -> Iterator[tuple[tuple[int, int], int]]:
    """Give (position, part) and the most thousandths of each answer that a person marks."""
    if score.is_total:
        return
    places = attempt.form.positions
    documents, answers = list_documents(session, places), json.loads(score.answers)
    for number, row in enumerate(json.loads(score.items), 1):
        document, worth, raw = documents[number - 1], places[number - 1].points_milli, None
        raw = answers[number - 1][4]
        if row[2] in NO_MORE or raw is None:
            continue
        if document.kind is ItemKind.CASE:
            for part in sorted(pending_parts(document, json.loads(raw))):
                yield (number, part), most_of(document, worth, part) or 0
        elif row[2] == Outcome.PENDING or number in score.marks:
            yield (number, 0), worth


def _write(
    session: Session,
    sitting: MarkedSitting,
    attempt: AttemptView,
    wanted: dict[tuple[int, int], int],
) -> None:
    if not wanted:
        return
    places, base = attempt.form.positions, SECOND if sitting.settings.double_marking else FIRST
    rows = [
        {
            "sitting_id": sitting.id,
            "attempt_id": attempt.id,
            "position": position,
            "part": part,
            "version_id": places[position - 1].version_id,
            "most_milli": most,
            "shuffle": secrets.randbelow(2**31),
            "base": base,
            "wanted": base,
            "state": TaskState.OPEN.value,
        }
        for (position, part), most in wanted.items()
    ]
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(build(MarkingTask).values(rows).on_conflict_do_nothing())


def _withdraw(
    session: Session,
    sitting: MarkedSitting,
    attempt_id: int,
    wanted: dict[tuple[int, int], int],
    now: datetime,
) -> None:
    """Withdraw answers that are no longer wanted, and open again those that are after all."""
    tasks = session.scalars(
        select(MarkingTask).where(MarkingTask.attempt_id == attempt_id).with_for_update()
    )
    for task in tasks:
        is_wanted = (task.position, task.part) in wanted
        if not is_wanted:
            task.state = TaskState.WITHDRAWN.value
        elif task.state == TaskState.WITHDRAWN.value:
            settle_task(session, task, sitting.settings, now)


def reopen_mark(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_marking_id: str,
    reason: str,
    now: datetime,
) -> None:
    """Have an answer marked anew; the mark stays as it was given, and counts no more.

    A third person's mark goes with one of the two that it decided between. The score stays until
    the marking is ended again. Raises NotFound, Conflict("marking_not_given" | "marking_over").
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    task, mark = hold_mark(session, sitting.id, raw_marking_id, marker_id=None)
    if mark.given_at is None:
        raise Conflict("marking_not_given")
    if task.state == TaskState.WITHDRAWN.value:
        raise Conflict("marking_over")
    take_back(mark, actor.user_id, reason, now)
    third = session.scalar(
        select(Marking).where(Marking.task_id == task.id, Marking.slot == ADJUDICATION, is_live())
    )
    if third is not None and third is not mark:
        _drop(session, third, actor, reason, now)
    task.ended_at = None
    settle_task(session, task, sitting.settings, now)
    details = {"task": task.id, "marking": mark.public_id, "reason": reason}
    audit.log(
        session,
        "marking.reopened",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )


def _drop(session: Session, mark: Marking, actor: Actor, reason: str, now: datetime) -> None:
    if mark.given_at is None:
        session.delete(mark)
    else:
        take_back(mark, actor.user_id, reason, now)


def end_marking(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> int:
    """Let the marks go into the scores; return of how many attempts.

    Answers that come later, and marks that are reopened, want another end. Raises NotFound,
    Conflict("marking_unfinished", left) while an answer lacks a mark.
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    here = MarkingTask.sitting_id == sitting.id
    left = session.scalar(
        select(func.count())
        .select_from(MarkingTask)
        .where(here, MarkingTask.state == TaskState.OPEN.value)
    )
    if left:
        raise Conflict("marking_unfinished", left=left)
    ended = session.scalars(
        update(MarkingTask)
        .where(here, MarkingTask.state == TaskState.SETTLED.value, MarkingTask.ended_at.is_(None))
        .values(ended_at=now)
        .returning(MarkingTask.attempt_id)
        .execution_options(synchronize_session=False)
    ).all()
    attempts, act = sorted(set(ended)), new_public_id()
    payloads: list[dict[str, Any]] = [
        {"sitting": sitting.public_id, "attempt_id": each, "act": act, "actor_id": actor.user_id}
        for each in attempts
    ]
    events.record_many(session, MARKED, payloads, now)
    audit.log(
        session,
        "marking.ended",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"act": act, "attempts": len(attempts)},
    )
    return len(attempts)


def score_marked(session: Session, event: Event, now: datetime) -> None:
    """Give an attempt the score version that its marks make; the same event again changes nothing.

    A void attempt stays as it is, and so does an answer that a ruling took out meanwhile.
    """
    told = event.payload
    marks = _marks_of(session, told["attempt_id"])
    act = {"cause_id": told["act"], "made_by": told["actor_id"], "now": now}
    try:
        if marks:
            add_marks(session, told["attempt_id"], marks, cause="marked", **act)
    except Invalid as error:
        unfit = {int(problem.place) for problem in error.problems}
        fit = {position: mark for position, mark in marks.items() if position not in unfit}
        if fit:
            add_marks(session, told["attempt_id"], fit, cause="marked", **act)
    except Conflict as conflict:
        if conflict.code != "voided":
            raise


def _marks_of(session: Session, attempt_id: int) -> dict[int, Mark]:
    rows = session.execute(
        select(MarkingTask.position, MarkingTask.part, MarkingTask.points_milli)
        .where(
            MarkingTask.attempt_id == attempt_id,
            MarkingTask.state == TaskState.SETTLED.value,
            MarkingTask.ended_at.is_not(None),
        )
        .order_by(MarkingTask.position, MarkingTask.part)
    )
    marks: dict[int, Mark] = {}
    for position, part, points in rows:
        mark = Mark(parts=((part, points or 0),)) if part else Mark(points or 0)
        marks[position] = marks[position].merged(mark) if position in marks else mark
    return marks


def declare_conflict(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    judge_id: int,
    candidate_id: int,
    reason: str,
    now: datetime,
) -> bool:
    """Write down that a marker may not mark a candidate; tell whether it is new. Raises NotFound.

    Marks given before stay; what the marker holds of the candidate now is taken from them.
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    is_new = declare(
        session, judge_id, candidate_id, declared_by=actor.user_id, reason=reason, now=now
    )
    held = session.scalars(
        select(Marking)
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .join(Attempt, Attempt.id == MarkingTask.attempt_id)
        .where(
            Marking.marked_by == judge_id,
            Marking.given_at.is_(None),
            Attempt.user_id == candidate_id,
        )
    )
    for mark in held:
        session.delete(mark)
    audit.log(
        session,
        "marking.conflict_declared",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"judge_id": judge_id, "candidate_id": candidate_id, "reason": reason},
    )
    return is_new
