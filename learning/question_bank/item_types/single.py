"""单选: exactly one option is right."""

from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.choices import parse_options, write_options
from learning.question_bank.item_types.parts import (
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    option_of,
)
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Response

KIND = ItemKind.SINGLE
WORD = N_("单选")
HELP = N_("选项写成“- [ ] 内容”，正确的一项写成“- [x] 内容”。")
COUNTS_PARTS = False
IS_SCORED = True
ATTRIBUTES = None


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the options; exactly one is marked."""
    parts, findings = parse_options(block)
    if len(parts.choices) != 1:
        message = f"单选题应恰有一个 [x]，现有 {len(parts.choices)} 个"
        findings.append(Finding(block.line, "key_count", message))
    return parts, tuple(findings)


def write(item: Item) -> Written:
    """Write the options with their marks."""
    return Written(write_options(item))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept the id of one option."""
    return option_of(raw, tuple(option.id for option in document.options))


def is_answered(response: Response) -> bool:
    """Any option answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Right or wrong, nothing between."""
    del document
    is_right = response in key.choices
    return Tally(right=int(is_right), wrong=int(not is_right), of=1)
