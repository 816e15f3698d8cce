"""Results: whose an attempt's is, the examiner's table, what other domains read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Assessment, Attempt
from learning.attempts.rules import AttemptRules, ByHand, Counts
from learning.exams.models import Admission, ResultRow, Sitting, SittingIncident
from learning.exams.queries.resits import violation_stands
from learning.exams.queries.views import SittingView, list_held_back
from learning.exams.rules import (
    IncidentReason,
    Outcome,
    RowState,
    State,
    Tries,
    counts_absent,
    row_state,
)

SORTS = ("name", "-name", "points", "-points")


class Shown(StrEnum):
    """Which rows of the table are asked for."""

    ALL = "all"
    PASSED = "passed"
    FAILED = "failed"
    OTHER = "other"  # without a result: absent, not begun, not handed in
    NOTED = "noted"  # of whom an invigilator noted a violation


@dataclass(frozen=True, slots=True)
class SittingResult:
    """A person's recorded result at a sitting; points in thousandths."""

    user_id: int
    sitting_public_id: str
    sitting_title: str
    points_milli: int
    max_milli: int
    passed: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Participation:
    """At which sitting a person's attempts count, and the result held so far."""

    sitting_id: int
    sitting_public_id: str
    cut_score_milli: int
    counts: Counts
    waits_for_marks: bool
    result_id: int | None
    held: Outcome | None
    held_attempt: str | None


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A candidate in the examiner's table; points None without a result."""

    person: str
    name: str
    unit_name: str
    staff_no: str
    state: RowState
    used: int
    points_milli: int | None
    decided_at: datetime | None
    violations: tuple[IncidentReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How a sitting went; `begun` counts people with at least one attempt.

    `noted` are those of whom a violation was noted, `noted_passed` those of them who hold a pass:
    what an invigilator saw voids nothing by itself, a person has to decide.
    """

    admitted: int
    begun: int
    passed: int
    failed: int
    noted: int = 0
    noted_passed: int = 0

    @property
    def unbegun(self) -> int:
        """Return how many have not begun: absent once the window is over."""
        return self.admitted - self.begun


def find_participation(session: Session, assessment_id: int, user_id: int) -> Participation | None:
    """Return at which sitting a person's attempts at an assessment count, None when at none.

    The admission's row is held, so that two events of one person are taken one after the other;
    what they decide on is read in later statements, which see what the holder before wrote.
    """
    row = session.execute(
        select(
            Sitting.id,
            Sitting.public_id,
            Sitting.cut_score_milli,
            Assessment.rules,
        )
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .join(Admission, Admission.sitting_id == Sitting.id)
        .where(Sitting.assessment_id == assessment_id, Admission.user_id == user_id)
        .with_for_update(of=Admission)
    ).one_or_none()
    if row is None:
        return None
    held = session.execute(
        select(
            ResultRow.id,
            ResultRow.attempt_number,
            ResultRow.points_milli,
            ResultRow.max_milli,
            ResultRow.passed,
            Attempt.public_id,
        )
        .join(Attempt, Attempt.id == ResultRow.attempt_id)
        .where(ResultRow.sitting_id == row.id, ResultRow.user_id == user_id)
    ).one_or_none()
    rules = AttemptRules.from_json(row.rules)
    return Participation(
        sitting_id=row.id,
        sitting_public_id=row.public_id,
        cut_score_milli=row.cut_score_milli,
        counts=rules.counts,
        waits_for_marks=rules.by_hand is ByHand.MARKED,
        result_id=held.id if held else None,
        held=Outcome(*held[1:5]) if held else None,
        held_attempt=held.public_id if held else None,
    )


def list_results_of(
    session: Session, user_ids: Sequence[int], now: datetime
) -> list[SittingResult]:
    """Return the recorded results of some people (at most 500), newest first.

    For those who answer for them (HR), who learn none before its candidate may.
    """
    rows = session.execute(
        select(
            ResultRow.user_id,
            Sitting.public_id,
            Sitting.title,
            ResultRow.points_milli,
            ResultRow.max_milli,
            ResultRow.passed,
            ResultRow.decided_at,
        )
        .join(Sitting, Sitting.id == ResultRow.sitting_id)
        .where(
            ResultRow.user_id.in_(user_ids),
            ResultRow.sitting_id.not_in(list_held_back(session, now)),
        )
        .order_by(ResultRow.decided_at.desc(), ResultRow.id.desc())
    )
    return [SittingResult(*row) for row in rows]


def count_results(session: Session, sitting: SittingView) -> Tally:
    """Return how the sitting went, in one statement."""
    begun, noted = _begun(sitting), _violated()
    row = session.execute(
        select(
            func.count(Admission.id),
            func.count(Admission.id).filter(begun),
            func.count(ResultRow.id).filter(ResultRow.passed),
            func.count(ResultRow.id).filter(~ResultRow.passed),
            func.count(Admission.id).filter(noted),
            func.count(ResultRow.id).filter(ResultRow.passed, noted),
        )
        .select_from(Admission)
        .outerjoin(ResultRow, _same_person())
        .where(Admission.sitting_id == sitting.id)
    ).one()
    return Tally(*row)


def list_candidates(
    session: Session,
    sitting: SittingView,
    now: datetime,
    *,
    sort: str = "name",
    shown: Shown = Shown.ALL,
    offset: int = 0,
    limit: int = 50,
) -> list[CandidateLine]:
    """Return a page of the sitting's candidates; by points, those without come last."""
    rows = session.execute(
        _line_query(sitting, shown).order_by(*_order(sort)).offset(offset).limit(limit)
    ).all()
    tries = _tries_of(session, sitting, [row.user_id for row in rows])
    noted = _violations_of(session, sitting.id, [row.user_id for row in rows])
    phase = sitting.phase(now)
    lines = [
        _line(row, tries.get(row.user_id, Tries()), phase, noted.get(row.user_id, ()))
        for row in rows
    ]
    return [_waiting(line) for line in lines] if sitting.rules.marked else lines


def _waiting(line: CandidateLine) -> CandidateLine:
    """Return a line of a sitting that people mark: handed in without a result waits for them."""
    waits = line.state is RowState.SUBMITTED
    return replace(line, state=RowState.MARKING) if waits else line


def _line(
    row: Any, tries: Tries, phase: Any, violations: tuple[IncidentReason, ...]
) -> CandidateLine:
    return CandidateLine(
        person=row.person,
        name=row.candidate_name,
        unit_name=row.unit_name,
        staff_no=row.staff_no,
        state=row_state(phase, tries, passed=row.passed),
        used=tries.used,
        points_milli=row.points_milli,
        decided_at=row.decided_at,
        violations=violations,
    )


def count_candidates(tally: Tally, shown: Shown) -> int:
    """Return how many rows `list_candidates` would give without pages."""
    return {
        Shown.ALL: tally.admitted,
        Shown.PASSED: tally.passed,
        Shown.FAILED: tally.failed,
        Shown.OTHER: tally.admitted - tally.passed - tally.failed,
        Shown.NOTED: tally.noted,
    }[shown]


def count_absent(tally: Tally, sitting: SittingView, now: datetime) -> int | None:
    """Return how many were absent, None while they can still come."""
    return tally.unbegun if counts_absent(sitting.phase(now)) else None


def list_due(session: Session, before: datetime, limit: int) -> list[int]:
    """Return the ids of open sittings whose window ended before the instant."""
    return list(
        session.scalars(
            select(Sitting.id)
            .join(Assessment, Assessment.id == Sitting.assessment_id)
            .where(Sitting.state == State.OPEN.value, Assessment.closes_at < before)
            .order_by(Assessment.closes_at, Sitting.id)
            .limit(limit)
        )
    )


def has_attempts(session: Session, assessment_id: int) -> bool:
    """Tell whether anybody has begun."""
    first = select(Attempt.id).where(Attempt.assessment_id == assessment_id).limit(1)
    return session.scalar(first) is not None


def _begun(sitting: SittingView) -> ColumnElement[bool]:
    return exists().where(
        Attempt.assessment_id == sitting.assessment_id, Attempt.user_id == Admission.user_id
    )


def _violated() -> ColumnElement[bool]:
    return exists().where(
        SittingIncident.sitting_id == Admission.sitting_id,
        SittingIncident.user_id == Admission.user_id,
        *violation_stands(),
    )


def _same_person() -> ColumnElement[bool]:
    return and_(
        ResultRow.sitting_id == Admission.sitting_id, ResultRow.user_id == Admission.user_id
    )


def _line_query(sitting: SittingView, shown: Shown) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            Admission.user_id,
            User.public_id.label("person"),
            Admission.candidate_name,
            Admission.unit_name,
            Admission.staff_no,
            ResultRow.passed,
            ResultRow.points_milli,
            ResultRow.decided_at,
        )
        .join(User, User.id == Admission.user_id)
        .outerjoin(ResultRow, _same_person())
        .where(Admission.sitting_id == sitting.id)
    )
    conditions: dict[Shown, ColumnElement[bool]] = {
        Shown.PASSED: ResultRow.passed.is_(True),
        Shown.FAILED: ResultRow.passed.is_(False),
        Shown.OTHER: ResultRow.id.is_(None),
        Shown.NOTED: _violated(),
    }
    return query.where(conditions[shown]) if shown in conditions else query


