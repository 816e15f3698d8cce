"""匹配: every prompt on the left gets one of the options on the right; some options fit nothing."""

from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.parts import (
    AnswerLine,
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    option_of,
)
from learning.question_bank.item_types.sorted_options import (
    count_findings,
    option_line_findings,
    repeated,
    sorted_options,
)
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    Option,
    Response,
    ResponseInvalid,
)

KIND = ItemKind.MATCHING
WORD = N_("匹配")
HELP = N_("每对写一行“= 左 -> 右”；只作干扰的右项写成“= -> 右”。几个左项可以共用一个右项。")
COUNTS_PARTS = True
IS_SCORED = True
ATTRIBUTES = None
ARROW = "->"


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the pairs and the distractors; ids of the options do not depend on the pairing."""
    findings = option_line_findings(block, "匹配题没有选项行，每对写一行“= 左 -> 右”")
    pairs, strangers = [], []
    for answer in block.answers:
        left, arrow, right = (side.strip() for side in answer.text.partition(ARROW))
        if not arrow:
            findings.append(Finding(answer.line, "pair", "每行写成“= 左 -> 右”"))
        elif not right:
            findings.append(Finding(answer.line, "option_empty", "箭头右边没有内容"))
        elif left:
            pairs.append((answer.line, left, right))
        else:
            strangers.append(AnswerLine(answer.line, right))
    rights = {*(right for _line, _left, right in pairs), *(each.text for each in strangers)}
    options = sorted_options(rights)
    findings += count_findings(len(pairs), block.line, "左项")
    findings += count_findings(len(rights), block.line, "右项")
    findings += repeated([AnswerLine(line, left) for line, left, _right in pairs])
    findings += repeated([*_first_uses(pairs), *strangers])
    ids = {option.text: option.id for option in options}
    parts = ItemParts(
        options=options,
        prompts=tuple(Option(str(n), left) for n, (_line, left, _right) in enumerate(pairs, 1)),
        choices=tuple(ids.get(right, "") for _line, _left, right in pairs),
    )
    return parts, tuple(findings)


def write(item: Item) -> Written:
    """Write a pair a prompt, then the options that fit nothing."""
    document, choices = item.document, item.key.choices
    texts = {option.id: option.text for option in document.options}
    pairs = zip(document.prompts, choices, strict=True)
    return Written(
        (
            *(f"= {prompt.text} -> {texts[choice]}" for prompt, choice in pairs),
            *(f"= -> {text}" for option, text in texts.items() if option not in choices),
        )
    )


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a list of option ids, one a prompt, "" for one left open; all open is None."""
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if len(raw) != len(document.prompts):
        raise ResponseInvalid("length")
    allowed = ("", *(option.id for option in document.options))
    chosen = [option_of(each, allowed) for each in raw]
    return chosen if any(chosen) else None


def is_answered(response: Response) -> bool:
    """One chosen option answers."""
    return any(response or ())


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count right and wrong pairs; an open one is neither."""
    chosen = list(response or ())
    right = sum(a == b for a, b in zip(chosen, key.choices, strict=False))
    return Tally(right=right, wrong=sum(map(bool, chosen)) - right, of=len(document.prompts))


def _first_uses(pairs: list[tuple[int, str, str]]) -> list[AnswerLine]:
    """Return each right side once: prompts may share it, as long as it is written the same."""
    first: dict[str, int] = {}
    for line, _left, right in pairs:
        first.setdefault(right, line)
    return [AnswerLine(line, right) for right, line in first.items()]
