"""Reads of scores. The current one is the highest version; a void attempt has none that counts."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Assessment, Attempt, RulingRow, ScoreRow
from learning.attempts.rules import (
    NO_ANSWERS,
    Mark,
    Ruling,
    Treatment,
    marks_from_json,
    measured_us,
)
from learning.question_bank.rules import key_from_json

AT_ONCE = 5_000  # scores without their documents in one fetch
PAGE = 500  # scores with their documents: some 4 MB


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A version of an attempt's score with the answers document it was made of."""

    id: int
    attempt_id: int
    version: int
    cause: str
    cause_id: str
    made_by: int | None
    points_milli: int
    max_milli: int
    excluded_milli: int
    pending: int
    answers: str
    answers_sha256: str
    items: str
    marks_json: str
    scored_at: datetime

    @property
    def is_total(self) -> bool:
        """Tell whether it is a total without answers: nothing in it can be scored again."""
        return self.answers == NO_ANSWERS

    @property
    def marks(self) -> dict[int, Mark]:
        """Return what people gave, by position."""
        return marks_from_json(self.marks_json)


@dataclass(frozen=True, slots=True)
class ScoredAttempt:
    """A finished attempt with its current score; points in thousandths."""

    attempt: str
    user_id: int
    number: int
    points_milli: int
    max_milli: int
    started_at: datetime
    finished_at: datetime
    finish_kind: str
    pending: int = 0

    @property
    def duration_us(self) -> int | None:
        """Return the time from start to finish by the server's clock, None for a paper."""
        return measured_us(self.started_at, self.finished_at, self.finish_kind)


@dataclass(frozen=True, slots=True)
class CurrentScore:
    """What one attempt of a person counts now; points in thousandths."""

    attempt_id: int
    attempt: str
    number: int
    version: int
    cause: str
    points_milli: int
    max_milli: int
    excluded_milli: int
    pending: int
    scored_at: datetime


def _answers() -> ScalarSelect[str]:
    """Return the document of a version: its own, or the newest one before it."""
    held = aliased(ScoreRow)
    return (
        select(held.answers)
        .where(
            held.attempt_id == ScoreRow.attempt_id,
            held.version <= ScoreRow.version,
            held.answers != "",
        )
        .order_by(held.version.desc())
        .limit(1)
        .correlate(ScoreRow)
        .scalar_subquery()
    )


def _newest() -> ScalarSelect[int]:
    held = aliased(ScoreRow)
    return (
        select(func.max(held.version))
        .where(held.attempt_id == Attempt.id)
        .correlate(Attempt)
        .scalar_subquery()
    )


_VERSIONS: Select[*tuple[Any, ...]] = (
    select(
        ScoreRow.id,
        ScoreRow.attempt_id,
        ScoreRow.version,
        ScoreRow.cause,
        ScoreRow.cause_id,
        ScoreRow.made_by,
        ScoreRow.points_milli,
        ScoreRow.max_milli,
        ScoreRow.excluded_milli,
        ScoreRow.pending,
        _answers().label("answers"),
        ScoreRow.answers_sha256,
        ScoreRow.items,
        ScoreRow.marks.label("marks_json"),
        ScoreRow.scored_at,
    )
    .where(ScoreRow.attempt_id == bindparam("of_attempt"))
    .order_by(ScoreRow.version.desc())
)
_CURRENT: Select[*tuple[Any, ...]] = _VERSIONS.limit(1)


def find_score(session: Session, attempt_id: int) -> ScoreView | None:
    """Return the current score of an attempt."""
    row = session.execute(_CURRENT, {"of_attempt": attempt_id}).first()
    return None if row is None else ScoreView(*row)


def list_score_versions(session: Session, attempt_id: int) -> list[ScoreView]:
    """Return every score that an attempt ever had, the current one first."""
    return [ScoreView(*row) for row in session.execute(_VERSIONS, {"of_attempt": attempt_id})]


