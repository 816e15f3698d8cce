"""Where the kinds of items are found: each module of this package registers itself once.

A new kind is one module that offers what `ItemType` asks, one template
`templates/attempts/kinds/<kind>.html`, and one line in `item_types.CATALOGUE`. Nothing else names
kinds one by one; what cannot carry a kind (a format, a form) says so.
"""

import re
from collections.abc import Iterator
from typing import Any, Protocol

from learning.question_bank.item_types import cognition, parametric
from learning.question_bank.item_types.parts import Finding, ItemBlock, ItemParts, Tally, Written
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Response


class ItemType(Protocol):
    """What a module of this package offers. All of it is pure.

    `WORD` is the kind in the files' language (单选) and its label on screen, marked for
    translation; `HELP` tells an author in a sentence or two how it is written. `COUNTS_PARTS` says
    that the parts of an answer may be worth points one by one (`per_blank`): false where choosing
    everything would pay. `IS_SCORED` is false where a person marks.
    """

    KIND: ItemKind
    WORD: str
    HELP: str
    COUNTS_PARTS: bool
    IS_SCORED: bool

    @property
    def ATTRIBUTES(self) -> re.Pattern[str] | None:  # noqa: N802 - a constant of the module
        """Return the pattern of its attributes."""
        ...

    def parse(self, block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
        """Read the author's lines; the parts are only good when there is no finding."""
        ...

    def write(self, item: Item) -> Written:
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


_known: dict[ItemKind, ItemType] = {}


def register(module: ItemType) -> None:
    """Make a kind known; registering it again replaces it."""
    _known[module.KIND] = module


def forget(kind: ItemKind) -> None:
    """Make a kind unknown again, for the tests that bring one of their own."""
    _known.pop(kind, None)


def get_type(kind: ItemKind) -> ItemType:
    """Return the module of a kind; raises KeyError for one that no module registered."""
    return _known[kind]


def list_types() -> Iterator[ItemType]:
    """Return the modules of all kinds, in the order of the catalogue."""
    return iter(tuple(_known.values()))


def kind_of_word(word: str) -> ItemKind | None:
    """Return the kind that files call by this word, None if there is none."""
    return next((module.KIND for module in _known.values() if word == module.WORD), None)


def parse(kind: ItemKind, block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the author's lines of an item of this kind, and its TOML if it is parametric."""
    module = get_type(kind)
    block, asked = cognition.without(block)
    if block.draw and kind is ItemKind.NUMERIC:
        parts, findings = parametric.parse_lines(block)
    else:
        parts, findings = module.parse(block)
    if block.draw:
        parts, more = parametric.parse(kind, block, parts)
        findings = (*findings, *more)
    known = module.ATTRIBUTES
    strangers = [word for word in block.attributes if not (known and known.fullmatch(word))]
    return cognition.marked(parts, asked), (
        *(
            Finding(block.line, "attribute_unknown", f"{module.WORD}题没有“{word[:40]}”这项属性")
            for word in strangers
        ),
        *findings,
    )


def write(item: Item) -> Written:
    """Write options and answers as the author's lines."""
    plain = Written(()) if item.key.formula else get_type(item.document.kind).write(item)
    if item.document.draw is not None:
        plain = parametric.write(item, plain)
    return cognition.written(plain, item.key)


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Bring a raw response (parsed JSON of any shape) into canonical form.

    Nothing answered (null, an empty choice, blank texts only) is None. Raises ResponseInvalid for
    what does not fit the item.
    """
    return None if raw is None else get_type(document.kind).normalise(document, raw)


def is_answered(document: ItemDocument, response: Response) -> bool:
    """Say whether a canonical response answers anything."""
    return response is not None and get_type(document.kind).is_answered(response)


def is_scored(document: ItemDocument) -> bool:
    """Say whether a machine scores the item, and every part of a case."""
    return get_type(document.kind).IS_SCORED and all(is_scored(part) for part in document.parts)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count what is right and wrong in a canonical response that answers something.

    Raises ResponseInvalid for a text that only looked like an answer (a number that is none).
    """
    return get_type(document.kind).tally(document, key, response)
