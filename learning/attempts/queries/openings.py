"""What a start must know of an assessment and of a person's attempts at it, in one row.

A domain that admits people reads these columns with its own, so that a start costs one read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, MakeUp
from learning.attempts.queries.attempts import parse_blueprint
from learning.attempts.rules import Blueprint

MOST_PAPERS = 20
PERSON = "opening_user_id"
"""The name of the bound parameter of whose attempts are meant."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An assessment before a person: `open_attempt` is the one under way, `used` counts all.

    `make_ups` are the further attempts that outages earned this person, begun or not.
    """

    assessment_id: int
    blueprint_json: str
    rules_json: str
    opens_at: datetime
    closes_at: datetime
    open_attempt: str | None
    used: int
    last_number: int
    make_ups: int


def _opening_columns() -> tuple[ColumnElement[Any], ...]:
    own = and_(Attempt.assessment_id == Assessment.id, Attempt.user_id == bindparam(PERSON))
    under_way = select(Attempt.public_id).where(own, Attempt.submitted_at.is_(None))
    return (
        Assessment.id.label("opening_id"),
        Assessment.blueprint.label("opening_blueprint"),
        Assessment.rules.label("opening_rules"),
        Assessment.opens_at.label("opening_opens_at"),
        Assessment.closes_at.label("opening_closes_at"),
        under_way.correlate(Assessment).scalar_subquery().label("opening_open"),
        select(func.count())
        .where(own)
        .correlate(Assessment)
        .scalar_subquery()
        .label("opening_used"),
        select(func.coalesce(func.max(Attempt.number), 0))
        .where(own)
        .correlate(Assessment)
        .scalar_subquery()
        .label("opening_number"),
        count_make_ups(own).correlate(Assessment).scalar_subquery().label("opening_make_ups"),
    )


def count_make_ups(whose: ColumnElement[bool]) -> Select[int]:
    """Return the query that counts the make-ups of some attempts."""
    return select(func.count(MakeUp.id)).join(Attempt, Attempt.id == MakeUp.attempt_id).where(whose)


OPENING_COLUMNS = _opening_columns()
"""For a query that has the assessment; a parameter named `PERSON` goes with them."""
_OPENING = select(*OPENING_COLUMNS).where(Assessment.id == bindparam("assessment_id"))


def opening_of(row: Any) -> Opening:
    """Return what a row with `OPENING_COLUMNS` says."""
    return Opening(
        assessment_id=row.opening_id,
        blueprint_json=row.opening_blueprint,
        rules_json=row.opening_rules,
        opens_at=row.opening_opens_at,
        closes_at=row.opening_closes_at,
        open_attempt=row.opening_open,
        used=row.opening_used,
        last_number=row.opening_number,
        make_ups=row.opening_make_ups,
    )


def tally_make_ups(session: Session, assessment_id: int) -> tuple[int, int]:
    """Return how many further attempts outages earned at an assessment, and how many were begun."""
    row = session.execute(
        select(func.count(MakeUp.id), func.count(MakeUp.used_by))
        .join(Attempt, Attempt.id == MakeUp.attempt_id)
        .where(Attempt.assessment_id == assessment_id)
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class OpeningPaper:
    """An assessment that people will begin soon, or may be beginning."""

    assessment_id: int
    blueprint: Blueprint


def list_opening_papers(session: Session, now: datetime, until: datetime) -> list[OpeningPaper]:
    """Return papers whose window has not ended and begins before the instant, the latest first."""
    rows = session.execute(
        select(Assessment.id, Assessment.blueprint)
        .where(Assessment.opens_at <= until, Assessment.closes_at > now)
        .order_by(Assessment.opens_at.desc(), Assessment.id.desc())
        .limit(MOST_PAPERS)
    )
    return [OpeningPaper(found, parse_blueprint(text)) for found, text in rows]


def find_opening(session: Session, user_id: int, assessment_id: int) -> Opening | None:
    """Return what a start must know; None when there is no such assessment."""
    row = session.execute(_OPENING, {PERSON: user_id, "assessment_id": assessment_id}).first()
    return None if row is None else opening_of(row)
