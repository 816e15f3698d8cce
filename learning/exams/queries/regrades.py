"""Regrades of a sitting: what is ruled, what it would do, what it did."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import AssessmentItem, Attempt
from learning.attempts.rules import Ruling
from learning.exams.models import Admission, RegradeEffect, SittingAppeal, SittingRegrade
from learning.exams.queries.views import SittingView, checked_id
from learning.exams.rules.regrading import (
    BUSY,
    EffectKind,
    RegradeState,
    rulings_from_json,
)
from learning.kernel.errors import NotFound
from learning.question_bank.models import ItemRow, ItemVersionRow

EFFECTS_PAGE = 50
MAX_REGRADES = 100
MAX_CODES = 500


@dataclass(frozen=True, slots=True)
class RegradeView:
    """A regrade; `summary` counts papers and effects by kind once it was looked at."""

    id: int
    public_id: str
    sitting_id: int
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
    appeal: str
    appeal_number: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What a regrade does to one person's result; points in thousandths, None without a result."""

    user_id: int
    name: str
    staff_no: str
    unit_name: str
    kind: EffectKind
    before_milli: int | None
    before_max_milli: int | None
    after_milli: int | None
    after_max_milli: int | None


@dataclass(frozen=True, slots=True)
class RuledItem:
    """A version of an item that a sitting may have asked."""

    version_id: int
    code: str
    number: int


def get_regrade(session: Session, sitting_id: int, raw_regrade_id: str) -> RegradeView:
    """Return a regrade of a sitting; NotFound for any other."""
    query = _query().where(
        SittingRegrade.sitting_id == sitting_id,
        SittingRegrade.public_id == checked_id(raw_regrade_id),
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("regrade")
    return _view(row)


def list_regrades(session: Session, sitting_id: int) -> list[RegradeView]:
    """Return the regrades of a sitting, the newest first."""
    rows = session.execute(
        _query()
        .where(SittingRegrade.sitting_id == sitting_id)
        .order_by(SittingRegrade.id.desc())
        .limit(MAX_REGRADES)
    )
    return [_view(row) for row in rows]


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SittingRegrade.id,
            SittingRegrade.public_id,
            SittingRegrade.sitting_id,
            SittingRegrade.state,
            SittingRegrade.rulings,
            SittingRegrade.reason,
            SittingRegrade.summary,
            User.display_name.label("made_by"),
            SittingRegrade.made_at,
            SittingRegrade.asked_at,
            SittingRegrade.looked_at,
            SittingRegrade.applied_at,
            SittingRegrade.error,
            func.coalesce(SittingAppeal.public_id, "").label("appeal"),
            func.coalesce(SittingAppeal.number, "").label("appeal_number"),
        )
        .join(User, User.id == SittingRegrade.made_by)
        .outerjoin(SittingAppeal, SittingAppeal.id == SittingRegrade.appeal_id)
    )


def _view(row: Any) -> RegradeView:
    told = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
    read = {
        "state": RegradeState(row.state),
        "rulings": rulings_from_json(row.rulings),
        "summary": json.loads(row.summary),
    }
    return RegradeView(**{**told, **read})


def find_due_regrade(session: Session) -> int | None:
    """Return the row id of the regrade that waits longest for the worker."""
    return session.scalar(
        select(SittingRegrade.id)
        .where(SittingRegrade.state.in_([state.value for state in BUSY]))
        .order_by(SittingRegrade.asked_at, SittingRegrade.id)
        .limit(1)
    )


def count_papers(session: Session, sitting: SittingView) -> int:
    """Return how many papers of a sitting a regrade looks at."""
    query = (
        select(func.count())
        .select_from(Attempt)
        .where(
            Attempt.assessment_id == sitting.assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
    )
    return session.scalar(query) or 0


def list_effects(
    session: Session, regrade: RegradeView, kind: EffectKind, *, page: int
) -> list[EffectLine]:
    """Return a page of the people on whom a regrade has an effect, as they were admitted."""
    rows = session.execute(
        select(
            RegradeEffect.user_id,
            User.display_name,
            func.coalesce(Admission.staff_no, ""),
            func.coalesce(Admission.unit_name, ""),
            RegradeEffect.before_milli,
            RegradeEffect.before_max_milli,
            RegradeEffect.after_milli,
            RegradeEffect.after_max_milli,
        )
        .join(User, User.id == RegradeEffect.user_id)
        .outerjoin(
            Admission,
            (Admission.user_id == RegradeEffect.user_id)
            & (Admission.sitting_id == regrade.sitting_id),
        )
        .where(RegradeEffect.regrade_id == regrade.id, RegradeEffect.kind == kind.value)
        .order_by(RegradeEffect.id)
        .offset((page - 1) * EFFECTS_PAGE)
        .limit(EFFECTS_PAGE)
    )
    return [EffectLine(*row[:4], kind, *row[4:]) for row in rows]


def count_fails_among(session: Session, regrade: RegradeView, people: Select[int]) -> int:
    """Return how many of those who fail newly are among some people (a query of user ids)."""
    query = (
        select(func.count())
        .select_from(RegradeEffect)
        .where(
            RegradeEffect.regrade_id == regrade.id,
            RegradeEffect.kind == EffectKind.FAILS.value,
            RegradeEffect.user_id.in_(people),
        )
    )
    return session.scalar(query) or 0


def list_versions(session: Session, sitting: SittingView, code: str = "") -> list[RuledItem]:
    """Return item versions that the sitting may have asked, by code; all, or those of one code."""
    query = (
        select(ItemVersionRow.id, ItemRow.code, ItemVersionRow.number)
        .join(AssessmentItem, AssessmentItem.version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(AssessmentItem.assessment_id == sitting.assessment_id)
        .order_by(ItemRow.code, ItemVersionRow.number)
        .limit(MAX_CODES)
    )
    if code:
        query = query.where(ItemRow.code == code)
    return [RuledItem(*row) for row in session.execute(query)]


def get_version(session: Session, sitting: SittingView, version_id: int) -> RuledItem:
    """Return a version that the sitting may have asked; NotFound for any other."""
    row = session.execute(
        select(ItemVersionRow.id, ItemRow.code, ItemVersionRow.number)
        .join(AssessmentItem, AssessmentItem.version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(
            AssessmentItem.assessment_id == sitting.assessment_id, ItemVersionRow.id == version_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound("item")
    return RuledItem(*row)


def among(people: Select[int], user_ids: Sequence[int]) -> Select[int]:
    """Return the query of those of some people (a query of user ids) that are named."""
    found = people.subquery()
    return select(found.c[0]).where(found.c[0].in_(user_ids))
