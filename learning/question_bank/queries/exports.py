"""Reads for exports and counts: whole items, with keys, of a bank or a selection."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.question_bank.models import ItemRow, MediaFile
from learning.question_bank.queries.texts import storable
from learning.question_bank.queries.versions import get_documents, get_keys
from learning.question_bank.rules import Item

CHUNK = 1000


def list_current(session: Session, bank: str, codes: Sequence[str] = ()) -> list[int]:
    """Return a bank's approved versions in order of code; with `codes` of these items alone."""
    query = select(ItemRow.current_version_id).where(
        ItemRow.bank == bank,
        ItemRow.current_version_id.is_not(None),
        ItemRow.retired_at.is_(None),
    )
    if codes:
        query = query.where(ItemRow.code.in_([storable(code) for code in codes]))
    return [number for number in session.scalars(query.order_by(ItemRow.code)) if number]


def get_items(session: Session, version_ids: Sequence[int]) -> Iterator[Item]:
    """Return whole items by version, in the order asked for: for exports, which log it."""
    for start in range(0, len(version_ids), CHUNK):
        ids = version_ids[start : start + CHUNK]
        documents, keys = get_documents(session, ids), get_keys(session, ids)
        yield from (Item(documents[i], keys[i]) for i in ids)


def get_media(session: Session, sha256s: Sequence[str]) -> list[MediaFile]:
    """Return kept pictures by their hash."""
    return list(session.scalars(select(MediaFile).where(MediaFile.sha256.in_(sha256s))))


def list_kinds(session: Session) -> list[tuple[str, str, bool, int]]:
    """Count the items in use: bank, kind, whether parametric, how many; in that order."""
    rows = session.execute(
        select(ItemRow.bank, ItemRow.kind, ItemRow.is_parametric, func.count())
        .where(ItemRow.retired_at.is_(None))
        .group_by(ItemRow.bank, ItemRow.kind, ItemRow.is_parametric)
        .order_by(ItemRow.bank, ItemRow.kind, ItemRow.is_parametric)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def list_sources(session: Session) -> Iterator[tuple[str, str]]:
    """Return the bank and the source of every item in use: for counts; no answer among them."""
    found = session.execute(
        select(ItemRow.bank, ItemRow.current_version_id)
        .where(ItemRow.retired_at.is_(None))
        .order_by(ItemRow.bank, ItemRow.code)
    )
    rows = [(bank, version_id) for bank, version_id in found if version_id]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        keys = get_keys(session, [version_id for _, version_id in chunk])
        yield from ((bank, keys[version_id].source) for bank, version_id in chunk)
