"""多选: two or more options are right."""

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
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    Response,
    ResponseInvalid,
)

KIND = ItemKind.MULTIPLE
WORD = N_("多选")
HELP = N_("选项写成“- [ ] 内容”，两个以上正确的写成“- [x] 内容”。")
COUNTS_PARTS = False
IS_SCORED = True
ATTRIBUTES = None
MIN_KEYS = 2


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the options; at least two are marked."""
    parts, findings = parse_options(block)
    if len(parts.choices) < MIN_KEYS:
        message = f"多选题至少有两个 [x]，现有 {len(parts.choices)} 个"
        findings.append(Finding(block.line, "key_count", message))
    elif len(parts.choices) == len(parts.options):
        message = "所有选项都是答案，题目没有区分作用"
        findings.append(Finding(block.line, "key_all", message, is_remark=True))
    return parts, tuple(findings)


def write(item: Item) -> Written:
    """Write the options with their marks."""
    return Written(write_options(item))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a list of option ids in any order; sorted, each once; none chosen is None."""
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if len(raw) > len(document.options):
        raise ResponseInvalid("length")
    allowed = tuple(option.id for option in document.options)
    return sorted({option_of(each, allowed) for each in raw}) or None


def is_answered(response: Response) -> bool:
    """Any option answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count chosen options inside and outside the key."""
    del document
    chosen, right = set(response or ()), set(key.choices)
    return Tally(right=len(chosen & right), wrong=len(chosen - right), of=len(right))
