"""Keeping items findable: their terms follow their newest content, in the same transaction.

What is found is stem, options, prompts, sub-items, area, code and tags; never a key and never an
explanation, which whoever may not see keys could otherwise guess word by word.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from learning.kernel.bulk import insert_many
from learning.kernel.search import fts5_forget, fts5_learn, terms_of
from learning.question_bank.models import (
    ItemDraftRow,
    ItemRow,
    ItemSearch,
    ItemTag,
    ItemVersionRow,
)

SLICE = 500
_FORGET, _LEARN = text(fts5_forget("item_search")), text(fts5_learn("item_search"))


def index_items(session: Session, item_ids: Sequence[int]) -> None:
    """Make items findable by what they say now; call it after a change, flushed, of any of it."""
    for start in range(0, len(item_ids), SLICE):
        ids = item_ids[start : start + SLICE]
        said = _said(session, ids, with_names=True)
        _replace(session, ids, {number: terms_of(words) for number, words in said.items()})


def said_of(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """Return what each item asks, without its code, area and tags; for at most some hundred."""
    return _said(session, item_ids, with_names=False)


def forget_items(session: Session, item_ids: Sequence[int]) -> None:
    """Take items out of the search before they are deleted."""
    for start in range(0, len(item_ids), SLICE):
        _replace(session, item_ids[start : start + SLICE], {})


def _replace(session: Session, ids: Sequence[int], terms: Mapping[int, str]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    held = session.execute(
        select(ItemSearch.item_id, ItemSearch.terms).where(ItemSearch.item_id.in_(ids))
    ).all()
    if held and is_sqlite:
        session.execute(_FORGET, [{"id": number, "terms": words} for number, words in held])
    if held:
        session.execute(delete(ItemSearch).where(ItemSearch.item_id.in_(ids)))
    if not terms:
        return
    rows = [{"item_id": number, "terms": words} for number, words in terms.items()]
    insert_many(session, ItemSearch, rows)
    if is_sqlite:
        session.execute(_LEARN, [{"id": number, "terms": words} for number, words in terms.items()])


def _said(session: Session, ids: Sequence[int], *, with_names: bool) -> dict[int, str]:
    """Return all that an item says: of its draft where there is one."""
    newest = ItemVersionRow.id == func.coalesce(
        ItemRow.review_version_id, ItemRow.current_version_id
    )
    rows = session.execute(
        select(ItemRow, ItemVersionRow.document, ItemDraftRow.content)
        .outerjoin(ItemVersionRow, newest)
        .outerjoin(ItemDraftRow, ItemDraftRow.item_id == ItemRow.id)
        .where(ItemRow.id.in_(ids))
    )
    tags = _tags(session, ids) if with_names else {}
    said = {}
    for item, document, draft in rows:
        names = (item.code, item.area, *tags.get(item.id, ())) if with_names else ()
        texts = _draft_texts(json.loads(draft)) if draft else _document_texts(document)
        said[item.id] = "\n".join((*names, *texts))
    return said


def _tags(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    tags: dict[int, list[str]] = {}
    for number, tag in session.execute(
        select(ItemTag.item_id, ItemTag.tag).where(ItemTag.item_id.in_(ids))
    ):
        tags.setdefault(number, []).append(tag)
    return tags


def _document_texts(document: str | None) -> Iterable[str]:
    return _texts(json.loads(document)) if document else ()


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    yield document["stem"]
    for pairs in (document["options"], document.get("prompts", ())):
        yield from (words for _id, words in pairs)
    for part in document.get("parts", ()):
        yield from _texts(part)


def _draft_texts(draft: Mapping[str, Any]) -> Iterator[str]:
    yield draft.get("stem", "")
    yield from (option["text"] for option in draft.get("options", ()))
    for part in draft.get("parts", ()):
        yield from _draft_texts(part)
