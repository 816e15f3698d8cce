"""What is to be marked at a sitting, what is free for whom, and what was given.

Nothing here says whose an answer is. Rubrics and model answers are keys: `get_answer` is for the
person who holds the answer, and whoever calls it writes that into the audit.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import find_score, get_attempt_by_id, list_items, list_rulings
from learning.attempts.rules import AttemptRules, ByHand
from learning.exams.models import DeclaredConflict, Marking, MarkingTask, Sitting
from learning.exams.rules import SittingSettings, TaskState
from learning.kernel.errors import NotFound
from learning.organisations.queries.merging import merged_into
from learning.question_bank.rules import AnswerKey, ItemDocument

TaughtBy = Callable[[InstrumentedAttribute[int], Collection[int]], ColumnElement[bool]]
"""Takes the column of a person and row ids; returns the condition that one of them taught them."""
CHOICE = 20
"""Of how many answers a marker tries to take one: more than markers who click at once."""


@dataclass(frozen=True, slots=True)
class MarkedSitting:
    """A sitting of which people mark a part."""

    id: int
    settings: SittingSettings


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that somebody holds to mark it; `steps` are those of a mark taken back."""

    marking: str
    task_id: int
    slot: int
    steps: tuple[str, ...]
    comment: str
    attempt_id: int
    position: int
    part: int
    most_milli: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a marker sees: what was asked and answered, and the key. `stimulus` is of a case."""

    stimulus: ItemDocument | None
    document: ItemDocument
    key: AnswerKey
    text: str
    version_id: int


def find_marked(session: Session, assessment_id: int) -> MarkedSitting | None:
    """Return the sitting of an assessment if people mark a part of it."""
    row = session.execute(
        select(Sitting.id, Sitting.settings, Assessment.rules)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(Sitting.assessment_id == assessment_id)
    ).one_or_none()
    if row is None or AttemptRules.from_json(row.rules).by_hand is not ByHand.MARKED:
        return None
    return MarkedSitting(row.id, SittingSettings.from_json(row.settings))


def is_live() -> ColumnElement[bool]:
    """Return the condition on marks that count: not taken back."""
    return Marking.taken_back_at.is_(None)


def find_held(session: Session, sitting_id: int, marker_id: int) -> Held | None:
    """Return the answer that a marker holds now at a sitting."""
    row = session.execute(
        select(
            Marking.public_id,
            Marking.task_id,
            Marking.slot,
            Marking.steps,
            Marking.comment,
            MarkingTask.attempt_id,
            MarkingTask.position,
            MarkingTask.part,
            MarkingTask.most_milli,
            Marking.expires_at,
        )
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .where(
            MarkingTask.sitting_id == sitting_id,
            MarkingTask.state == TaskState.OPEN.value,
            Marking.marked_by == marker_id,
            Marking.given_at.is_(None),
            is_live(),
        )
        .order_by(Marking.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    marking, task_id, slot, steps, *rest = row
    return Held(marking, task_id, slot, tuple(json.loads(steps)), *rest)


def get_answer(session: Session, attempt_id: int, position: int, part: int) -> Answer:
    """Return what was asked and answered at a place of an attempt, with the key that holds."""
    attempt = get_attempt_by_id(session, attempt_id)
    score = find_score(session, attempt_id)
    if score is None:
        raise NotFound("answer")
    place = attempt.form.positions[position - 1]
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    [item] = list_items(session, [place], rulings)
    raw = json.loads(score.answers)[position - 1][4]
    response = json.loads(raw) if raw is not None else None
    if not part:
        return Answer(None, item.document, item.key, str(response or ""), place.version_id)
    return Answer(
        item.document,
        item.document.parts[part - 1],
        item.key.parts[part - 1],
        str(response[part - 1] if isinstance(response, list) else ""),
        place.version_id,
    )


def list_free(
    session: Session,
    sitting_id: int,
    marker_id: int,
    current: tuple[int, int],
    taught_by: TaughtBy,
) -> Sequence[Any]:
    """Return answers that a marker may take, the current item's first: rows of id and wanted.

    `current` is the item (version, part) marked last.
    """
    same = and_(MarkingTask.version_id == current[0], MarkingTask.part == current[1])
    return session.execute(
        _free(
            sitting_id,
            _selves_of(session, marker_id),
            taught_by,
            MarkingTask.id,
            MarkingTask.wanted,
        )
        .order_by(same.desc(), MarkingTask.version_id, MarkingTask.part, MarkingTask.shuffle)
        .limit(CHOICE)
    ).all()


def count_free(session: Session, sitting_id: int, marker_id: int, taught_by: TaughtBy) -> int:
    """Return how many answers a marker may take now."""
    selves = _selves_of(session, marker_id)
    return session.scalar(_free(sitting_id, selves, taught_by, func.count())) or 0


def _selves_of(session: Session, marker_id: int) -> list[int]:
    return [marker_id, *session.scalars(merged_into(marker_id))]


def _free(
    sitting_id: int, selves: Collection[int], taught_by: TaughtBy, *columns: Any
) -> Select[Any]:
    """Return the query of what a marker, of all whose records are these, may take.

    Twin: `rules.may_mark`.
    """
    live = select(func.count()).select_from(Marking).where(Marking.task_id == MarkingTask.id)
    taken = live.where(is_live()).correlate(MarkingTask).scalar_subquery()
    mine = exists().where(
        Marking.task_id == MarkingTask.id,
        Marking.marked_by.in_(selves),
        is_live(),
    )
    conflict = exists().where(
        DeclaredConflict.not_judged_by.in_(selves),
        DeclaredConflict.user_id == Attempt.user_id,
    )
    return (
        select(*columns)
        .select_from(MarkingTask)
        .join(Attempt, Attempt.id == MarkingTask.attempt_id)
        .where(
            MarkingTask.sitting_id == sitting_id,
            MarkingTask.state == TaskState.OPEN.value,
            Attempt.user_id.not_in(selves),
            taken < MarkingTask.wanted,
            ~mine,
            ~conflict,
            ~taught_by(Attempt.user_id, selves),
        )
    )


def list_taken(session: Session, task_id: int) -> set[int]:
    """Return the slots of an answer in which a mark was given or is being given."""
    return set(session.scalars(select(Marking.slot).where(Marking.task_id == task_id, is_live())))


def list_given(session: Session, task_id: int) -> dict[int, int]:
    """Return the marks given to an answer that count, by slot, in thousandths."""
    rows = session.execute(
        select(Marking.slot, Marking.points_milli).where(
            Marking.task_id == task_id, is_live(), Marking.given_at.is_not(None)
        )
    )
    return {slot: int(points or 0) for slot, points in rows}


def last_item(session: Session, sitting_id: int, marker_id: int) -> tuple[int, int]:
    """Return the item (version, part) that a marker marked last, (0, 0) before the first."""
    row = session.execute(
        _own_given(sitting_id, marker_id)
        .with_only_columns(MarkingTask.version_id, MarkingTask.part)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else (0, 0)


def find_last_given(session: Session, sitting_id: int, marker_id: int) -> Marking | None:
    """Return the mark that a marker gave last at a sitting."""
    return session.scalars(_own_given(sitting_id, marker_id).limit(1)).first()


def count_own(session: Session, sitting_id: int, marker_id: int) -> int:
    """Return how many marks of a marker count at a sitting."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Marking)
            .join(MarkingTask, MarkingTask.id == Marking.task_id)
            .where(
                MarkingTask.sitting_id == sitting_id,
                Marking.marked_by == marker_id,
                Marking.given_at.is_not(None),
                is_live(),
            )
        )
        or 0
    )


def _own_given(sitting_id: int, marker_id: int) -> Select[Marking]:
    return (
        select(Marking)
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .where(
            MarkingTask.sitting_id == sitting_id,
            Marking.marked_by == marker_id,
            Marking.given_at.is_not(None),
            is_live(),
        )
        .order_by(Marking.given_at.desc(), Marking.id.desc())
    )


def is_stale(now: datetime) -> ColumnElement[bool]:
    """Return the condition on answers that were taken, not marked, and may go to others."""
    return and_(Marking.given_at.is_(None), is_live(), Marking.expires_at < now)
