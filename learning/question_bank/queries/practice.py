"""What practice may ask: approved items of no secure bank; which areas banks have."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from learning.question_bank.models import BankRow, ItemRow, ItemVersionRow
from learning.question_bank.queries.pools import PoolItem, as_pool_item
from learning.question_bank.queries.texts import storable
from learning.question_bank.queries.versions import get_documents
from learning.question_bank.rules import ItemKind, Pool, document_from_json


@dataclass(frozen=True, slots=True)
class PracticeItem:
    """An item that practice may ask, at its newest approved version."""

    item_id: int
    version_id: int
    bank: str
    area: str
    kind: str


@dataclass(frozen=True, slots=True)
class PracticeArea:
    """A knowledge area of a bank for practice, with how many items it has."""

    bank: str
    bank_title: str
    bank_title_en: str
    area: str
    items: int


@dataclass(frozen=True, slots=True)
class PracticeBank:
    """A bank for practice, with how many of the items asked for it has."""

    code: str
    title: str
    title_en: str
    items: int


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Which item a version is of, and where that belongs."""

    item_id: int
    bank: str
    area: str


def list_practice_areas(
    session: Session, units: Collection[int], now: datetime
) -> list[PracticeArea]:
    """Return the areas of the banks for practice, by bank and area.

    Banks of an organisation are for its own people: `units` are theirs and those above.
    """
    rows = session.execute(
        select(BankRow.code, BankRow.title, BankRow.title_en, ItemVersionRow.area, func.count())
        .join(ItemRow, ItemRow.bank == BankRow.code)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .where(*_for_practice(units, now))
        .group_by(BankRow.code, BankRow.title, BankRow.title_en, ItemVersionRow.area)
        .order_by(BankRow.title, BankRow.code, ItemVersionRow.area)
    )
    return [PracticeArea(*row) for row in rows]


def list_practice_banks(
    session: Session, units: Collection[int], kinds: Collection[ItemKind], now: datetime
) -> list[PracticeBank]:
    """Return the banks that have items of these kinds for practice, by title."""
    rows = session.execute(
        select(BankRow.code, BankRow.title, BankRow.title_en, func.count())
        .join(ItemRow, ItemRow.bank == BankRow.code)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .where(*_for_practice(units, now), ItemVersionRow.kind.in_([kind.value for kind in kinds]))
        .group_by(BankRow.code, BankRow.title, BankRow.title_en)
        .order_by(BankRow.title, BankRow.code)
    )
    return [PracticeBank(*row) for row in rows]


def list_practice_items(
    session: Session,
    units: Collection[int],
    now: datetime,
    *,
    bank: str = "",
    areas: Collection[tuple[str, str]] = (),
) -> list[PracticeItem]:
    """Return the items for practice of a bank, or of areas given as (bank, area); else all."""
    query = _ITEMS.where(*_for_practice(units, now))
    if bank:
        query = query.where(BankRow.code == storable(bank))
    if areas:
        query = query.where(
            or_(
                *(
                    (BankRow.code == storable(each)) & (ItemVersionRow.area == storable(area))
                    for each, area in areas
                )
            )
        )
    return [PracticeItem(*row) for row in session.execute(query.order_by(ItemRow.id))]


@dataclass(frozen=True, slots=True)
class PracticePoolItem:
    """An item for practice as a blueprint pins it, with its kind and where it belongs."""

    item_id: int
    bank: str
    kind: ItemKind
    item: PoolItem


def list_practice_pool(
    session: Session,
    units: Collection[int],
    now: datetime,
    *,
    kinds: Collection[ItemKind],
    areas: Collection[str],
    without: Select[int],
) -> list[PracticePoolItem]:
    """Return the items for practice of some kinds and knowledge areas, whatever their banks.

    `without` is a query of items that are left out. In order of bank and code.
    """
    rows = session.execute(
        select(ItemRow.id, ItemRow.bank, ItemVersionRow.id, ItemVersionRow.document)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .join(BankRow, BankRow.code == ItemRow.bank)
        .where(
            *_for_practice(units, now),
            ItemVersionRow.kind.in_([kind.value for kind in kinds]),
            ItemVersionRow.area.in_(areas),
            ItemRow.id.not_in(without),
        )
        .order_by(ItemRow.bank, ItemRow.code)
    )
    found = []
    for item_id, bank, version_id, text in rows:
        document = document_from_json(text)
        pinned = as_pool_item(version_id, document)
        found.append(PracticePoolItem(item_id, bank, document.kind, pinned))
    return found


def list_version_areas(session: Session, version_ids: Collection[int]) -> dict[int, str]:
    """Return the knowledge areas of versions; it tells nothing else of them, so secure ones too."""
    rows = session.execute(
        select(ItemVersionRow.id, ItemVersionRow.area).where(ItemVersionRow.id.in_(version_ids))
    )
    return {row.id: row.area for row in rows}


def list_repeatable(
    session: Session, item_ids: Collection[int], now: datetime
) -> dict[int, PracticeItem]:
    """Return those of some hundred items that may be asked again, by item.

    Whoever has seen the key of an item may be asked it again, whatever its pool was for; a secure
    one never.
    """
    query = _ITEMS.where(ItemRow.id.in_(item_ids), *_open_to_learners(now))
    return {row[0]: PracticeItem(*row) for row in session.execute(query)}


def find_places(session: Session, version_ids: Collection[int]) -> dict[int, ItemPlace]:
    """Return which items these versions are of, by version; secure ones are left out."""
    rows = session.execute(
        select(ItemVersionRow.id, ItemRow.id, ItemRow.bank, ItemVersionRow.area)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(BankRow, BankRow.code == ItemRow.bank)
        .where(ItemVersionRow.id.in_(version_ids), *_nowhere_secure())
    )
    return {row[0]: ItemPlace(row[1], row[2], row[3]) for row in rows}


def list_pinnable(session: Session, version_ids: Sequence[int]) -> list[tuple[ItemKind, PoolItem]]:
    """Return versions with their kind as a form pins them, in the order given."""
    documents = get_documents(session, version_ids)
    return [(documents[n].kind, as_pool_item(n, documents[n])) for n in version_ids]


_ITEMS = (
    select(ItemRow.id, ItemVersionRow.id, ItemRow.bank, ItemVersionRow.area, ItemVersionRow.kind)
    .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
    .join(BankRow, BankRow.code == ItemRow.bank)
)


def _nowhere_secure() -> tuple[ColumnElement[bool], ...]:
    """Two locks: a secure bank whatever its rows say, and a secure item whatever its bank is."""
    return (BankRow.pool != Pool.SECURE.value, ItemRow.pool != Pool.SECURE.value)


def _open_to_learners(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        *_nowhere_secure(),
        ItemRow.state == "approved",
        or_(ItemRow.not_before.is_(None), ItemRow.not_before <= now),
    )


def _for_practice(units: Collection[int], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        *_open_to_learners(now),
        ItemRow.pool == Pool.PRACTICE.value,
        or_(BankRow.unit_id.is_(None), BankRow.unit_id.in_(units)),
    )
