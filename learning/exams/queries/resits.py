"""What people did in the series of a resit: one read a chunk of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Assessment, Attempt
from learning.exams.models import Admission, ResultRow, Sitting, SittingAppeal, SittingIncident
from learning.exams.queries.people import in_chunks
from learning.exams.queries.views import SittingView
from learning.exams.rules import (
    VIOLATIONS,
    AppealState,
    History,
    ResitRefusal,
    SittingSettings,
    Standing,
    State,
    resit_refusal,
)

MAX_EARLIER = 200


@dataclass(frozen=True, slots=True)
class Resit:
    """A sitting that is a resit: its row id, the first of its series, when it opens, its rules."""

    sitting_id: int
    first_id: int
    opens_at: datetime
    settings: SittingSettings


@dataclass(frozen=True, slots=True)
class Leave:
    """An examiner's leave to resit; `at` None where there is none."""

    reason: str
    at: datetime | None


def resit_of(sitting: SittingView) -> Resit | None:
    """Return what a sitting is a resit of, None where it is none."""
    if sitting.resit_of_id is None:
        return None
    return Resit(sitting.id, sitting.resit_of_id, sitting.opens_at, sitting.settings)


def resit_refusals(
    session: Session, resit: Resit | None, user_ids: Iterable[int], when: datetime
) -> dict[int, ResitRefusal]:
    """Return who may not begin the resit at the instant, and why; nobody where it is no resit."""
    if resit is None:
        return {}
    found: dict[int, ResitRefusal] = {}
    for chunk in in_chunks(user_ids):
        histories = _histories(session, resit, chunk)
        for user_id in chunk:
            history = histories.get(user_id, History())
            refusal = resit_refusal(resit.settings, history, when)
            if refusal is not None:
                found[user_id] = refusal
    return found


def find_resit_refusal(
    session: Session, resit: Resit | None, user_id: int, when: datetime
) -> ResitRefusal | None:
    """Return why one person may not begin the resit at the instant, or None."""
    return resit_refusals(session, resit, [user_id], when).get(user_id)


def violation_stands() -> list[ColumnElement[bool]]:
    """Return the conditions on incidents that are violations and were not set aside on appeal."""
    upheld = exists().where(
        SittingAppeal.incident_id == SittingIncident.id,
        SittingAppeal.state == AppealState.UPHELD.value,
    )
    return [SittingIncident.reason.in_([reason.value for reason in VIOLATIONS]), ~upheld]


def _histories(session: Session, resit: Resit, user_ids: Sequence[int]) -> dict[int, History]:
    violated = (
        select(func.max(SittingIncident.noted_at))
        .where(
            SittingIncident.sitting_id == Sitting.id,
            SittingIncident.user_id == Admission.user_id,
            *violation_stands(),
        )
        .correlate(Sitting, Admission)
        .scalar_subquery()
    )
    own = and_(
        Attempt.assessment_id == Sitting.assessment_id,
        Attempt.user_id == Admission.user_id,
        Attempt.voided_at.is_(None),
    )
    result = and_(ResultRow.sitting_id == Sitting.id, ResultRow.user_id == Admission.user_id)
    rows = session.execute(
        select(
            Admission.user_id,
            Sitting.id.label("sitting_id"),
            Sitting.title,
            Sitting.state,
            Sitting.closed_at,
            Sitting.results_due_at,
            Assessment.opens_at,
            Admission.resit_allowed_at.label("allowed_at"),
            ResultRow.passed,
            violated.label("violated_at"),
            Attempt.started_at,
            Attempt.finished_at,
        )
        .join(Sitting, Sitting.id == Admission.sitting_id)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .outerjoin(ResultRow, result)
        .outerjoin(Attempt, own)
        .where(
            Admission.user_id.in_(user_ids),
            or_(Sitting.id == resit.first_id, Sitting.resit_of_id == resit.first_id),
            Sitting.state != State.DRAFT.value,
        )
        .order_by(Admission.user_id, Assessment.opens_at, Sitting.id, Attempt.number)
    )
    return {
        user_id: _history(resit, list(told)) for user_id, told in groupby(rows, lambda row: row[0])
    }


def _history(resit: Resit, rows: Sequence[Any]) -> History:
    """Fold a person's rows, one an attempt, by sitting; what was cancelled is no examination."""
    held = [row for row in rows if row.closed_at is None or row.closed_at > row.opens_at]
    earlier = [
        row for row in held if row.sitting_id != resit.sitting_id and row.opens_at < resit.opens_at
    ]
    return History(
        standings=tuple(
            _standing(list(told)) for _, told in groupby(earlier, lambda row: row.sitting_id)
        ),
        begun=tuple(row.started_at for row in held if row.started_at is not None),
        last_ended=max((row.finished_at for row in earlier if row.finished_at), default=None),
    )


def _standing(rows: Sequence[Any]) -> Standing:
    row = rows[0]
    return Standing(
        title=row.title,
        # Who is refused a resit learns that they passed: not before the scores are told.
        is_over=State(row.state) is State.CLOSED and row.results_due_at is None,
        passed=row.passed,
        has_begun=any(each.started_at is not None for each in rows),
        allowed_at=row.allowed_at,
        violated_at=row.violated_at,
    )


def list_earlier(session: Session, sitting: SittingView) -> list[tuple[str, str]]:
    """Return (public id, title) of what a sitting may be a resit of: the first of each series.

    They are the organiser's and open before it; the newest first.
    """
    rows = session.execute(
        select(Sitting.public_id, Sitting.title)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(
            Sitting.organiser_id == sitting.organiser_id,
            Sitting.id != sitting.id,
            Sitting.resit_of_id.is_(None),
            Assessment.opens_at < sitting.opens_at,
        )
        .order_by(Assessment.opens_at.desc(), Sitting.id.desc())
        .limit(MAX_EARLIER)
    )
    return [(public_id, title) for public_id, title in rows]


def find_leave(session: Session, sitting_id: int, person: str) -> Leave:
    """Return the leave to resit that a candidate (public id) of a sitting has."""
    row = session.execute(
        select(Admission.resit_reason, Admission.resit_allowed_at)
        .join(User, User.id == Admission.user_id)
        .where(Admission.sitting_id == sitting_id, User.public_id == person)
    ).one_or_none()
    return Leave("", None) if row is None else Leave(row[0], row[1])
