"""Appeals on items of a contest: one's own, and those before the organiser."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.models import Attempt, ScoreRow
from learning.competitions.models import Entry, ItemAppeal, Round
from learning.competitions.queries.views import checked_id
from learning.exams.rules import AppealState
from learning.kernel.errors import NotFound
from learning.question_bank.models import ItemRow, ItemVersionRow

MAX_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ItemAppealView:
    """An appeal on an item of a round; `code` is the item's, for the organiser alone."""

    id: int
    public_id: str
    number: str
    round_id: int
    user_id: int
    name: str
    attempt_id: int
    attempt_number: int
    position: int
    version_id: int
    code: str
    text: str
    state: AppealState
    lodged_at: datetime
    answer_by: datetime
    decided_at: datetime | None
    decided_by: str
    answer: str


@dataclass(frozen=True, slots=True)
class AppealableAttempt:
    """A finished attempt of one's own whose items may be appealed on.

    `changed_at` is when people last changed its score, None where they never did.
    """

    id: int
    public_id: str
    number: int
    items: int
    changed_at: datetime | None


def list_appealable(session: Session, assessment_id: int, user_id: int) -> list[AppealableAttempt]:
    """Return a person's finished attempts at a round, the last one first; void ones left out."""
    changed_at = (
        select(func.max(ScoreRow.scored_at))
        .where(ScoreRow.attempt_id == Attempt.id, ScoreRow.version > 1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Attempt.id, Attempt.public_id, Attempt.number, Attempt.item_count, changed_at)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.user_id == user_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
        .order_by(Attempt.number.desc())
    )
    return [AppealableAttempt(*row) for row in rows]


def list_own_appeals(session: Session, round_id: int, user_id: int) -> list[ItemAppealView]:
    """Return a person's appeals at a round, the newest first."""
    rows = session.execute(
        _query()
        .where(ItemAppeal.round_id == round_id, ItemAppeal.user_id == user_id)
        .order_by(ItemAppeal.id.desc())
    )
    return [_view(row) for row in rows]


def list_item_appeals(session: Session, round_id: int) -> list[ItemAppealView]:
    """Return the appeals at a round, those that wait first, by deadline; at most 500."""
    is_over = ItemAppeal.state != AppealState.LODGED.value
    rows = session.execute(
        _query()
        .where(ItemAppeal.round_id == round_id)
        .order_by(is_over, ItemAppeal.answer_by, ItemAppeal.id)
        .limit(MAX_SHOWN)
    )
    return [_view(row) for row in rows]


def get_item_appeal(session: Session, round_id: int, raw_appeal_id: str) -> ItemAppealView:
    """Return an appeal at a round; NotFound for any other."""
    row = session.execute(
        _query().where(
            ItemAppeal.round_id == round_id, ItemAppeal.public_id == checked_id(raw_appeal_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("appeal")
    return _view(row)


def is_participant(session: Session, competition_id: int, user_id: int) -> bool:
    """Tell whether a person entered the competition."""
    query = select(Entry.id).where(Entry.competition_id == competition_id, Entry.user_id == user_id)
    return session.scalar(query) is not None


def count_waiting(session: Session, competition_id: int) -> int:
    """Return how many appeals of a competition wait for an answer."""
    query = (
        select(func.count())
        .select_from(ItemAppeal)
        .join(Round, Round.id == ItemAppeal.round_id)
        .where(Round.competition_id == competition_id, ItemAppeal.state == AppealState.LODGED.value)
    )
    return session.scalar(query) or 0


def _query() -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        select(
            ItemAppeal.id,
            ItemAppeal.public_id,
            ItemAppeal.number,
            ItemAppeal.round_id,
            ItemAppeal.user_id,
            User.display_name.label("name"),
            ItemAppeal.attempt_id,
            Attempt.number.label("attempt_number"),
            ItemAppeal.position,
            ItemAppeal.version_id,
            ItemRow.code,
            ItemAppeal.text,
            ItemAppeal.state,
            ItemAppeal.lodged_at,
            ItemAppeal.answer_by,
            ItemAppeal.decided_at,
            func.coalesce(decider.display_name, "").label("decided_by"),
            ItemAppeal.answer,
        )
        .join(User, User.id == ItemAppeal.user_id)
        .join(Attempt, Attempt.id == ItemAppeal.attempt_id)
        .join(ItemVersionRow, ItemVersionRow.id == ItemAppeal.version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .outerjoin(decider, decider.id == ItemAppeal.decided_by)
    )


def _view(row: Any) -> ItemAppealView:
    told = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for it
    return ItemAppealView(**{**told, "state": AppealState(row.state)})
