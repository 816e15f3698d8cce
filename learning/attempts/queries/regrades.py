"""Regrades as they are prepared: what is ruled, what a look counted, the items one may rule on.

Whose a regrade is, the domain above knows: it asks by its own assessment.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import AssessmentItem, Attempt, Regrade, RegradePlan, ScoreRow
from learning.attempts.rules import BUSY, RegradeState, Ruling, rulings_from_json
from learning.kernel.errors import NotFound
from learning.question_bank.models import ItemRow, ItemVersionRow

MAX_REGRADES = 100
MAX_CODES = 500


@dataclass(frozen=True, slots=True)
class RegradeView:
    """A regrade; `summary` counts papers and effects by kind once it was looked at."""

    id: int
    public_id: str
    assessment_id: int
    state: RegradeState
    rulings: tuple[Ruling, ...]
    reason: str
    summary: dict[str, int]
    made_by: str
    made_at: datetime
    asked_at: datetime | None
    looked_at: datetime | None
    applied_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class RuledItem:
    """A version of an item that an assessment may have asked."""

    version_id: int
    code: str
    number: int


def get_regrade(session: Session, assessment_id: int, raw_regrade_id: str) -> RegradeView:
    """Return a regrade of an assessment; NotFound for any other."""
    query = _query().where(
        RegradePlan.assessment_id == assessment_id,
        RegradePlan.public_id == checked_id(raw_regrade_id),
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("regrade")
    return _view(row)


def list_regrades(session: Session, assessment_id: int) -> list[RegradeView]:
    """Return the regrades of an assessment, the newest first."""
    rows = session.execute(
        _query()
        .where(RegradePlan.assessment_id == assessment_id)
        .order_by(RegradePlan.id.desc())
        .limit(MAX_REGRADES)
    )
    return [_view(row) for row in rows]


def checked_id(raw_public_id: str) -> str:
    """Return the id when it can be one: what no database must see (NUL) is NotFound here."""
    if not (raw_public_id.isascii() and raw_public_id.isalnum()):
        raise NotFound("regrade")
    return raw_public_id


def _query() -> Select[*tuple[Any, ...]]:
    return select(
        RegradePlan.id,
        RegradePlan.public_id,
        RegradePlan.assessment_id,
        RegradePlan.state,
        RegradePlan.rulings,
        RegradePlan.reason,
        RegradePlan.summary,
        User.display_name.label("made_by"),
        RegradePlan.made_at,
        RegradePlan.asked_at,
        RegradePlan.looked_at,
        RegradePlan.applied_at,
        RegradePlan.error,
    ).join(User, User.id == RegradePlan.made_by)


def _view(row: Any) -> RegradeView:
    told = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
    read = {
        "state": RegradeState(row.state),
        "rulings": rulings_from_json(row.rulings),
        "summary": json.loads(row.summary),
    }
    return RegradeView(**{**told, **read})


def find_due_regrade(session: Session, assessments: Select[int]) -> int | None:
    """Return the row id of the regrade of some assessments that waits longest for the worker."""
    return session.scalar(
        select(RegradePlan.id)
        .where(
            RegradePlan.state.in_([state.value for state in BUSY]),
            RegradePlan.assessment_id.in_(assessments),
        )
        .order_by(RegradePlan.asked_at, RegradePlan.id)
        .limit(1)
    )


def count_papers(session: Session, assessment_id: int) -> int:
    """Return how many papers of an assessment a regrade looks at."""
    query = (
        select(func.count())
        .select_from(Attempt)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
    )
    return session.scalar(query) or 0


def sign_of(session: Session, assessment_id: int) -> str:
    """Return what tells whether acts of people changed what scores count since it was last asked.

    Papers that are handed in meanwhile do not: they are scored by what holds then.
    """
    here = Attempt.assessment_id == assessment_id
    newest = session.scalar(
        select(func.max(ScoreRow.id))
        .join(Attempt, Attempt.id == ScoreRow.attempt_id)
        .where(here, ScoreRow.version > 1)
    )
    void = session.scalar(select(func.count()).where(here, Attempt.voided_at.is_not(None)))
    ruled = session.scalar(
        select(func.max(Regrade.id)).where(Regrade.assessment_id == assessment_id)
    )
    return f"{newest or 0}.{void or 0}.{ruled or 0}"


def list_ruled_items(session: Session, assessment_id: int, code: str = "") -> list[RuledItem]:
    """Return versions that an assessment may have asked, by code; all, or those of one code."""
    query = _items(assessment_id).order_by(ItemRow.code, ItemVersionRow.number).limit(MAX_CODES)
    if code:
        query = query.where(ItemRow.code == code)
    return [RuledItem(*row) for row in session.execute(query)]


def get_ruled_item(session: Session, assessment_id: int, version_id: int) -> RuledItem:
    """Return a version that the assessment may have asked; NotFound for any other."""
    query = _items(assessment_id).where(ItemVersionRow.id == version_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("item")
    return RuledItem(*row)


def _items(assessment_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(ItemVersionRow.id, ItemRow.code, ItemVersionRow.number)
        .join(AssessmentItem, AssessmentItem.version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(AssessmentItem.assessment_id == assessment_id)
    )
