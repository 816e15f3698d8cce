"""Bringing item files into the database as immutable versions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.question_bank.loader import Bank
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.rules import Item, Picture, Pool
from learning.question_bank.services.media import keep_pictures
from learning.question_bank.services.records import describe, find_or_add_versions
from learning.question_bank.services.searching import index_items


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many items were added, changed (new version), left alone, retired."""

    added: int
    changed: int
    unchanged: int
    retired: int


def sync_settings(session: Session, bank: Bank, now: datetime) -> None:
    """Let the bank's row say what `bank.toml` says; raises as `sync_bank` does."""
    row = _find_or_add_bank(session, bank.id, now)
    row.title, row.title_en, row.description = bank.title, bank.title_en, bank.description
    row.pool, row.tracks = bank.pool.value, json.dumps(bank.tracks, ensure_ascii=False)


def _find_or_add_bank(session: Session, code: str, now: datetime) -> BankRow:
    row = session.scalar(select(BankRow).where(BankRow.code == code))
    if row is None:
        row = BankRow(
            code=code,
            title=code,
            title_en="",
            description="",
            pool=Pool.PRACTICE.value,
            tracks="[]",
            origin="file",
            created_at=now,
        )
        session.add(row)
    elif row.origin != "file":
        raise Conflict("bank_web", bank=code)
    return row


def sync_bank(
    session: Session,
    bank: str,
    items: Sequence[Item],
    now: datetime,
    *,
    pictures: Iterable[Picture] = (),
) -> SyncReport:
    """Make the bank hold exactly these items: new content becomes a new version.

    `pictures` are what their texts show; they are kept for good.

    Versions are never changed or deleted, so running attempts and old scores keep theirs. An item
    missing from `items` is retired, one that comes back is used again; the same content is found
    by its hash, so doing it twice changes nothing. Raises Conflict("bank_web") for a bank whose
    items are written on the web.
    """
    _find_or_add_bank(session, bank, now)
    keep_pictures(session, None, pictures, now)
    rows = {row.code: row for row in session.scalars(select(ItemRow).where(ItemRow.bank == bank))}
    before = {code: row.current_version_id for code, row in rows.items()}
    pairs = [(_take_row(session, rows, bank, item, now), item) for item in items]
    session.flush()  # versions need the ids of their items
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    said_anew: list[int] = []
    versions = find_or_add_versions(session, pairs, now)
    for (row, item), version_id in zip(pairs, versions, strict=True):
        outcome = _outcome(before, row.code, version_id)
        row.current_version_id = version_id
        describe(row, item)
        counts[outcome] += 1
        if outcome != "unchanged":
            said_anew.append(row.id)
    kept = {item.document.code for item in items}
    gone = [row for code, row in rows.items() if code not in kept and row.retired_at is None]
    for row in gone:
        row.state, row.retired_at = "retired", now
    session.flush()  # the caller may count on the rows being there
    index_items(session, said_anew)
    return SyncReport(**counts, retired=len(gone))


def _take_row(
    session: Session, rows: dict[str, ItemRow], bank: str, item: Item, now: datetime
) -> ItemRow:
    """Return the row of an item, made if there is none; it is in use from here on."""
    code = item.document.code
    row = rows.get(code)
    if row is None:
        row = rows[code] = ItemRow(bank=bank, code=code, pool="", created_at=now)
        session.add(row)
    row.pool = item.document.pool.value
    row.state, row.retired_at = "approved", None
    return row


def _outcome(before: Mapping[str, int | None], code: str, version_id: int) -> str:
    if code not in before:
        return "added"
    return "unchanged" if before[code] == version_id else "changed"
