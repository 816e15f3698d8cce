"""What any text of an item must be: not too long, its formulas typeset."""

from collections.abc import Iterator

from learning.kernel.markdown import formula_errors
from learning.question_bank.item_types import ItemBlock, ItemParts
from learning.question_bank.rules import AnswerKey, ItemDocument

MAX_TEXT = 4000


def formula_findings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first line of each formula that cannot be set, and the message about it."""
    for error in formula_errors(text):
        first = error.formula.split("\n")[0]
        yield first, f"公式无法排版：{error.formula[:60]}（{error.reason}）"


def shown_answers(block: ItemBlock, parts: ItemParts) -> Iterator[tuple[int, str]]:
    """Yield the line and text of what is written as an answer and shown as Markdown.

    These are the options and prompts of kinds whose lines start with =, and criteria; the texts
    accepted in a gap are compared, never set.
    """
    documents: tuple[ItemParts | ItemDocument, ...] = (parts, *parts.parts)
    keys: tuple[ItemParts | AnswerKey, ...] = (parts, *parts.key_parts)
    texts = {each.text for held in documents for each in (*held.options, *held.prompts)}
    texts |= {criterion.text for held in keys for criterion in held.rubric}
    for held_block in (block, *(part.block for part in block.parts)):
        for answer in held_block.answers:
            for text in texts:
                if text and text in answer.text:
                    yield answer.line, text
