"""Options as an author writes them: shared by the two kinds of choice items."""

from learning.question_bank.item_types.folding import fold
from learning.question_bank.item_types.parts import Finding, ItemBlock, ItemParts
from learning.question_bank.rules import Item, Option

OPTION_IDS = "abcdefghijklmnopqrstuvwxyz"
MIN_OPTIONS = 2


def parse_options(block: ItemBlock) -> tuple[ItemParts, list[Finding]]:
    """Give the options their ids in file order and find what any choice item may not have."""
    findings = [
        Finding(answer.line, "answer_line", "选择题用 - [x] 标出答案，不写“=”行")
        for answer in block.answers
    ]
    if not MIN_OPTIONS <= len(block.options) <= len(OPTION_IDS):
        message = f"选项应有 {MIN_OPTIONS}～{len(OPTION_IDS)} 个，现有 {len(block.options)} 个"
        findings.append(Finding(block.line, "option_count", message))
    findings.extend(_texts(block))
    options = tuple(
        Option(letter, found.text) for letter, found in zip(OPTION_IDS, block.options, strict=False)
    )
    choices = tuple(
        letter for letter, found in zip(OPTION_IDS, block.options, strict=False) if found.is_key
    )
    return ItemParts(options=options, choices=choices), findings


def write_options(item: Item) -> tuple[str, ...]:
    """Write the options with their marks."""
    return tuple(
        f"- [{'x' if option.id in item.key.choices else ' '}] {option.text}"
        for option in item.document.options
    )


def _texts(block: ItemBlock) -> list[Finding]:
    findings: list[Finding] = []
    first_line: dict[str, int] = {}
    for found in block.options:
        if not found.text:
            findings.append(Finding(found.line, "option_empty", "选项没有内容"))
            continue
        # Only white space and width may differ: "x^2" and "X^2", "0.5" and "-0.5" are two options.
        known = first_line.setdefault(fold(found.text, is_exact=True), found.line)
        if known != found.line:
            message = f"选项与第 {known} 行重复"
            findings.append(Finding(found.line, "option_duplicate", message))
    return findings