def scores_that_count(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of columns of `Attempt` and its current `ScoreRow`, for attempts that count.

    All assessments: the caller adds conditions.
    """
    return (
        select(*columns)
        .select_from(Attempt)
        .join(ScoreRow, ScoreRow.attempt_id == Attempt.id)
        .where(Attempt.voided_at.is_(None), ScoreRow.version == _newest())
    )


def list_scores(
    session: Session, assessment_id: int, *, users: tuple[int, int] | None = None
) -> list[ScoredAttempt]:
    """Return the scored attempts of an assessment that count, each as it is now, by id.

    `users` takes those of the people whose ids lie between two, both included.
    """
    of_users = [] if users is None else [Attempt.user_id.between(*users)]
    rows = session.execute(
        scores_that_count(
            Attempt.public_id,
            Attempt.user_id,
            Attempt.number,
            ScoreRow.points_milli,
            ScoreRow.max_milli,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.finish_kind,
            ScoreRow.pending,
        )
        .where(Attempt.assessment_id == assessment_id, *of_users)
        .order_by(Attempt.id)
    )
    # Scored attempts are finished: a CHECK of `attempts` ties the two columns to submitting.
    return [ScoredAttempt(*row) for row in rows]


def list_later_items(
    session: Session, assessment_id: int, *, users: tuple[int, int] | None = None
) -> dict[str, list[list[Any]]]:
    """Return the position scores of the attempts whose score people had a part in, by public id.

    They marked it, or ruled on items before it was scored or after. Rows as `PositionScore.to_row`
    writes them. Nothing is read where nobody ruled or marked.
    """
    of_users = [] if users is None else [Attempt.user_id.between(*users)]
    rows = session.execute(
        select(Attempt.public_id, ScoreRow.items)
        .join(ScoreRow, ScoreRow.attempt_id == Attempt.id)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(
            Attempt.assessment_id == assessment_id,
            or_(ScoreRow.version > 1, Assessment.ruled_at.is_not(None)),
            ScoreRow.version == _newest(),
            *of_users,
        )
    )
    return {public_id: json.loads(items) for public_id, items in rows}


def list_current_scores(session: Session, assessment_id: int, user_id: int) -> list[CurrentScore]:
    """Return what a person's finished attempts at an assessment count now, in order of number."""
    rows = session.execute(_current(assessment_id).where(Attempt.user_id == user_id))
    return [CurrentScore(*row[1:]) for row in rows]


def iterate_current_scores(
    session: Session, assessment_id: int
) -> Iterator[tuple[int, list[CurrentScore]]]:
    """Give (user id, what their finished attempts count now), everybody in order of the ids.

    One statement, read in parts: 100,000 people take some seconds and little memory.
    """
    rows = session.execute(
        _current(assessment_id).where(Attempt.user_id.is_not(None)),
        execution_options={"yield_per": AT_ONCE},
    )
    for user_id, own in groupby(rows, key=lambda row: row[0]):
        yield user_id, [CurrentScore(*row[1:]) for row in own]


def _current(assessment_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.user_id,
            Attempt.id,
            Attempt.public_id,
            Attempt.number,
            ScoreRow.version,
            ScoreRow.cause,
            ScoreRow.points_milli,
            ScoreRow.max_milli,
            ScoreRow.excluded_milli,
            ScoreRow.pending,
            ScoreRow.scored_at,
        )
        .join(ScoreRow, ScoreRow.attempt_id == Attempt.id)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
            ScoreRow.version == _newest(),
        )
        .order_by(Attempt.user_id, Attempt.number)
    )


@dataclass(frozen=True, slots=True)
class FrozenAttempt:
    """A finished attempt as rescoring reads it: its frozen answers and its current score."""

    id: int
    public_id: str
    user_id: int
    number: int
    started_at: datetime
    finished_at: datetime
    finish_kind: str
    version: int
    points_milli: int
    max_milli: int
    items: str
    marks_json: str
    answers: str
    answers_sha256: str

    @property
    def is_total(self) -> bool:
        """Tell whether it is a total without answers: nothing in it can be scored again."""
        return self.answers == NO_ANSWERS


def iterate_frozen(session: Session, assessment_id: int) -> Iterator[list[FrozenAttempt]]:
    """Give the finished attempts that are not void, pages of 500 in order of id.

    Between two pages other statements may run, and versions be written for those that were given.
    """
    after = 0
    while True:
        query = _frozen(assessment_id).where(Attempt.id > after).order_by(Attempt.id).limit(PAGE)
        # A CHECK of `attempts` ties what is said of finishing to submitting.
        rows = [FrozenAttempt(*row) for row in session.execute(query)]
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def list_frozen(
    session: Session, assessment_id: int, user_ids: Collection[int]
) -> list[FrozenAttempt]:
    """Return what some people (at most 500) finished and is not void, each one's in order."""
    query = _frozen(assessment_id).where(Attempt.user_id.in_(user_ids))
    ordered = query.order_by(Attempt.user_id, Attempt.number)
    return [FrozenAttempt(*row) for row in session.execute(ordered)]


def _frozen(assessment_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id,
            Attempt.public_id,
            Attempt.user_id,
            Attempt.number,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.finish_kind,
            ScoreRow.version,
            ScoreRow.points_milli,
            ScoreRow.max_milli,
            ScoreRow.items,
            ScoreRow.marks,
            _answers(),
            ScoreRow.answers_sha256,
        )
        .join(ScoreRow, ScoreRow.attempt_id == Attempt.id)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
            ScoreRow.version == _newest(),
        )
    )


def list_rulings(session: Session, assessment_id: int) -> dict[int, Ruling]:
    """Return the rulings in force at an assessment, by item version: the newest of each."""
    rows = session.execute(
        select(RulingRow.version_id, RulingRow.treatment, RulingRow.key, RulingRow.explanation)
        .where(RulingRow.assessment_id == assessment_id)
        .order_by(RulingRow.id)
    )
    return {
        version_id: Ruling(
            version_id, Treatment(treatment), key_from_json(key) if key else None, explanation
        )
        for version_id, treatment, key, explanation in rows
    }
