"""What any text of an item must be: not too long, its formulas typeset."""

from collections.abc import Iterator

from learning.kernel.markdown import formula_errors

MAX_TEXT = 4000


def formula_findings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first line of each formula that cannot be set, and the message about it."""
    for error in formula_errors(text):
        first = error.formula.split("\n")[0]
        yield first, f"公式无法排版：{error.formula[:60]}（{error.reason}）"
