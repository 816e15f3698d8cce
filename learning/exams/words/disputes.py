"""An item with its key and an answer to it, in words: for who decides on an appeal or a ruling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from learning.exams.words.sittings import _
from learning.kernel.markdown import render, render_inline
from learning.question_bank.drafts import draft_of
from learning.question_bank.rules import Item, ItemDocument

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OptionView:
    """An option as the candidate saw it."""

    letter: str
    html: Markup
    is_chosen: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item with its key; `response` is "" where options tell it, `key` lines of answers."""

    stem_html: Markup
    options: tuple[OptionView, ...]
    response: str
    key: tuple[str, ...]
    explanation_html: Markup
    parts: "tuple[ItemShown, ...]"


def item_shown(item: Item, order: Sequence[str], response: Any) -> ItemShown:
    """Return an item with its key and somebody's answer, None for nobody's."""
    document, key = item.document, item.key
    answers = response if isinstance(response, list) else [response]
    chosen = {str(each) for each in answers if each is not None}
    pairs = zip(document.parts, key.parts, strict=True)
    parts = tuple(
        item_shown(Item(part, part_key), (), answers[n] if n < len(answers) else None)
        for n, (part, part_key) in enumerate(pairs)
    )
    by_choice = document.options and len(key.choices) and not document.prompts
    is_choice = bool(by_choice) and set(key.choices) != {each.id for each in document.options}
    return ItemShown(
        stem_html=render(document.stem),
        options=_options(document, order, chosen, frozenset(key.choices)) if is_choice else (),
        response="" if is_choice or parts else _response(document, answers),
        key=() if is_choice or parts else draft_of(item).answers,
        explanation_html=render(key.explanation),
        parts=parts,
    )


def _options(
    document: ItemDocument, order: Sequence[str], chosen: set[str], keys: frozenset[str]
) -> tuple[OptionView, ...]:
    by_id = {each.id: each for each in document.options}
    ids = [each for each in order if each in by_id] or list(by_id)
    return tuple(
        OptionView(letter, render_inline(by_id[each].text), each in chosen, each in keys)
        for letter, each in zip(LETTERS, ids, strict=False)
    )


def _response(document: ItemDocument, answers: Sequence[Any]) -> str:
    texts = {each.id: each.text for each in document.options}
    texts |= {"t": _("对"), "f": _("错")} if not document.options else {}
    told = [texts.get(str(each), str(each)) for each in answers if each not in (None, "")]
    return _("；").join(told) or _("未作答")
