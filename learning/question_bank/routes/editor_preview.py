"""A draft as candidates would get it, by the same presentation and the exam room's templates."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from learning.kernel.markdown import render
from learning.question_bank import words
from learning.question_bank.drafts import Checked, Defaults, ItemDraft, sketch
from learning.question_bank.presentation import view
from learning.question_bank.rules import AnswerKey, ItemDocument
from learning.question_bank.variants import list_variants, realised, realised_key

MOST = 3
POINTS = Decimal(1)


@dataclass(frozen=True, slots=True)
class Previewed:
    """What the preview shows: items, and of a parametric one which variants there are.

    `shown` is a list of {item: ItemView, variant: int | None, key: dict | None}.
    """

    shown: list[dict[str, Any]]
    variants: list[int]
    allowed: tuple[int, ...]


def previewed(
    draft: ItemDraft,
    checked: Checked,
    defaults: Defaults,
    *,
    wanted: tuple[int, ...] = (),
    may_key: bool,
) -> Previewed:
    """Draw a draft, right or not; the key only of one that is right, and for who may see it.

    `wanted` are variants of a parametric item; one that may not be shown is left out, the first
    allowed one stands in for none.
    """
    if checked.item:
        document, key = checked.item.document, checked.item.key if may_key else None
    else:
        sketched = sketch(draft, defaults)
        if sketched is None:
            return Previewed([], [], ())
        document, key = sketched, None
    allowed = list_variants(document)
    chosen: list[int] = [n for n in wanted if n in set(allowed)][:MOST] or list(allowed[:1])
    numbers: list[int | None] = [*chosen] or [None]
    shown = [_one(document, key, number, n) for n, number in enumerate(numbers, 1)]
    return Previewed(shown, chosen, allowed)


def _one(
    document: ItemDocument, key: AnswerKey | None, variant: int | None, position: int
) -> dict[str, Any]:
    plain = realised(document, variant)
    item = view(plain, [option.id for option in plain.options], position=position, points=POINTS)
    shown = None
    if key:
        right = realised_key(document, key, variant)
        shown = {
            "words": words.key_words(plain, right),
            "explanation_html": render(right.explanation),
            "source": right.source,
        }
    return {"item": item, "variant": variant, "key": shown}