def _order(sort: str) -> list[ColumnElement[Any]]:
    by_name: list[Any] = [User.sort_key, Admission.id]
    without_last = ResultRow.points_milli.is_(None)  # databases disagree about where NULL goes
    orders: dict[str, list[Any]] = {
        "-name": [User.sort_key.desc(), Admission.id.desc()],
        "points": [without_last, ResultRow.points_milli, *by_name],
        "-points": [without_last, ResultRow.points_milli.desc(), *by_name],
    }
    return orders.get(sort, by_name)


def _tries_of(session: Session, sitting: SittingView, user_ids: Sequence[int]) -> dict[int, Tries]:
    rows = session.execute(
        select(
            Attempt.user_id,
            func.count(),
            func.count().filter(Attempt.submitted_at.is_(None)),
        )
        .where(Attempt.assessment_id == sitting.assessment_id, Attempt.user_id.in_(user_ids))
        .group_by(Attempt.user_id)
    )
    return {user_id: Tries(used, open_ones > 0) for user_id, used, open_ones in rows}


def _violations_of(
    session: Session, sitting_id: int, user_ids: Sequence[int]
) -> dict[int, tuple[IncidentReason, ...]]:
    """Return what violations were noted of people, each once, in the order they were noted."""
    rows = session.execute(
        select(SittingIncident.user_id, SittingIncident.reason)
        .where(
            SittingIncident.sitting_id == sitting_id,
            SittingIncident.user_id.in_(user_ids),
            *violation_stands(),
        )
        .order_by(SittingIncident.id)
    )
    found: dict[int, dict[IncidentReason, None]] = {}
    for user_id, reason in rows:
        found.setdefault(user_id, {})[IncidentReason(reason)] = None
    return {user_id: tuple(reasons) for user_id, reasons in found.items()}
