"""What may be drawn: the approved versions of a bank's pool."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from learning.question_bank.item_types import is_scored
from learning.question_bank.models import BankRow, ItemExposure, ItemRow, ItemVersionRow
from learning.question_bank.queries.texts import storable
from learning.question_bank.rules import (
    Band,
    ItemDocument,
    ItemKind,
    Level,
    Pool,
    band_of,
    document_from_json,
)


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item version that may be drawn, with its option ids in file order.

    `refused` are the numbers of variants never to be shown, None for an item that has none;
    `is_scored` is false where a person marks the item or a part of it. Area, level and band are
    what a cell of a blueprint asks for; `excludes` are the codes of its enemies.
    """

    version_id: int
    options: tuple[str, ...]
    refused: tuple[int, ...] | None
    is_scored: bool
    code: str
    area: str
    level: Level
    band: Band
    difficulty_milli: int
    excludes: tuple[str, ...] = ()


def list_pool(
    session: Session,
    bank: str,
    pool: Pool,
    kind: ItemKind,
    areas: Iterable[str] = (),
    *,
    opens_at: datetime | None = None,
    unseen_since: datetime | None = None,
) -> list[PoolItem]:
    """Return the approved versions of a pool that fit, in order of item code.

    An item any version of which stood on a form finished at or after `unseen_since` is left out.
    Items kept back until a date are drawn by what opens at or after it; without `opens_at` none of
    them is. Secure items are in secure banks alone: a query for practice finds
    none there, whatever a row says.
    """
    query = (
        select(ItemVersionRow.id, ItemVersionRow.document)
        .join(ItemRow, ItemRow.current_version_id == ItemVersionRow.id)
        .where(
            ItemRow.bank == bank,
            ItemRow.pool == pool.value,
            ItemRow.state == "approved",
            ItemVersionRow.kind == kind.value,
            _is_released(opens_at),
        )
        .order_by(ItemRow.code)
    )
    if pool is not Pool.SECURE:
        secure = select(BankRow.code).where(BankRow.pool == Pool.SECURE.value)
        query = query.where(ItemRow.bank.not_in(secure))
    if unseen_since is not None:
        query = query.where(ItemRow.id.not_in(_seen_since(unseen_since)))
    wanted = list(areas)
    if wanted:
        query = query.where(ItemVersionRow.area.in_(wanted))
    return [
        as_pool_item(version_id, document_from_json(text))
        for version_id, text in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class NamedItem:
    """An item of a bank as it stands, whether or not it may be drawn.

    `version_id` is None for one that was never approved; kind, area and difficulty are those of
    what may be drawn. `excerpt` is the beginning of its newest stem.
    """

    code: str
    kind: str
    area: str
    state: str
    pool: str
    difficulty_milli: int
    excerpt: str
    version_id: int | None
    not_before: datetime | None


def find_named(session: Session, bank: str, codes: Iterable[str]) -> dict[str, NamedItem]:
    """Return the items of a bank that some hundred codes name; what is missing is left out."""
    wanted = [storable(code) for code in codes]
    rows = session.execute(_named().where(ItemRow.bank == bank, ItemRow.code.in_(wanted)))
    return {row.code: NamedItem(*row) for row in rows}


def search_pool(
    session: Session, bank: str, pool: Pool, text: str, *, in_stems: bool, limit: int
) -> list[NamedItem]:
    """Return approved items of a pool whose code holds a text, in order of code.

    With `in_stems` also those whose area or the beginning of whose stem holds it.
    """
    wanted = storable(text.strip())
    holds = ItemRow.code.contains(wanted, autoescape=True)
    if in_stems:
        holds |= ItemRow.excerpt.contains(wanted, autoescape=True)
        holds |= ItemRow.area.contains(wanted, autoescape=True)
    rows = session.execute(
        _named()
        .where(ItemRow.bank == bank, ItemRow.pool == pool.value, ItemRow.state == "approved", holds)
        .order_by(ItemRow.code)
        .limit(limit)
    )
    return [NamedItem(*row) for row in rows]


def list_seen(session: Session, bank: str, since: datetime) -> set[str]:
    """Return the codes of a bank's items that stood on a form finished at or after an instant."""
    seen = select(ItemRow.code).where(ItemRow.bank == bank, ItemRow.id.in_(_seen_since(since)))
    return set(session.scalars(seen))


def _named() -> Select[*tuple[Any, ...]]:
    return select(
        ItemRow.code,
        func.coalesce(ItemVersionRow.kind, ItemRow.kind),
        func.coalesce(ItemVersionRow.area, ItemRow.area),
        ItemRow.state,
        ItemRow.pool,
        ItemRow.difficulty_milli,
        ItemRow.excerpt,
        ItemRow.current_version_id,
        ItemRow.not_before,
    ).outerjoin(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)


def count_cases_by_hand(session: Session, reach: Select[str]) -> Iterator[tuple[str, str, int]]:
    """Count the approved cases with a part that a person marks, by bank and pool.

    `reach` is a query of the banks' codes. What a part is stands in the documents alone.
    """
    rows = session.execute(
        select(ItemRow.bank, ItemRow.pool, ItemVersionRow.document)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .where(
            ItemRow.state == "approved",
            ItemRow.bank.in_(reach),
            ItemVersionRow.kind == ItemKind.CASE.value,
        )
    )
    found = Counter(
        (bank, pool) for bank, pool, text in rows if not is_scored(document_from_json(text))
    )
    for (bank, pool), count in found.items():
        yield bank, pool, count


def as_pool_item(version_id: int, document: ItemDocument) -> PoolItem:
    """Return a version as a blueprint pins it."""
    difficulty_milli = int(document.difficulty * 1000)
    return PoolItem(
        version_id,
        options=tuple(option.id for option in document.options),
        refused=document.draw.refused if document.draw else None,
        is_scored=is_scored(document),
        code=document.code,
        area=document.area,
        level=document.level,
        band=band_of(difficulty_milli),
        difficulty_milli=difficulty_milli,
        excludes=document.excludes,
    )


def _seen_since(since: datetime) -> Select[int]:
    return (
        select(ItemVersionRow.item_id)
        .join(ItemExposure, ItemExposure.version_id == ItemVersionRow.id)
        .where(ItemExposure.last_at >= since)
    )


def _is_released(opens_at: datetime | None) -> ColumnElement[bool]:
    if opens_at is None:
        return ItemRow.not_before.is_(None)
    return or_(ItemRow.not_before.is_(None), ItemRow.not_before <= opens_at)
