"""排序: all options are to be put into the right order."""

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
    Response,
    ResponseInvalid,
)

KIND = ItemKind.ORDERING
WORD = N_("排序")
HELP = N_("按正确的顺序，每个步骤写一行“= 步骤”；答题时顺序总是打乱的。")
COUNTS_PARTS = True
IS_SCORED = True
ATTRIBUTES = None


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the steps in their right order; ids do not depend on it."""
    findings = option_line_findings(block, "排序题没有选项行，按正确的顺序每步写一行“= 步骤”")
    findings += count_findings(len(block.answers), block.line, "步骤")
    findings += [
        Finding(answer.line, "option_empty", "步骤没有内容")
        for answer in block.answers
        if not answer.text
    ]
    findings += repeated(answer for answer in block.answers if answer.text)
    options = sorted_options(answer.text for answer in block.answers)
    ids = {option.text: option.id for option in options}
    choices = tuple(ids.get(answer.text, "") for answer in block.answers)
    return ItemParts(options=options, choices=choices), tuple(findings)


def write(item: Item) -> Written:
    """Write the steps in their right order."""
    texts = {option.id: option.text for option in item.document.options}
    return Written(tuple(f"= {texts[choice]}" for choice in item.key.choices))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a list of all option ids, each once; an empty list is None."""
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if not raw:
        return None
    if len(raw) != len(document.options):
        raise ResponseInvalid("length")
    allowed = tuple(option.id for option in document.options)
    placed = [option_of(each, allowed) for each in raw]
    if len(set(placed)) != len(placed):
        raise ResponseInvalid("option")
    return placed


def is_answered(response: Response) -> bool:
    """Any order answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count the options at their place and the others."""
    places = len(document.options)
    right = sum(a == b for a, b in zip(response or (), key.choices, strict=False))
    return Tally(right=right, wrong=places - right, of=places)
