"""Options whose order in the file would tell the key: their ids follow the sorted texts."""

from collections.abc import Iterable

from learning.question_bank.item_types.choices import MIN_OPTIONS, OPTION_IDS
from learning.question_bank.item_types.folding import fold
from learning.question_bank.item_types.parts import AnswerLine, Finding, ItemBlock
from learning.question_bank.rules import Option

MAX_OPTIONS = len(OPTION_IDS)


def sorted_options(texts: Iterable[str]) -> tuple[Option, ...]:
    """Give each text the id of its place among the sorted ones: the same for every key."""
    return tuple(
        Option(letter, text) for letter, text in zip(OPTION_IDS, sorted(set(texts)), strict=False)
    )


def option_line_findings(block: ItemBlock, message: str) -> list[Finding]:
    """Refuse `- [ ]` lines in a kind that has none."""
    return [Finding(option.line, "option_line", message) for option in block.options]


def count_findings(count: int, line: int, what: str) -> list[Finding]:
    """Refuse too few and too many of them."""
    if MIN_OPTIONS <= count <= MAX_OPTIONS:
        return []
    message = f"{what}应有 {MIN_OPTIONS}～{MAX_OPTIONS} 个，现有 {count} 个"
    return [Finding(line, "option_count", message)]


def repeated(lines: Iterable[AnswerLine]) -> list[Finding]:
    """Find texts that differ from an earlier one in white space and width at most."""
    findings: list[Finding] = []
    first_line: dict[str, int] = {}
    for answer in lines:
        known = first_line.setdefault(fold(answer.text, is_exact=True), answer.line)
        if known != answer.line:
            findings.append(
                Finding(answer.line, "option_duplicate", f"“{answer.text[:40]}”出现了两次")
            )
    return findings
