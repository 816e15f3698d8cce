"""填空: every gap of the stem is filled with a text; wordings compare folded."""

from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.folding import fold
from learning.question_bank.item_types.parts import (
    AnswerLine,
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

KIND = ItemKind.BLANK
WORD = N_("填空")
HELP = N_("题干用 ____ 留空，每个空写一行“= 答案”，几种写法用 | 隔开。")
COUNTS_PARTS = True
IS_SCORED = True
ATTRIBUTES = None
MAX_LENGTH = 200
MAX_BLANKS = 20


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read one answer line per gap, alternatives separated by |."""
    findings = [
        Finding(option.line, "option_line", "填空题没有选项，每个空写一行“= 答案”")
        for option in block.options
    ]
    if not 1 <= block.gaps <= MAX_BLANKS:
        message = f"题干应有 1～{MAX_BLANKS} 个空（____），现有 {block.gaps} 个"
        findings.append(Finding(block.line, "gap_count", message))
    if len(block.answers) != block.gaps:
        message = f"题干有 {block.gaps} 个空，答案却有 {len(block.answers)} 行"
        findings.append(Finding(block.line, "blank_count", message))
    blanks = []
    for answer in block.answers:
        blanks.append(tuple(part.strip() for part in answer.text.split("|")))
        findings.extend(_alternatives(answer, blanks[-1]))
    return ItemParts(blank_count=len(blanks), blanks=tuple(blanks)), tuple(findings)


def write(item: Item) -> Written:
    """Write one answer line per gap."""
    return Written(tuple(f"= {' | '.join(alternatives)}" for alternatives in item.key.blanks))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a list of texts, one per gap, each up to 200 characters; all empty is None."""
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if len(raw) != document.blanks:
        raise ResponseInvalid("length")
    texts = [text_of(each, MAX_LENGTH) for each in raw]
    return texts if any(texts) else None


def is_answered(response: Response) -> bool:
    """One filled gap answers."""
    return any(response or ())


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count right and wrong gaps; an empty one is neither."""
    right = wrong = 0
    for text, alternatives in zip(response or (), key.blanks, strict=False):
        if not text:
            continue
        is_right = fold(text) in {fold(alternative) for alternative in alternatives}
        right += is_right
        wrong += not is_right
    return Tally(right=right, wrong=wrong, of=document.blanks)


def _alternatives(answer: AnswerLine, alternatives: tuple[str, ...]) -> list[Finding]:
    findings = []
    if not all(alternatives):
        findings.append(Finding(answer.line, "blank_empty", "有一个备选答案没有内容"))
    if any(len(alternative) > MAX_LENGTH for alternative in alternatives):
        findings.append(Finding(answer.line, "blank_length", f"答案长于 {MAX_LENGTH} 字"))
    if len({fold(alternative) for alternative in alternatives}) < len(alternatives):
        message = "有备选答案只差大小写、全半角、空格或标点，可以删去"
        findings.append(Finding(answer.line, "blank_duplicate", message, is_remark=True))
    return findings
