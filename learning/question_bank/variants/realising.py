"""From a parametric item and the number of a variant to the plain item that it stands for."""

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from learning.question_bank.rules import AnswerKey, Criterion, Item, ItemDocument, Option
from learning.question_bank.variants.drawing import (
    VARIANTS,
    Scope,
    computed_names,
    document_names,
    draw_values,
)
from learning.question_bank.variants.expressions import ExpressionError
from learning.question_bank.variants.numbers import shown
from learning.question_bank.variants.templates import parse_template

CACHE_SIZE = 4096


def realised(document: ItemDocument, variant: int | None) -> ItemDocument:
    """Return the plain document of a variant; one without a draw is returned as it is.

    Without a number it is the first variant that may be shown.
    """
    if document.draw is None:
        return document
    return _document(document, first_variant(document) if variant is None else variant)


def realised_key(document: ItemDocument, key: AnswerKey, variant: int | None) -> AnswerKey:
    """Return the plain key of a variant; one without a draw is returned as it is.

    `document` is the parametric one, as stored.
    """
    if document.draw is None:
        return key
    return _key(document, key, first_variant(document) if variant is None else variant)


def realised_item(item: Item, variant: int | None) -> Item:
    """Return the plain item of a variant."""
    document = item.document
    return Item(realised(document, variant), realised_key(document, item.key, variant))


def list_variants(document: ItemDocument) -> tuple[int, ...]:
    """Return the numbers of the variants that may be shown, () for an item without a draw."""
    if document.draw is None:
        return ()
    refused = set(document.draw.refused)
    return tuple(number for number in range(VARIANTS) if number not in refused)


def first_variant(document: ItemDocument) -> int:
    """Return the lowest number of a variant that may be shown."""
    return next(iter(list_variants(document)), 0)


@lru_cache(maxsize=CACHE_SIZE)
def _document(document: ItemDocument, variant: int) -> ItemDocument:
    draw = document.draw
    assert draw is not None  # noqa: S101 - asked for parametric items alone
    scope = Scope(draw_values(draw, document.code, variant), computed_names(draw))
    names = document_names(draw)

    def filled(text: str) -> str:
        return parse_template(text, names).fill(scope)

    return replace(
        document,
        stem=filled(document.stem),
        options=tuple(Option(each.id, filled(each.text)) for each in document.options),
        prompts=tuple(Option(each.id, filled(each.text)) for each in document.prompts),
        draw=None,
    )


@lru_cache(maxsize=CACHE_SIZE)
def _key(document: ItemDocument, key: AnswerKey, variant: int) -> AnswerKey:
    draw = document.draw
    assert draw is not None  # noqa: S101 - asked for parametric items alone
    scope = Scope(draw_values(draw, document.code, variant), computed_names(draw, key.formula))
    names = key_names(document, key)

    def filled(text: str) -> str:
        return parse_template(text, names).fill(scope)

    return replace(
        key,
        value=key_value(scope) if key.formula else key.value,
        blanks=tuple(tuple(filled(text) for text in texts) for texts in key.blanks),
        rubric=tuple(Criterion(each.points, filled(each.text)) for each in key.rubric),
        explanation=filled(key.explanation),
        formula="",
        require=(),
    )


def key_names(document: ItemDocument, key: AnswerKey) -> frozenset[str]:
    """Return the names that the texts of the key may use: those of the document, and `value`."""
    assert document.draw is not None  # noqa: S101 - asked for parametric items alone
    return document_names(document.draw) | ({"value"} if key.formula else frozenset())


def key_value(scope: Scope) -> Decimal:
    """Return the value of the answer to 12 significant digits; raises ExpressionError."""
    value = scope["value"]
    if not isinstance(value, Decimal):
        raise ExpressionError("答案不是数")
    return shown(value)
