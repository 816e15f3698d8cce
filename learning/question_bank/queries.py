"""Reads of items. Documents and keys are immutable by version id, so each process keeps them.

Keys have a function of their own: only scoring and the release of results call it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.question_bank.models import ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.rules import (
    AnswerKey,
    ItemDocument,
    ItemKind,
    Pool,
    document_from_json,
    key_from_json,
)

CACHE_SIZE = 20_000
PAGE_SIZE = 50
NOWHERE = "\x7f"  # in no code, name or stem: the loader refuses control characters
MAX_OFFSET = 10_000_000  # beyond every bank; a larger number would not fit the databases
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item version that may be drawn, with its option ids in file order."""

    version_id: int
    options: tuple[str, ...]


class VersionCache(Generic[Value]):
    """Keeps parsed values per (database, version id), bounded; versions never change.

    When full it is emptied: simpler than ordering, and the next requests fill it again.
    """

    def __init__(self, parse: Callable[[str], Value]) -> None:
        self._parse = parse
        self._values: dict[tuple[str, int], Value] = {}
        self._lock = Lock()

    def get(
        self, session: Session, ids: Iterable[int], statement: Callable[[list[int]], Any]
    ) -> dict[int, Value]:
        """Return the values by version id, reading at most once for those not kept."""
        place = str(session.get_bind().engine.url)
        wanted = list(dict.fromkeys(ids))
        held = self._values  # another thread may put an empty one in its place at any moment
        found = {i: value for i in wanted if (value := held.get((place, i))) is not None}
        missing = [i for i in wanted if i not in found]
        if missing:
            for version_id, text in session.execute(statement(missing)):
                found[version_id] = self._parse(text)
            with self._lock:
                if len(self._values) > CACHE_SIZE:
                    self._values = {}
                self._values.update({(place, i): found[i] for i in missing if i in found})
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values = {}


_documents = VersionCache(document_from_json)
_keys = VersionCache(key_from_json)


def forget_versions() -> None:
    """Forget what is kept: after a restore an id may mean another version."""
    _documents.clear()
    _keys.clear()


def get_documents(session: Session, version_ids: Iterable[int]) -> dict[int, ItemDocument]:
    """Return item documents by version id; they hold nothing of the key."""
    return _documents.get(
        session,
        version_ids,
        lambda ids: select(ItemVersionRow.id, ItemVersionRow.document).where(
            ItemVersionRow.id.in_(ids)
        ),
    )


def get_keys(session: Session, version_ids: Iterable[int]) -> dict[int, AnswerKey]:
    """Return answer keys by version id: for scoring and released results alone."""
    return _keys.get(
        session,
        version_ids,
        lambda ids: select(ItemKeyRow.item_version_id, ItemKeyRow.document).where(
            ItemKeyRow.item_version_id.in_(ids)
        ),
    )


def list_pool(
    session: Session, bank: str, pool: Pool, kind: ItemKind, areas: Iterable[str] = ()
) -> list[PoolItem]:
    """Return the current versions of a pool that fit, in order of item code."""
    query = (
        select(ItemVersionRow.id, ItemVersionRow.document)
        .join(ItemRow, ItemRow.current_version_id == ItemVersionRow.id)
        .where(
            ItemRow.bank == bank,
            ItemRow.pool == pool.value,
            ItemRow.retired_at.is_(None),
            ItemVersionRow.kind == kind.value,
        )
        .order_by(ItemRow.code)
    )
    wanted = list(areas)
    if wanted:
        query = query.where(ItemVersionRow.area.in_(wanted))
    return [
        PoolItem(version_id, tuple(option.id for option in document_from_json(text).options))
        for version_id, text in session.execute(query)
    ]


def list_banks(session: Session) -> list[str]:
    """Return the ids of all banks, in order."""
    return list(session.scalars(select(ItemRow.bank).distinct().order_by(ItemRow.bank)))


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


def list_items(session: Session, wanted: ItemFilter, *, page: int) -> tuple[list[ItemLine], int]:
    """Return a page of items in order of bank and code, and how many fit in all."""
    fitting = _fitting(wanted)
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    rows = session.execute(
        fitting.order_by(ItemRow.bank, ItemRow.code)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MAX_OFFSET))
    )
    return [_line(*row) for row in rows], total


def get_item(session: Session, bank: str, code: str) -> ItemLine:
    """Return one item's newest version; raise NotFound when there is none."""
    found = session.execute(
        _fitting(ItemFilter(bank=bank)).where(ItemRow.code == storable(code))
    ).first()
    if found is None or not bank:
        raise NotFound("item")
    return _line(*found)


def list_areas(session: Session, bank: str) -> list[str]:
    """Return the knowledge areas of a bank, or of all when it is "", in order."""
    query = select(ItemVersionRow.area).join(
        ItemRow, ItemRow.current_version_id == ItemVersionRow.id
    )
    if bank:
        query = query.where(ItemRow.bank == storable(bank))
    return list(session.scalars(query.distinct().order_by(ItemVersionRow.area)))


def _fitting(wanted: ItemFilter) -> Select[ItemRow, ItemVersionRow]:
    query = select(ItemRow, ItemVersionRow).join(
        ItemVersionRow, ItemRow.current_version_id == ItemVersionRow.id
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


def storable(text: str) -> str:
    """Return a text from outside, or one that nothing has when no database could hold it."""
    return text if text.isprintable() else NOWHERE


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
