"""填空: every gap of the stem is filled with a text; wordings compare folded."""

import re
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
    Settings,
)

KIND = ItemKind.BLANK
WORD = N_("填空")
HELP = N_(
    "题干用 ____ 留空，每个空写一行“= 答案”，几种写法用 | 隔开；"
    "各空可以互换时，在标题行写“不计顺序”。"
)
COUNTS_PARTS = True
IS_SCORED = True
ANY_ORDER = "不计顺序"
ATTRIBUTES = re.compile(ANY_ORDER)
FREE: Settings = (("order", "free"),)
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
    settings = FREE if ANY_ORDER in block.attributes else ()
    parts = ItemParts(blank_count=len(blanks), blanks=tuple(blanks), settings=settings)
    return parts, tuple(findings)


def write(item: Item) -> Written:
    """Write one answer line per gap."""
    lines = tuple(f"= {' | '.join(alternatives)}" for alternatives in item.key.blanks)
    return Written(lines, (ANY_ORDER,) if item.document.settings == FREE else ())


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
    """Count right and wrong gaps; an empty one is neither.

    In any order, as many texts as possible are right, each by a line of the key of its own.
    """
    texts = [fold(text) for text in response or ()]
    lines = [{fold(each) for each in alternatives} for alternatives in key.blanks]
    if document.setting("order") == "free":
        right = _most_pairs(texts, lines)
    else:
        pairs = zip(texts, lines, strict=False)
        right = sum(bool(text) and text in line for text, line in pairs)
    filled = sum(map(bool, response or ()))
    return Tally(right=right, wrong=filled - right, of=document.blanks)


def _most_pairs(texts: list[str], lines: list[set[str]]) -> int:
    """Pair texts with lines that accept them, as many as possible (Kuhn 1955, augmenting paths).

    At most 20 of each, so at most 8,000 steps.
    """
    taken: dict[int, int] = {}

    def finds_line(text: int, tried: set[int]) -> bool:
        for number, line in enumerate(lines):
            if number in tried or not texts[text] or texts[text] not in line:
                continue
            tried.add(number)
            if number not in taken or finds_line(taken[number], tried):
                taken[number] = text
                return True
        return False

    return sum(finds_line(text, set()) for text in range(len(texts)))


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
