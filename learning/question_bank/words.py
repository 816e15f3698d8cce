"""Kinds, levels and pools of items in words for people, translated."""

import re
from collections.abc import Callable

from flask_babel import gettext

from learning.kernel.translation import N_
from learning.question_bank import item_types
from learning.question_bank.item_types import cognition
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Level, Pool

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEVELS = {Level.MASTER: N_("掌握"), Level.FAMILIAR: N_("熟悉"), Level.AWARE: N_("了解")}
STATES = {
    "draft": N_("草稿"),
    "review": N_("审核中"),
    "approved": N_("已审定"),
    "retired": N_("停用"),
}
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


def state_words(state: str) -> str:
    """Return where an item stands in its life."""
    return _(STATES[state])


def help_words(kind: str) -> str:
    """Return how an item of a kind is written."""
    return _(item_types.get_type(ItemKind(kind)).HELP)


def key_words(document: ItemDocument, key: AnswerKey) -> str:
    """Return the key as an author reads it: letters in file order, texts, pairs, or a number.

    Texts are Markdown as written; of a parametric item the formula is given. "" where there is
    nothing to say (no rubric yet).
    """
    if key.formula:
        return f"{key.formula} {document.unit}".strip()
    written = item_types.write(Item(document, key)).attributes
    attributes = [word for word in written if not cognition.ATTRIBUTES.fullmatch(word)]
    note = _("（%(words)s）", words=_("、").join(attributes)) if attributes else ""
    by_kind = _KEY_WORDS.get(document.kind)
    if by_kind is not None:
        return by_kind(document, key) + note
    lines = item_types.write(Item(document, key)).lines
    return _("；").join(line.removeprefix("= ") for line in lines) + note


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
    return "  ".join(
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


FORMATS = {
    "auto": N_("自动识别"),
    "paste": N_("粘贴的试卷文字"),
    "docx": N_("Word 文档（.docx）"),
    "xlsx": N_("Excel 表格（.xlsx）"),
    "csv": N_("CSV 表格"),
    "gift": N_("GIFT（Moodle 文本）"),
    "aiken": N_("Aiken 文本"),
    "moodle-xml": N_("Moodle XML"),
    "qti": N_("QTI 包（.zip）"),
    "qti-2.1": N_("QTI 2.1 包（.zip）"),
    "qti-3.0": N_("QTI 3.0 包（.zip）"),
    "markdown": N_("本系统试题文件（.md）"),
}
_IMPORT_STATES = {
    "reading": (N_("正在识别"), "live"),
    "failed": (N_("读不了"), "over"),
    "preview": (N_("待核对"), "due"),
    "applying": (N_("正在入库"), "live"),
    "applied": (N_("已入库"), "pass"),
    "undone": (N_("已撤销"), "none"),
    "discarded": (N_("已放弃"), "none"),
}
_STATE_BADGES = {"draft": "draft", "review": "due", "approved": "pass", "retired": "none"}
DIFFICULTIES = {
    "0.2": N_("易"),
    "0.35": N_("较易"),
    "0.5": N_("中"),
    "0.65": N_("较难"),
    "0.8": N_("难"),
}
_SEPARATORS = re.compile(r"[\s,，、;；]+")


def format_words(name: str) -> str:
    """Return a format of import or export in words; its name where it has none."""
    return _(FORMATS[name]) if name in FORMATS else name


def item_state_words(state: str) -> tuple[str, str]:
    """Return how an item stands in its life, and the status of its badge."""
    return state_words(state), _STATE_BADGES[state]


def kind_pickers() -> list[dict[str, str]]:
    """Return the kinds to choose from, each with its word and how it is written."""
    return [
        {"value": module.KIND.value, "word": _(module.WORD), "help": _(module.HELP)}
        for module in item_types.list_types()
    ]


def import_state_words(state: str) -> tuple[str, str]:
    """Return how an import stands, and the status of its badge."""
    word, status = _IMPORT_STATES[state]
    return _(word), status


def draft_kind_words(kind: str) -> str:
    """Return the kind of a draft, which may be none."""
    try:
        return kind_words(kind)
    except (KeyError, ValueError):
        return kind or _("题型不明")


def pool_choices(bank_pool: str) -> list[tuple[str, str]]:
    """Return the pools that items of a bank of this pool may be in."""
    is_secure = bank_pool == Pool.SECURE.value
    return [(p.value, pool_words(p.value)) for p in POOLS if (p is Pool.SECURE) is is_secure]


def difficulty_choices() -> list[tuple[str, str]]:
    """Return the difficulties that have a word."""
    return [(value, _(word)) for value, word in DIFFICULTIES.items()]


def split_words(text: str) -> list[str]:
    """Split a list of words as people type one."""
    return [word for word in _SEPARATORS.split(text[:2000]) if word]
