"""Use cases of the bank: bringing item files into the database as immutable versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.question_bank.models import ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.rules import Item, document_to_json, key_to_json

MAX_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many items were added, changed (new version), left alone, retired."""

    added: int
    changed: int
    unchanged: int
    retired: int


def sync_bank(session: Session, bank: str, items: Sequence[Item], now: datetime) -> SyncReport:
    """Make the bank hold exactly these items: new content becomes a new version.

    Versions are never changed or deleted, so running attempts and old scores keep theirs. An item
    missing from `items` is retired, one that comes back is used again; the same content is found
    by its hash, so doing it twice changes nothing.
    """
    rows = {row.code: row for row in session.scalars(select(ItemRow).where(ItemRow.bank == bank))}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for item in items:
        row = rows.get(item.document.code)
        outcome = "added" if row is None else "unchanged"
        if row is None:
            row = ItemRow(bank=bank, code=item.document.code, pool="", created_at=now)
            session.add(row)
        row.pool = item.document.pool.value
        row.state, row.retired_at = "approved", None
        session.flush()  # the version needs the item's id
        version = _find_or_add_version(session, row, item, now)
        if outcome == "unchanged" and row.current_version_id != version.id:
            outcome = "changed"
        row.current_version_id = version.id
        _describe(row, item)
        counts[outcome] += 1
    kept = {item.document.code for item in items}
    gone = [row for code, row in rows.items() if code not in kept and row.retired_at is None]
    for row in gone:
        row.state, row.retired_at = "retired", now
    session.flush()  # the caller may count on the rows being there
    return SyncReport(**counts, retired=len(gone))


def _describe(row: ItemRow, item: Item) -> None:
    """Let the row say what its newest content is."""
    document = item.document
    row.kind, row.area, row.level = document.kind.value, document.area, document.level.value
    row.difficulty_milli = int(document.difficulty * 1000)
    row.is_parametric = document.draw is not None
    row.excerpt = " ".join(document.stem.split())[:MAX_EXCERPT]


def _find_or_add_version(
    session: Session, row: ItemRow, item: Item, now: datetime
) -> ItemVersionRow:
    content_hash = item.content_hash
    found = session.scalar(
        select(ItemVersionRow).where(
            ItemVersionRow.item_id == row.id, ItemVersionRow.content_hash == content_hash
        )
    )
    if found is not None:
        return found
    number = session.scalar(
        select(func.count()).select_from(ItemVersionRow).where(ItemVersionRow.item_id == row.id)
    )
    document = item.document
    version = ItemVersionRow(
        item_id=row.id,
        number=(number or 0) + 1,
        content_hash=content_hash,
        kind=document.kind.value,
        area=document.area,
        level=document.level.value,
        difficulty_milli=int(document.difficulty * 1000),
        document=document_to_json(document),
        created_at=now,
    )
    session.add(version)
    session.flush()  # the key needs the version's id
    session.add(ItemKeyRow(item_version_id=version.id, document=key_to_json(item.key)))
    return version
