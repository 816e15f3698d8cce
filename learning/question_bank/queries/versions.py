"""Documents and keys are immutable by version id, so each process keeps them, parsed.

Keys have a function of their own: only scoring and the release of results call it.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.question_bank.models import ItemKeyRow, ItemVersionRow
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    document_from_json,
    key_from_json,
)

CACHE_SIZE = 20_000
Value = TypeVar("Value")


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


def get_whole(session: Session, version_id: int) -> Item:
    """Return a version with its key, as its author writes it: for use cases alone."""
    document = get_documents(session, [version_id])[version_id]
    return Item(document, get_keys(session, [version_id])[version_id])
