"""Kinds, levels and pools of items in words for people, translated."""

from flask_babel import gettext

from learning.kernel.translation import N_
from learning.question_bank import item_types
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Level, Pool

LETTERS = "ABCDEFGHIJ"
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


def key_words(document: ItemDocument, key: AnswerKey) -> str:
    """Return the key as an author reads it: letters in file order, texts, or a number."""
    if document.options:
        order = [option.id for option in document.options]
        return "".join(LETTERS[order.index(choice)] for choice in sorted(key.choices))
    if key.choices:
        return {"t": _("正确"), "f": _("错误")}[key.choices[0]]
    if key.blanks:
        return _("；").join(" / ".join(alternatives) for alternatives in key.blanks)
    return item_types.write(Item(document, key)).lines[0].removeprefix("= ")
