"""问答: a text of some length, marked by a person along a rubric."""

import re
from decimal import Decimal
from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.parts import (
    AnswerLine,
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    text_of,
)
from learning.question_bank.item_types.sorted_options import option_line_findings
from learning.question_bank.rules import (
    AnswerKey,
    Criterion,
    Item,
    ItemDocument,
    ItemKind,
    Response,
)

KIND = ItemKind.ESSAY
WORD = N_("问答")
HELP = N_("评分要点每条写一行“= 3 分 要点”，参考答案写在解析里；由人评分。")
COUNTS_PARTS = False
IS_SCORED = False
ATTRIBUTES = None
MAX_LENGTH = 10_000
MAX_CRITERIA = 50
_CRITERION = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?) ?分[ ：:]*(.*)", re.DOTALL)


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the rubric, a criterion a line; there may be none yet."""
    findings = option_line_findings(block, "问答题没有选项，评分要点每条写一行“= 3 分 要点”")
    if len(block.answers) > MAX_CRITERIA:
        message = f"评分要点至多 {MAX_CRITERIA} 条，现有 {len(block.answers)} 条"
        findings.append(Finding(block.line, "rubric_count", message))
    if not block.answers:
        message = "没有评分要点，评分的人无所依据"
        findings.append(Finding(block.line, "rubric_missing", message, is_remark=True))
    rubric = []
    for answer in block.answers:
        criterion = _criterion(answer)
        if criterion is None:
            message = f"评分要点写成“= 3 分 要点”，分值大于 0，现为“{answer.text[:40]}”"
            findings.append(Finding(answer.line, "rubric", message))
        else:
            rubric.append(criterion)
    return ItemParts(rubric=tuple(rubric)), tuple(findings)


def write(item: Item) -> Written:
    """Write the rubric."""
    return Written(tuple(f"= {each.points} 分 {each.text}" for each in item.key.rubric))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a text up to 10,000 characters, its lines kept; "" is None."""
    del document
    return text_of(raw, MAX_LENGTH, kept="\n\t").strip() or None


def is_answered(response: Response) -> bool:
    """Any text answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Leave it to a person."""
    del document, key, response
    return Tally(right=0, wrong=0, of=1, is_pending=True)


def _criterion(answer: AnswerLine) -> Criterion | None:
    found = _CRITERION.fullmatch(answer.text)
    if not found or not found[2] or not Decimal(found[1]):
        return None
    return Criterion(Decimal(found[1]), found[2])
