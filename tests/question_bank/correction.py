"""改错: the stem holds one wrong word; name it, and say what should stand there.

A kind that the platform does not have, for the test that brings one: everything of it is this
module, one template, and one line that registers it.
"""

from typing import Any

from learning.question_bank.item_types.folding import fold
from learning.question_bank.item_types.parts import (
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    text_of,
)
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    Response,
    ResponseInvalid,
)

KIND = ItemKind.add("correction")
WORD = "改错"
HELP = "答案写成“= 错处 | 改正”。"
COUNTS_PARTS = True
IS_SCORED = True
ATTRIBUTES = None
MAX_LENGTH = 100


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the one answer line."""
    pairs = [tuple(side.strip() for side in each.text.split("|")) for each in block.answers]
    if len(pairs) != 1 or len(pairs[0]) != 2 or not all(pairs[0]):
        return ItemParts(), (Finding(block.line, "correction", "应恰有一行“= 错处 | 改正”"),)
    return ItemParts(blank_count=2, blanks=tuple((side,) for side in pairs[0])), ()


def write(item: Item) -> Written:
    """Write the answer line."""
    (wrong,), (right,) = item.key.blanks
    return Written((f"= {wrong} | {right}",))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept two texts; both empty is None."""
    del document
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if len(raw) != 2:
        raise ResponseInvalid("length")
    texts = [text_of(each, MAX_LENGTH) for each in raw]
    return texts if any(texts) else None


def is_answered(response: Response) -> bool:
    """One text answers."""
    return any(response or ())


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count the two texts; an empty one is neither right nor wrong."""
    del document
    pairs = [(text, line) for text, (line,) in zip(response or (), key.blanks, strict=True) if text]
    right = sum(fold(text) == fold(line) for text, line in pairs)
    return Tally(right=right, wrong=len(pairs) - right, of=2)
