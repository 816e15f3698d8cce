"""Lists of items and single ones, without keys."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries.banks import banks_in_reach, require
from learning.question_bank.queries.texts import storable

PAGE_SIZE = 50
MAX_OFFSET = 10_000_000  # beyond every bank; a larger number would not fit the databases


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What an author looks for; "" leaves a criterion open. `search` is in code or stem."""

    bank: str = ""
    area: str = ""
    kind: str = ""
    level: str = ""
    pool: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list: its newest version, without the key. `difficulty` in thousandths."""

    bank: str
    code: str
    pool: str
    kind: str
    area: str
    level: str
    difficulty_milli: int
    number: int
    version_id: int
    is_retired: bool


def list_items(
    session: Session, actor: Actor | None, wanted: ItemFilter, now: datetime, *, page: int
) -> tuple[list[ItemLine], int]:
    """Return a page of the items that the actor may see, by bank and code, and how many there are.

    Items that were never approved have no version yet and are not among them.
    """
    fitting = _fitting(session, actor, wanted, now)
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    rows = session.execute(
        fitting.order_by(ItemRow.bank, ItemRow.code)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MAX_OFFSET))
    )
    return [_line(*row) for row in rows], total


def get_item_for(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    raw_bank: str,
    raw_code: str,
    now: datetime,
) -> ItemRow:
    """Return the item of a bank in which the actor holds the permission.

    Raises NotFound for what is missing or may not even be seen, else as `require` does.
    """
    item = session.scalar(
        select(ItemRow).where(
            ItemRow.bank == storable(raw_bank), ItemRow.code == storable(raw_code)
        )
    )
    if item is None:
        raise NotFound("item")
    require(session, actor, permission, item.bank, now)
    return item


def get_line_for(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    raw_bank: str,
    raw_code: str,
    now: datetime,
) -> ItemLine:
    """Return an item as lists show it; NotFound also while it has no approved version."""
    item = get_item_for(session, actor, permission, raw_bank, raw_code, now)
    version = session.get(ItemVersionRow, item.current_version_id or 0)
    if version is None:
        raise NotFound("item")
    return _line(item, version)


def list_areas(session: Session, actor: Actor | None, bank: str, now: datetime) -> list[str]:
    """Return the knowledge areas of a bank, or of all that the actor may see, in order."""
    query = select(ItemRow.area).where(
        ItemRow.bank.in_(banks_in_reach(session, actor, Permission.ITEM_READ, now))
    )
    if bank:
        query = query.where(ItemRow.bank == storable(bank))
    return list(session.scalars(query.distinct().order_by(ItemRow.area)))


def _fitting(
    session: Session, actor: Actor | None, wanted: ItemFilter, now: datetime
) -> Select[ItemRow, ItemVersionRow]:
    query = (
        select(ItemRow, ItemVersionRow)
        .join(ItemVersionRow, ItemRow.current_version_id == ItemVersionRow.id)
        .where(ItemRow.bank.in_(banks_in_reach(session, actor, Permission.ITEM_READ, now)))
    )
    columns = {
        ItemRow.bank: wanted.bank,
        ItemRow.pool: wanted.pool,
        ItemVersionRow.area: wanted.area,
        ItemVersionRow.kind: wanted.kind,
        ItemVersionRow.level: wanted.level,
    }
    for column, value in columns.items():
        if value:
            query = query.where(column == storable(value))
    if wanted.search:
        # The document is canonical JSON: what JSON escapes is looked for as it is written there.
        text = storable(wanted.search)
        inside = json.dumps(text, ensure_ascii=False)[1:-1]
        query = query.where(
            or_(
                ItemRow.code.icontains(text, autoescape=True),
                ItemVersionRow.document.icontains(inside, autoescape=True),
            )
        )
    return query


def _line(item: ItemRow, version: ItemVersionRow) -> ItemLine:
    return ItemLine(
        bank=item.bank,
        code=item.code,
        pool=item.pool,
        kind=version.kind,
        area=version.area,
        level=version.level,
        difficulty_milli=version.difficulty_milli,
        number=version.number,
        version_id=version.id,
        is_retired=item.retired_at is not None,
    )
