"""The item types, one module per kind; a new kind is a module and a line in `_TYPES`.

Every module answers the same five questions and is pure:
- `parse(block)`: what the author's lines mean, or what is wrong with them;
- `write(item)`: those lines again;
- `normalise(document, raw)`: the canonical form of a response, or `ResponseInvalid`;
- `is_answered(response)`: whether a canonical response answers anything;
- `tally(document, key, response)`: how much of it is right. Points are the matter of `scoring`.
"""

from types import MappingProxyType
from typing import Any, Protocol

from learning.question_bank.item_types import blank, multiple, numeric, single, true_false
from learning.question_bank.item_types.parts import (
    AnswerLine,
    Finding,
    ItemBlock,
    ItemParts,
    OptionLine,
    Tally,
)
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Response

__all__ = [
    "ITEM_TYPES",
    "AnswerLine",
    "Finding",
    "ItemBlock",
    "ItemParts",
    "ItemType",
    "OptionLine",
    "Tally",
    "is_answered",
    "normalise",
    "parse",
    "tally",
    "write",
]


class ItemType(Protocol):
    """What a module of this package offers."""

    def parse(self, block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
        """Read the author's lines; the parts are only good when there is no finding."""
        ...

    def write(self, item: Item) -> list[str]:
        """Write options and answers as the author's lines."""
        ...

    def normalise(self, document: ItemDocument, raw: Any) -> Response:
        """Bring a raw response into canonical form; raises ResponseInvalid."""
        ...

    def is_answered(self, response: Response) -> bool:
        """Say whether a canonical response answers anything."""
        ...

    def tally(self, document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
        """Count what is right and wrong in a canonical response; raises ResponseInvalid."""
        ...


ITEM_TYPES: MappingProxyType[ItemKind, ItemType] = MappingProxyType(
    {
        ItemKind.SINGLE: single,
        ItemKind.MULTIPLE: multiple,
        ItemKind.TRUE_FALSE: true_false,
        ItemKind.BLANK: blank,
        ItemKind.NUMERIC: numeric,
    }
)


def parse(kind: ItemKind, block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the author's lines of an item of this kind."""
    return ITEM_TYPES[kind].parse(block)


def write(item: Item) -> list[str]:
    """Write options and answers as the author's lines."""
    return ITEM_TYPES[item.document.kind].write(item)


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Bring a raw response (parsed JSON of any shape) into canonical form.

    Nothing answered (null, an empty choice, blank texts only) is None. Raises ResponseInvalid for
    what does not fit the item.
    """
    return None if raw is None else ITEM_TYPES[document.kind].normalise(document, raw)


def is_answered(document: ItemDocument, response: Response) -> bool:
    """Say whether a canonical response answers anything."""
    return response is not None and ITEM_TYPES[document.kind].is_answered(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count what is right and wrong in a canonical response that answers something.

    Raises ResponseInvalid for a text that only looked like an answer (a number that is none).
    """
    return ITEM_TYPES[document.kind].tally(document, key, response)
