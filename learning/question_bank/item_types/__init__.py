"""The item types, one module per kind; a new kind is a module and a line in `CATALOGUE`.

Every module answers the same five questions and is pure (see `registry.ItemType`):
- `parse(block)`: what the author's lines mean, or what is wrong with them;
- `write(item)`: those lines again;
- `normalise(document, raw)`: the canonical form of a response, or `ResponseInvalid`;
- `is_answered(response)`: whether a canonical response answers anything;
- `tally(document, key, response)`: how much of it is right. Points are the matter of `scoring`.
"""

from learning.question_bank.item_types import blank, multiple, numeric, single, true_false
from learning.question_bank.item_types.parts import (
    AnswerLine,
    Finding,
    ItemBlock,
    ItemParts,
    OptionLine,
    PartBlock,
    PartTally,
    Tally,
    Written,
    count_gaps,
)
from learning.question_bank.item_types.registry import (
    ItemType,
    get_type,
    is_answered,
    kind_of_word,
    list_types,
    normalise,
    register,
    tally,
)
from learning.question_bank.rules import Item, ItemKind

__all__ = [
    "CATALOGUE",
    "AnswerLine",
    "Finding",
    "ItemBlock",
    "ItemParts",
    "ItemType",
    "OptionLine",
    "PartBlock",
    "PartTally",
    "Tally",
    "Written",
    "count_gaps",
    "get_type",
    "is_answered",
    "kind_of_word",
    "list_types",
    "normalise",
    "parse",
    "register",
    "tally",
    "write",
]

CATALOGUE: tuple[ItemType, ...] = (single, multiple, true_false, blank, numeric)
for _module in CATALOGUE:
    register(_module)


def parse(kind: ItemKind, block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the author's lines of an item of this kind."""
    module = get_type(kind)
    parts, findings = module.parse(block)
    known = module.ATTRIBUTES
    strangers = [word for word in block.attributes if not (known and known.fullmatch(word))]
    return parts, (
        *(
            Finding(block.line, "attribute_unknown", f"{module.WORD}题没有“{word[:40]}”这项属性")
            for word in strangers
        ),
        *findings,
    )


def write(item: Item) -> Written:
    """Write options and answers as the author's lines."""
    return get_type(item.document.kind).write(item)
