"""Rows of items: what they say of their content, versions with their keys, steps of their life."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.question_bank.drafts import Defaults, DraftFinding, ItemDraft, unknown_enemy
from learning.question_bank.item_types import kind_of_word
from learning.question_bank.models import (
    BankRow,
    ItemKeyRow,
    ItemReview,
    ItemRow,
    ItemVersionRow,
)
from learning.question_bank.queries import find_named
from learning.question_bank.rules import (
    Item,
    ItemKind,
    Level,
    Pool,
    document_to_json,
    key_to_json,
)

MAX_EXCERPT = 300
MOST_IDS = 1_000  # of one statement
MAX_AREA = 120


def user_id_of(actor: Actor | None) -> int | None:
    """Return who acts, None for the system itself."""
    return actor.user_id if actor else None


def describe(row: ItemRow, item: Item) -> None:
    """Let the row say what its newest content is."""
    document = item.document
    row.kind, row.area, row.level = document.kind.value, document.area, document.level.value
    row.difficulty_milli = int(document.difficulty * 1000)
    row.is_parametric = document.draw is not None
    row.excerpt = excerpt_of(document.stem)


def describe_unchecked(row: ItemRow, draft: ItemDraft, defaults: Defaults) -> None:
    """Let the row say as much of a draft as can be understood while something is wrong with it."""
    row.kind = _kind_of(draft.kind)
    row.area = _printable(draft.area or defaults.area)[:MAX_AREA]
    row.level = draft.level if draft.level in set(Level) else defaults.level.value
    row.difficulty_milli = _thousandths(draft.difficulty, defaults.difficulty)
    row.is_parametric = bool(draft.draw)
    row.excerpt = excerpt_of(draft.stem)


def _kind_of(word: str) -> str:
    try:
        return ItemKind(word).value
    except ValueError:
        known = kind_of_word(word)
        return known.value if known else ""


def excerpt_of(stem: str) -> str:
    """Return the beginning of a stem on one line, without what no database could hold."""
    text = " ".join(stem.split())[:MAX_EXCERPT]
    return _printable(text)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _thousandths(text: str, default: Decimal) -> int:
    try:
        value = Decimal(text[:20]) if text else default
    except ArithmeticError:
        value = default
    return int(value * 1000) if value.is_finite() and 0 <= value <= 1 else int(default * 1000)


def defaults_of(bank: BankRow, code: str) -> Defaults:
    """Return what an item of the bank is where its draft says nothing."""
    return Defaults(code=code, pool=Pool(bank.pool), tracks=tuple(json.loads(bank.tracks)))


def pool_findings(draft: ItemDraft, bank_pool: str) -> tuple[DraftFinding, ...]:
    """Say whether a draft is in the wrong kind of bank.

    A secure bank holds secure items alone, and no other bank holds any.
    """
    if draft.pool in {"", bank_pool} or Pool.SECURE.value not in {draft.pool, bank_pool}:
        return ()
    message = (
        "保密题库里的试题只能作保密题" if bank_pool == "secure" else "保密题只能放在保密题库里"
    )
    return (DraftFinding("pool", "pool_secure", message),)


def enemy_findings(
    session: Session, bank: str, excludes: Sequence[str], beside: Collection[str]
) -> tuple[DraftFinding, ...]:
    """Name the enemies that neither the bank has nor `beside`, what is made with the item."""
    asked = [code for code in excludes if code not in beside]
    if not asked:
        return ()
    known = find_named(session, bank, asked)
    return tuple(
        DraftFinding("excludes", "excludes_unknown", unknown_enemy(code))
        for code in asked
        if code not in known
    )


def pool_in_bank(draft: ItemDraft, bank_pool: str) -> str:
    """Return the pool that an item of a bank is in, whatever else its draft says."""
    if bank_pool != Pool.SECURE.value and draft.pool in {"practice", "contest"}:
        return draft.pool
    return bank_pool


def find_or_add_versions(
    session: Session,
    pairs: Sequence[tuple[ItemRow, Item]],
    now: datetime,
    *,
    written_by: int | None = None,
) -> list[int]:
    """Return, pair by pair, the id of the version with exactly this content and key.

    What is not there yet is made, all of it in one go; the rows of the items must have their ids.
    """
    ids, numbers = _list_versions(session, sorted({row.id for row, _item in pairs}))
    made: dict[tuple[int, str], tuple[ItemVersionRow, Item]] = {}
    for row, item in pairs:
        content = (row.id, item.content_hash)
        if content not in ids and content not in made:
            numbers[row.id] = numbers.get(row.id, 0) + 1
            made[content] = (_new_version(row.id, numbers[row.id], item, now, written_by), item)
    session.add_all(version for version, _item in made.values())
    session.flush()  # the keys need the versions' ids
    session.add_all(
        ItemKeyRow(item_version_id=version.id, document=key_to_json(item.key))
        for version, item in made.values()
    )
    ids |= {content: version.id for content, (version, _item) in made.items()}
    return [ids[row.id, item.content_hash] for row, item in pairs]


def _list_versions(
    session: Session, item_ids: Sequence[int]
) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    """Return the ids of all versions by item and content, and the highest number of each item."""
    ids: dict[tuple[int, str], int] = {}
    numbers: dict[int, int] = {}
    for start in range(0, len(item_ids), MOST_IDS):
        rows = session.execute(
            select(
                ItemVersionRow.item_id,
                ItemVersionRow.content_hash,
                ItemVersionRow.id,
                ItemVersionRow.number,
            ).where(ItemVersionRow.item_id.in_(item_ids[start : start + MOST_IDS]))
        )
        for item_id, content_hash, version_id, number in rows:
            ids[item_id, content_hash] = version_id
            numbers[item_id] = max(number, numbers.get(item_id, 0))
    return ids, numbers


def _new_version(
    item_id: int, number: int, item: Item, now: datetime, written_by: int | None
) -> ItemVersionRow:
    document = item.document
    return ItemVersionRow(
        item_id=item_id,
        number=number,
        content_hash=item.content_hash,
        kind=document.kind.value,
        area=document.area,
        level=document.level.value,
        difficulty_milli=int(document.difficulty * 1000),
        document=document_to_json(document),
        written_by=written_by,
        created_at=now,
    )


def note_act(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    act: str,
    now: datetime,
    *,
    version_id: int | None = None,
    comment: str = "",
) -> None:
    """Write a step of the item's life; the rows are append-only."""
    user_id = user_id_of(actor)
    note_act_by(session, user_id, item, act, now, version_id=version_id, comment=comment)


def note_act_by(
    session: Session,
    user_id: int | None,
    item: ItemRow,
    act: str,
    now: datetime,
    *,
    version_id: int | None = None,
    comment: str = "",
) -> None:
    """Write a step of the item's life by whom a row id names, as `note_act`."""
    session.add(
        ItemReview(
            item_id=item.id,
            version_id=version_id,
            acted_by=user_id,
            act=act,
            comment=comment,
            at=now,
        )
    )


def hold_item(session: Session, item: ItemRow) -> None:
    """Take the item's row until the transaction ends, and read what it says now.

    Whoever decides on it looks after this: two who decide at once come one after the other.
    """
    session.flush()  # what this transaction has changed must not be read over
    held = session.scalar(
        select(ItemRow)
        .where(ItemRow.id == item.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None:
        raise Conflict("item_gone")


def subject_of(item: ItemRow) -> str:
    """Return what the audit calls an item."""
    return f"{item.bank}/{item.code}"[:80]
