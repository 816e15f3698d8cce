"""The item types, one module per kind; a new kind is a module and a line in `CATALOGUE`.

Every module answers the same five questions and is pure (see `registry.ItemType`):
- `parse(block)`: what the author's lines mean, or what is wrong with them;
- `write(item)`: those lines again;
- `normalise(document, raw)`: the canonical form of a response, or `ResponseInvalid`;
- `is_answered(response)`: whether a canonical response answers anything;
- `tally(document, key, response)`: how much of it is right. Points are the matter of `scoring`.
"""

from learning.question_bank.item_types import (
    blank,
    case,
    essay,
    matching,
    multiple,
    numeric,
    ordering,
    single,
    true_false,
)
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
    is_scored,
    kind_of_word,
    list_types,
    normalise,
    parse,
    register,
    tally,
    write,
)

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
    "is_scored",
    "kind_of_word",
    "list_types",
    "normalise",
    "parse",
    "register",
    "tally",
    "write",
]

CATALOGUE: tuple[ItemType, ...] = (
    single,
    multiple,
    true_false,
    blank,
    numeric,
    matching,
    ordering,
    essay,
    case,
)
for _module in CATALOGUE:
    register(_module)
