"""What waits for sign-off, by somebody who did not write it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import ItemRow, ItemVersionRow, ItemWriter
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.queries.texts import storable

PAGE_SIZE = 50
MAX_OFFSET = 10_000_000  # beyond every bank; a larger number would not fit the databases


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """An item that waits: `number` is the version's, `writer` "" for the system."""

    bank: str
    code: str
    kind: str
    area: str
    excerpt: str
    number: int
    is_revision: bool
    writer: str
    sent_at: datetime


def list_waiting(
    session: Session, actor: Actor, now: datetime, *, bank: str = "", page: int = 1
) -> tuple[list[WaitingLine], int]:
    """Return a page of what the actor may sign off, oldest version first, and how many wait."""
    waiting = _waiting(session, actor, now, bank)
    total = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    rows = session.execute(
        waiting.order_by(ItemRow.review_version_id)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MAX_OFFSET))
    )
    return [_line(*row) for row in rows], total


def find_neighbours(
    session: Session, actor: Actor, item: ItemRow, now: datetime, *, bank: str = ""
) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """Return (bank, code) of what waits before and after an item in the actor's queue."""
    at = item.review_version_id or 0
    waiting = _waiting(session, actor, now, bank).with_only_columns(ItemRow.bank, ItemRow.code)
    before = waiting.where(ItemRow.review_version_id < at).order_by(
        ItemRow.review_version_id.desc()
    )
    after = waiting.where(ItemRow.review_version_id > at).order_by(ItemRow.review_version_id)
    found = [session.execute(query.limit(1)).first() for query in (before, after)]
    first, second = ((row.bank, row.code) if row else None for row in found)
    return first, second


def _waiting(
    session: Session, actor: Actor, now: datetime, bank: str
) -> Select[ItemRow, ItemVersionRow, str | None]:
    wrote = exists().where(ItemWriter.item_id == ItemRow.id, ItemWriter.user_id == actor.user_id)
    writer = ItemVersionRow.written_by
    query = (
        select(ItemRow, ItemVersionRow, User.display_name)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.review_version_id)
        .outerjoin(User, User.id == writer)
        .where(
            ItemRow.review_version_id.is_not(None),
            ItemRow.bank.in_(banks_in_reach(session, actor, Permission.ITEM_REVIEW, now)),
            ~wrote,
            or_(writer.is_(None), writer != actor.user_id),
        )
    )
    return query.where(ItemRow.bank == storable(bank)) if bank else query


def _line(item: ItemRow, version: ItemVersionRow, writer: str | None) -> WaitingLine:
    return WaitingLine(
        bank=item.bank,
        code=item.code,
        kind=version.kind,
        area=version.area,
        excerpt=item.excerpt,
        number=version.number,
        is_revision=item.current_version_id is not None,
        writer=writer or "",
        sent_at=version.created_at,
    )
