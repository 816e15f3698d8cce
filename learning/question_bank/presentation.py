"""What a candidate sees of an item: HTML from the document alone, rendered once per process.

Nothing of a key may reach this module: it takes `ItemDocument`, and the cache is found by the
document's value, so two versions that differ in the key alone show the same page.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from learning.kernel.markdown import render, render_inline
from learning.question_bank.rules import ItemDocument, ItemView, OptionView

CACHE_SIZE = 8192
"""Items kept rendered; some 3 KB each."""
PLACES = 3
"""Points are shown to thousandths; the score itself is rounded once, over the whole case."""


def view(
    document: ItemDocument, order: Sequence[str], *, position: int, points: Decimal
) -> ItemView:
    """Show an item at a place of a form, its options in the order of that form.

    `order` is a permutation of the option ids (empty for items without options); anything else
    raises ValueError, because a form that hides an option is broken.
    """
    html = _options_html(document)
    if len(order) != len(html) or set(order) != set(html):
        raise ValueError(f"{document.code}: {list(order)} is no order of its options")
    return ItemView(
        position=position,
        kind=document.kind,
        stem_html=_stem_html(document),
        options=tuple(OptionView(option, html[option]) for option in order),
        blanks=document.blanks,
        unit=document.unit,
        points=points,
        prompts=_prompts_html(document),
        parts=_part_views(document, points),
        settings=document.settings,
    )


def _part_views(document: ItemDocument, points: Decimal) -> tuple[ItemView, ...]:
    """Show the sub-items of a case, their options as they stand, each worth its share."""
    total = sum((part.weight for part in document.parts), Decimal(0))
    return tuple(
        view(
            part,
            [option.id for option in part.options],
            position=number,
            points=round(points * part.weight / total, PLACES),
        )
        for number, part in enumerate(document.parts, 1)
    )


@lru_cache(maxsize=CACHE_SIZE)
def _stem_html(document: ItemDocument) -> str:
    return render(document.stem)


@lru_cache(maxsize=CACHE_SIZE)
def _options_html(document: ItemDocument) -> Mapping[str, str]:
    html = {option.id: render_inline(option.text) for option in document.options}
    return MappingProxyType(html)


@lru_cache(maxsize=CACHE_SIZE)
def _prompts_html(document: ItemDocument) -> tuple[OptionView, ...]:
    return tuple(OptionView(each.id, render_inline(each.text)) for each in document.prompts)
