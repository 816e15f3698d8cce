"""判断: the statement is right ("t") or wrong ("f")."""

from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.parts import (
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    option_of,
)
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Response

KIND = ItemKind.TRUE_FALSE
WORD = N_("判断")
HELP = N_("答案写成“= 对”或“= 错”。")
COUNTS_PARTS = False
IS_SCORED = True
ATTRIBUTES = None
VERDICTS = ("t", "f")
_WORDS = {"对": "t", "正确": "t", "√": "t", "错": "f", "错误": "f", "×": "f"}


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the one answer line, `= 对` or `= 错`."""
    findings = [
        Finding(option.line, "option_line", "判断题没有选项，答案写成“= 对”或“= 错”")
        for option in block.options
    ]
    if len(block.answers) != 1:
        message = f"判断题应恰有一行“= 对”或“= 错”，现有 {len(block.answers)} 行"
        return ItemParts(), (*findings, Finding(block.line, "key_count", message))
    answer = block.answers[0]
    verdict = _WORDS.get(answer.text)
    if verdict is None:
        message = f"判断题的答案应为“对”或“错”，现为“{answer.text}”"
        return ItemParts(), (*findings, Finding(answer.line, "key_word", message))
    return ItemParts(choices=(verdict,)), tuple(findings)


def write(item: Item) -> Written:
    """Write the answer line."""
    return Written(("= 对" if item.key.choices == ("t",) else "= 错",))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept "t" or "f"."""
    del document
    return option_of(raw, VERDICTS)


def is_answered(response: Response) -> bool:
    """Either verdict answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Right or wrong, nothing between."""
    del document
    is_right = response in key.choices
    return Tally(right=int(is_right), wrong=int(not is_right), of=1)
