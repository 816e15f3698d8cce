"""Parametric items: a variant of one is a plain item, with its numbers drawn.

A variant is a number from 0 to 999, pinned in the form: the same number gives the same item for
ever, on every machine and every release of Python, so that a score can be recomputed. Pure.
"""

from learning.question_bank.rules import AnswerKey, ItemDocument

VARIANTS = 1000


def realised(document: ItemDocument, variant: int | None) -> ItemDocument:
    """Return the plain document of a variant; one without a draw is returned as it is."""
    del variant
    return document


def realised_key(document: ItemDocument, key: AnswerKey, variant: int | None) -> AnswerKey:
    """Return the plain key of a variant; one without a draw is returned as it is."""
    del document, variant
    return key


def list_variants(document: ItemDocument) -> tuple[int, ...]:
    """Return the numbers of the variants that may be shown, () for an item without a draw."""
    if document.draw is None:
        return ()
    refused = set(document.draw.refused)
    return tuple(number for number in range(VARIANTS) if number not in refused)
