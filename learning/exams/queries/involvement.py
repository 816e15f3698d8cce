"""Who had a part in what an appeal is about, and therefore may not decide on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from learning.attempts.models import AttemptAct, ScoreRow
from learning.exams.models import (
    Admission,
    AnswerSheet,
    DeclaredConflict,
    Marking,
    MarkingTask,
    SheetKeying,
    SittingApplication,
    SittingIncident,
)
from learning.exams.queries.appeals import AppealView
from learning.exams.rules import AppealKind, Involved
from learning.organisations.queries.merging import merged_into
from learning.question_bank.queries import list_reviewers, list_writers

Teachers = Callable[[Session, Sequence[int]], Mapping[int, frozenset[int]]]
"""Takes row ids of people; returns the row ids of who taught each, by the person's."""


def selves_of(session: Session, user_id: int) -> frozenset[int]:
    """Return a person's record and those that were merged into it."""
    return frozenset({user_id, *session.scalars(merged_into(user_id))})


def get_involved(session: Session, appeal: AppealView, teachers: Teachers) -> Involved:
    """Return who had a part in what an appeal is about."""
    conflicts = frozenset(
        session.scalars(
            select(DeclaredConflict.not_judged_by).where(DeclaredConflict.user_id == appeal.user_id)
        )
    )
    writers = reviewers = frozenset[int]()
    if appeal.version_id is not None:
        writers = list_writers(session, appeal.version_id)
        reviewers = list_reviewers(session, appeal.version_id)
    return Involved(
        appellant=appeal.user_id,
        writers=writers,
        reviewers=reviewers,
        markers=_markers(session, appeal.attempt_id),
        deciders=_deciders(session, appeal),
        conflicts=conflicts,
        trainers=teachers(session, [appeal.user_id]).get(appeal.user_id, frozenset()),
    )


def _markers(session: Session, attempt_id: int | None) -> frozenset[int]:
    """Return who marked an attempt, also with marks that were taken back, or keyed its sheet."""
    marked = (
        select(Marking.marked_by)
        .join(MarkingTask, MarkingTask.id == Marking.task_id)
        .where(MarkingTask.attempt_id == attempt_id)
    )
    keyed = (
        select(SheetKeying.keyed_by)
        .join(AnswerSheet, AnswerSheet.id == SheetKeying.sheet_id)
        .where(AnswerSheet.attempt_id == attempt_id)
    )
    return frozenset(session.scalars(marked.union(keyed)))


def _deciders(session: Session, appeal: AppealView) -> frozenset[int]:
    """Return who decided what is complained of: refused, noted, voided, or changed the score."""
    queries: dict[AppealKind, tuple[Select[Any], ...]] = {
        AppealKind.APPLICATION: (
            select(SittingApplication.decided_by).where(
                SittingApplication.sitting_id == appeal.sitting_id,
                SittingApplication.user_id == appeal.user_id,
            ),
        ),
        AppealKind.ENTRY: (
            select(Admission.presence_by).where(
                Admission.sitting_id == appeal.sitting_id, Admission.user_id == appeal.user_id
            ),
        ),
        AppealKind.INCIDENT: (
            select(SittingIncident.noted_by).where(SittingIncident.id == appeal.incident_id),
        ),
        AppealKind.VOID: (_acted(appeal),),
        AppealKind.RESULT: (_acted(appeal), _scored(appeal)),
        AppealKind.ITEM: (_scored(appeal),),
    }
    found = {who for query in queries.get(appeal.kind, ()) for who in session.scalars(query)}
    return frozenset(found - {None})


def _acted(appeal: AppealView) -> Select[Any]:
    return select(AttemptAct.made_by).where(
        AttemptAct.attempt_id == appeal.attempt_id, AttemptAct.kind.in_(["void", "force"])
    )


def _scored(appeal: AppealView) -> Select[Any]:
    """Return who changed the score by a ruling or a correction, as its version says."""
    return select(ScoreRow.made_by).where(
        ScoreRow.attempt_id == appeal.attempt_id, ScoreRow.cause.in_(["regraded", "corrected"])
    )
