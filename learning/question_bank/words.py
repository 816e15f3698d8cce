"""Kinds, levels and pools of items in words for people, translated."""

from collections.abc import Callable

from flask_babel import gettext

from learning.kernel.translation import N_
from learning.question_bank import item_types
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Level, Pool

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEVELS = {Level.MASTER: N_("掌握"), Level.FAMILIAR: N_("熟悉"), Level.AWARE: N_("了解")}
POOLS = {Pool.PRACTICE: N_("练习"), Pool.CONTEST: N_("竞赛"), Pool.SECURE: N_("保密")}


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def kind_words(kind: str) -> str:
    """Return a kind of item in a word."""
    return _(item_types.get_type(ItemKind(kind)).WORD)


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds that may be chosen, each with its word."""
    return [(module.KIND.value, _(module.WORD)) for module in item_types.list_types()]


def level_words(level: str) -> str:
    """Return how well the syllabus wants it known."""
    return _(LEVELS[Level(level)])


def pool_words(pool: str) -> str:
    """Return which pool an item may be drawn from."""
    return _(POOLS[Pool(pool)])


def help_words(kind: str) -> str:
    """Return how an item of a kind is written."""
    return _(item_types.get_type(ItemKind(kind)).HELP)


def key_words(document: ItemDocument, key: AnswerKey) -> str:
    """Return the key as an author reads it: letters in file order, texts, pairs, or a number.

    Texts are Markdown as written. "" where there is nothing to say (no rubric yet).
    """
    by_kind = _KEY_WORDS.get(document.kind)
    if by_kind is not None:
        return by_kind(document, key)
    lines = item_types.write(Item(document, key)).lines
    return _("；").join(line.removeprefix("= ") for line in lines)


def _letters(document: ItemDocument, key: AnswerKey) -> str:
    order = [option.id for option in document.options]
    return "".join(LETTERS[order.index(choice)] for choice in sorted(key.choices))


def _verdict_words(document: ItemDocument, key: AnswerKey) -> str:
    del document
    return {"t": _("正确"), "f": _("错误")}[key.choices[0]]


def _blank_words(document: ItemDocument, key: AnswerKey) -> str:
    del document
    return _("；").join(" / ".join(alternatives) for alternatives in key.blanks)


def _step_words(document: ItemDocument, key: AnswerKey) -> str:
    texts = {option.id: option.text for option in document.options}
    return " → ".join(texts[choice] for choice in key.choices)


def _case_words(document: ItemDocument, key: AnswerKey) -> str:
    pairs = zip(document.parts, key.parts, strict=True)
    return "　".join(
        f"{number}. {key_words(*pair)}".strip() for number, pair in enumerate(pairs, 1)
    )


def _pair_words(document: ItemDocument, key: AnswerKey) -> str:
    texts = {option.id: option.text for option in document.options}
    pairs = zip(document.prompts, key.choices, strict=True)
    return _("；").join(f"{prompt.text} → {texts[choice]}" for prompt, choice in pairs)


_KEY_WORDS: dict[ItemKind, Callable[[ItemDocument, AnswerKey], str]] = {
    ItemKind.SINGLE: _letters,
    ItemKind.MULTIPLE: _letters,
    ItemKind.TRUE_FALSE: _verdict_words,
    ItemKind.BLANK: _blank_words,
    ItemKind.MATCHING: _pair_words,
    ItemKind.ORDERING: _step_words,
    ItemKind.CASE: _case_words,
}
"""How keys read where the author's own lines would not do."""
