"""Reads for item analysis: what is due, which attempts count, what was found."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Assessment, Attempt, Regrade, ResponseRow
from learning.attempts.rules import KEYED
from learning.exams.models import Admission, ResultRow, Sitting, SittingAnalysis, SittingRoom
from learning.exams.queries.views import SittingView
from learning.exams.rules import State

EARLIER_READ = 5
CHUNK = 500


@dataclass(frozen=True, slots=True)
class AnalysisView:
    """What is known of a sitting's analysis; `report` is None before the first and after a failure.

    `is_waiting`: asked for since, the worker has yet to come to it.
    """

    computed_at: datetime | None
    attempts: int
    algorithm: int
    is_waiting: bool
    report: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate as a report on integrity names one; room "" and seat None if none was given."""

    person: str
    name: str
    staff_no: str
    unit_name: str
    room: str
    seat: int | None


NOT_ASKED = AnalysisView(None, 0, 0, is_waiting=False, report=None)


def find_analysis(session: Session, sitting_id: int) -> AnalysisView:
    """Return the newest analysis of a sitting."""
    return _find(session, sitting_id, SittingAnalysis.report)


def find_comparison(session: Session, sitting_id: int) -> AnalysisView:
    """Return the newest report on answers and times that fit too well."""
    return _find(session, sitting_id, SittingAnalysis.integrity)


def _find(session: Session, sitting_id: int, column: Any) -> AnalysisView:
    row = session.execute(
        select(
            SittingAnalysis.requested_at,
            SittingAnalysis.computed_at,
            SittingAnalysis.attempts,
            SittingAnalysis.algorithm,
            column,
        ).where(SittingAnalysis.sitting_id == sitting_id)
    ).one_or_none()
    if row is None:
        return NOT_ASKED
    asked, computed, attempts, algorithm, text = row
    is_waiting = asked is not None and (computed is None or asked > computed)
    return AnalysisView(
        computed, attempts, algorithm, is_waiting, json.loads(text) if text else None
    )


def find_due_analysis(session: Session, algorithm: int) -> int | None:
    """Return the id of a sitting to analyse: asked for first, then closed ones without analysis.

    Closed ones are due as well where a newer method is in use, or items were ruled on since.
    """
    asked = and_(
        SittingAnalysis.requested_at.is_not(None),
        or_(
            SittingAnalysis.computed_at.is_(None),
            SittingAnalysis.requested_at > SittingAnalysis.computed_at,
        ),
    )
    first = session.scalar(
        select(SittingAnalysis.sitting_id)
        .where(asked)
        .order_by(SittingAnalysis.requested_at)
        .limit(1)
    )
    if first is not None:
        return first
    regraded = exists().where(
        Regrade.assessment_id == Sitting.assessment_id,
        Regrade.made_at > SittingAnalysis.computed_at,
    )
    return session.scalar(
        select(Sitting.id)
        .outerjoin(SittingAnalysis, SittingAnalysis.sitting_id == Sitting.id)
        .where(
            Sitting.state == State.CLOSED.value,
            or_(
                SittingAnalysis.sitting_id.is_(None),
                SittingAnalysis.algorithm < algorithm,
                regraded,
            ),
        )
        .order_by(Sitting.id)
        .limit(1)
    )


def list_counting_attempts(session: Session, sitting: SittingView) -> dict[int, datetime]:
    """Return the attempts that an analysis reads, with when each began: one a person.

    It is the one that decides on the result; where there is no result yet, the first.
    """
    rows = session.execute(
        select(Attempt.id, Attempt.user_id, Attempt.started_at, ResultRow.attempt_id)
        .outerjoin(
            ResultRow,
            and_(ResultRow.user_id == Attempt.user_id, ResultRow.sitting_id == sitting.id),
        )
        .where(
            Attempt.assessment_id == sitting.assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
        .order_by(Attempt.user_id, Attempt.number)
    )
    counting: dict[int, datetime] = {}
    for _, tries in groupby(rows, key=lambda row: row.user_id):
        own = list(tries)
        chosen = next((row for row in own if row.id == row.attempt_id), own[0])
        counting[chosen.id] = chosen.started_at
    return counting


def list_papers_among(session: Session, sitting: SittingView) -> set[int]:
    """Return the attempts that were written on paper: nobody measured when what was answered."""
    rows = session.scalars(
        select(Attempt.id).where(
            Attempt.assessment_id == sitting.assessment_id, Attempt.finish_kind == KEYED
        )
    )
    return set(rows)


def iterate_saves(
    session: Session, attempt_ids: Sequence[int]
) -> Iterator[tuple[int, list[tuple[int, datetime]]]]:
    """Give (attempt, its saves (position, instant) in order of time), those that counted."""
    for start in range(0, len(attempt_ids), CHUNK):
        rows = session.execute(
            select(ResponseRow.attempt_id, ResponseRow.position, ResponseRow.saved_at)
            .where(
                ResponseRow.attempt_id.in_(attempt_ids[start : start + CHUNK]),
                ResponseRow.after_submit.is_(False),
            )
            .order_by(ResponseRow.attempt_id, ResponseRow.saved_at, ResponseRow.position)
        )
        for attempt_id, saves in groupby(rows, key=lambda row: row.attempt_id):
            yield attempt_id, [(row.position, row.saved_at) for row in saves]


def list_earlier_reports(
    session: Session, sitting: SittingView
) -> list[tuple[str, dict[str, Any]]]:
    """Return (title, report) of the organiser's sittings before this one, the newest first."""
    rows = session.execute(
        select(Sitting.title, SittingAnalysis.report)
        .join(SittingAnalysis, SittingAnalysis.sitting_id == Sitting.id)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(
            Sitting.organiser_id == sitting.organiser_id,
            Sitting.id != sitting.id,
            Assessment.opens_at < sitting.opens_at,
            SittingAnalysis.report != "",
        )
        .order_by(Assessment.opens_at.desc(), Sitting.id.desc())
        .limit(EARLIER_READ)
    )
    return [(title, json.loads(report)) for title, report in rows]


def list_people_of_attempts(
    session: Session, sitting: SittingView, attempt_ids: Sequence[int]
) -> dict[int, Person]:
    """Return who made some attempts at a sitting, by attempt; names as they were admitted."""
    people: dict[int, Person] = {}
    for start in range(0, len(attempt_ids), CHUNK):
        rows = session.execute(
            select(
                Attempt.id,
                User.public_id,
                Admission.candidate_name,
                Admission.staff_no,
                Admission.unit_name,
                SittingRoom.name,
                Admission.seat,
            )
            .join(User, User.id == Attempt.user_id)
            .join(Admission, Admission.user_id == Attempt.user_id)
            .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
            .where(
                Attempt.id.in_(attempt_ids[start : start + CHUNK]),
                Admission.sitting_id == sitting.id,
            )
        )
        for attempt_id, person, name, staff_no, unit_name, room, seat in rows:
            people[attempt_id] = Person(person, name, staff_no, unit_name, room or "", seat)
    return people
