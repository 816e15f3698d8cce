"""The wrong-answer notebook of a person: what is due, what stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.kernel.errors import NotFound
from learning.practice.models import NotebookEntry, PracticeMiss
from learning.practice.queries.sessions import is_free
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.queries.texts import storable
from learning.question_bank.rules import Pool

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in a list: its item, how often it was missed, the newest miss, what comes next.

    `excerpt` is the beginning of the stem; `attempt` and `position` lead to the newest wrong
    answer with its key, "" and 0 where a regrade took it back.
    """

    public_id: str
    kind: str
    area: str
    bank_title: str
    bank_title_en: str
    excerpt: str
    misses: int
    due_at: datetime
    memory: str
    attempt: str
    position: int


def count_due(session: Session, user_id: int, before: datetime, *, now: datetime) -> int:
    """Return how many entries are due before an instant and may be asked now."""
    query = _joined(select(func.count()).select_from(NotebookEntry))
    return session.scalar(query.where(*_own(user_id), *_is_due(before, now))) or 0


def list_due(
    session: Session, user_id: int, before: datetime, limit: int, *, now: datetime
) -> list[int]:
    """Return the items that are due before an instant and may be asked, the longest due first."""
    query = _joined(select(NotebookEntry.item_id)).where(*_own(user_id), *_is_due(before, now))
    return list(
        session.scalars(query.order_by(NotebookEntry.due_at, NotebookEntry.id).limit(limit))
    )


def count_entries(session: Session, user_id: int, *, area: str = "") -> int:
    """Return how many entries stand in a person's notebook."""
    query = select(func.count()).select_from(NotebookEntry)
    return session.scalar(_joined(query).where(*_own(user_id), *_of_area(area))) or 0


def list_entries(
    session: Session, user_id: int, *, page: int = 1, area: str = ""
) -> Sequence[EntryLine]:
    """Return a page of a person's notebook, what is due first standing first."""
    misses = (
        select(func.count())
        .where(
            PracticeMiss.user_id == NotebookEntry.user_id,
            PracticeMiss.item_id == NotebookEntry.item_id,
        )
        .correlate(NotebookEntry)
        .scalar_subquery()
    )
    rows = session.execute(
        _joined(
            select(
                NotebookEntry.item_id,
                NotebookEntry.public_id,
                ItemRow.kind,
                ItemRow.area,
                BankRow.title,
                BankRow.title_en,
                ItemRow.excerpt,
                misses,
                NotebookEntry.due_at,
                NotebookEntry.memory,
            )
        )
        .where(*_own(user_id), *_of_area(area))
        .order_by(NotebookEntry.due_at, NotebookEntry.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    newest = _newest_misses(session, user_id, [row[0] for row in rows])
    return [
        EntryLine(*row[1:], *newest.get(row[0], ("", 0)))  # type: ignore[call-arg]
        for row in rows
    ]


def get_entry(session: Session, user_id: int, raw_public_id: str) -> NotebookEntry:
    """Return an entry of a person's own; NotFound when missing or somebody else's."""
    entry = session.scalar(
        select(NotebookEntry).where(
            NotebookEntry.public_id == storable(raw_public_id), NotebookEntry.user_id == user_id
        )
    )
    if entry is None:
        raise NotFound("entry")
    return entry


def _newest_misses(
    session: Session, user_id: int, item_ids: Sequence[int]
) -> dict[int, tuple[str, int]]:
    rows = session.execute(
        select(PracticeMiss.item_id, Attempt.public_id, PracticeMiss.position)
        .join(Attempt, Attempt.id == PracticeMiss.attempt_id)
        .where(PracticeMiss.user_id == user_id, PracticeMiss.item_id.in_(item_ids))
        .order_by(Attempt.finished_at, Attempt.id)
    )
    return {item_id: (attempt, position) for item_id, attempt, position in rows}


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.join(ItemRow, ItemRow.id == NotebookEntry.item_id).join(
        BankRow, BankRow.code == ItemRow.bank
    )


def _own(user_id: int) -> tuple[ColumnElement[bool], ...]:
    """Say which entries stand in a notebook; an item that became secure or retired left it."""
    return (
        NotebookEntry.user_id == user_id,
        NotebookEntry.removed_at.is_(None),
        ItemRow.state == "approved",
        ItemRow.pool != Pool.SECURE.value,
        BankRow.pool != Pool.SECURE.value,
    )


def _is_due(before: datetime, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say which entries a review asks: not those that an exam or a contest holds, or a ruling."""
    is_out = or_(ItemRow.not_before.is_(None), ItemRow.not_before <= now)
    return NotebookEntry.due_at < before, is_out, is_free(now)


def _of_area(area: str) -> tuple[ColumnElement[bool], ...]:
    return (ItemRow.area == area,) if area else ()
