"""Questions that are already there: the same words in the same file, or in the bank.

Two are the same when stem, options and sub-items agree but for width, case, white space and
punctuation; what is right plays no part, for a second key to one question is what must be seen.
Nearly the same is the matter of `similarity`.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.question_bank.drafts import (
    DraftFinding,
    ItemDraft,
    draft_from_json,
    draft_of,
)
from learning.question_bank.models import ItemDraftRow, ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.rules import Item, document_from_json, key_from_json
from learning.question_bank.services.import_rows import DUPLICATE

_NOISE = re.compile(r"[\s,，。、；;：:？?！!（）()【】\[\]“”\"'‘’《》_]+")
_EXCERPT = 300
_CHUNK = 500
_LINES = frozenset({"matching", "ordering"})  # what they ask stands in their answers

Remarks = Mapping[int, Sequence[DraftFinding]]


def signature(draft: ItemDraft) -> bytes:
    """Return what two questions with the same words share."""
    return hashlib.blake2b("\x1e".join(_words(draft)).encode(), digest_size=16).digest()


def find_duplicates(
    session: Session, bank: str, numbered: Iterable[tuple[int, ItemDraft]]
) -> Remarks:
    """Return a remark for each question that an earlier one, or an item of the bank, says too."""
    questions = [(number, draft) for number, draft in numbered if draft.stem.strip()]
    known = _in_bank(session, bank)
    first: dict[bytes, int] = {}
    suspects: dict[int, tuple[bytes, list[int]]] = {}
    remarks: dict[int, list[DraftFinding]] = defaultdict(list)
    for number, draft in questions:
        mark = signature(draft)
        earlier = first.setdefault(mark, number)
        if earlier != number:
            remarks[number].append(_remark(f"与第 {earlier} 题相同"))
        if ids := known.get(_fold(_excerpt(draft.stem))):
            suspects[number] = (mark, ids)
    there = _signatures(session, {i for _, ids in suspects.values() for i in ids})
    for number, (mark, ids) in suspects.items():
        codes = [code for i in ids for known_mark, code in [there[i]] if known_mark == mark]
        if codes:
            remarks[number].append(_remark(f"题库里已有：{'、'.join(codes[:3])}"))
    return remarks


def _words(draft: ItemDraft) -> Iterable[str]:
    yield _fold(draft.stem)
    yield from sorted(_fold(option.text) for option in draft.options)
    if draft.kind in _LINES:
        yield from sorted(_fold(answer) for answer in draft.answers)
    yield draft.draw
    for part in draft.parts:
        yield from _words(part)


def _fold(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _excerpt(stem: str) -> str:
    return " ".join(stem.split())[:_EXCERPT]


def _remark(message: str) -> DraftFinding:
    return DraftFinding("stem", DUPLICATE, message, is_remark=True)


def _in_bank(session: Session, bank: str) -> Mapping[str, list[int]]:
    """Return the ids of a bank's items by the folded beginning of their stem."""
    query = select(ItemRow.id, ItemRow.excerpt).where(
        ItemRow.bank == bank, ItemRow.retired_at.is_(None)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for item_id, excerpt in session.execute(query):
        found[_fold(excerpt)].append(item_id)
    return found


def _signatures(session: Session, ids: Iterable[int]) -> Mapping[int, tuple[bytes, str]]:
    """Return signature and code of items: of the draft where there is one, else the version."""
    wanted = sorted(ids)
    found: dict[int, tuple[bytes, str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        rows: Iterable[Any] = session.execute(
            select(
                ItemRow.id,
                ItemRow.code,
                ItemDraftRow.content,
                ItemVersionRow.document,
                ItemKeyRow.document,
            )
            .outerjoin(ItemDraftRow, ItemDraftRow.item_id == ItemRow.id)
            .outerjoin(
                ItemVersionRow,
                ItemVersionRow.id.in_([ItemRow.review_version_id, ItemRow.current_version_id]),
            )
            .outerjoin(ItemKeyRow, ItemKeyRow.item_version_id == ItemVersionRow.id)
            .where(ItemRow.id.in_(chunk))
            .order_by(ItemRow.id, ItemVersionRow.id)
        )
        for item_id, code, draft, document, key in rows:
            if draft is not None:
                found[item_id] = (signature(draft_from_json(draft)), code)
            elif document is not None:
                item = Item(document_from_json(document), key_from_json(key))
                found[item_id] = (signature(draft_of(item)), code)
            else:
                found[item_id] = (b"", code)
    return found
