"""Regrades in words for people, and an item as who rules on it sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from learning.attempts.rules import KeyWish, RegradeState, Ruling, Treatment, rekey_refusal
from learning.attempts.rules.rekeying import CHOSEN, MAX_LINES, WRITTEN
from learning.attempts.words import LETTERS
from learning.kernel.markdown import render, render_inline
from learning.question_bank.drafts import draft_of
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind

OPTION, LINES = "option-", "lines-"


@dataclass(frozen=True, slots=True)
class KeyField:
    """What is asked for to say the key of an item or a sub-item.

    `options` are (field name, letter, text); `lines` is the name of a field of lines, "" for none.
    """

    number: int
    stem_html: Markup | None
    options: tuple[tuple[str, str, Markup | str], ...]
    lines: str
    help: str


@dataclass(frozen=True, slots=True)
class ItemToRule:
    """An item as who rules on it sees it: never its key. `refusal` says why it can have no other.

    `stem_html` is None for who may not read the item.
    """

    stem_html: Markup | None
    fields: tuple[KeyField, ...]
    refusal: str


def treatment_words(treatment: Treatment) -> str:
    """Return what a ruling does, as a choice of the form."""
    return {
        Treatment.REKEY: _("改答案"),
        Treatment.FULL_MARKS: _("凡抽到这道题的都得满分"),
        Treatment.EXCLUDED: _("这道题不计分，满分按比例减少，有合格线的合格线也按比例减少"),
    }[treatment]


def corrected_words(ruling: Ruling) -> str:
    """Return what a candidate reads of an item that was ruled on, beside its outcome."""
    if ruling.treatment is not Treatment.REKEY:
        return ""
    if ruling.explanation:
        return _("这道题的答案经复核更正，答案和解析以这里为准。")
    return _("这道题的答案经复核更正，以这里的答案为准；原来的解析讲的是旧答案，不再显示。")


def ruling_words(ruling: Ruling, document: ItemDocument) -> str:
    """Return what a ruling says: “改答案为 B、D”; of a case, of every sub-item that has a key."""
    if ruling.key is None:
        return treatment_words(ruling.treatment)
    return _("改答案为 %(key)s", key=_key_words(document, ruling.key))


def _key_words(document: ItemDocument, key: AnswerKey) -> str:
    if document.parts:
        pairs = zip(document.parts, key.parts, strict=True)
        told = [
            f"({n}) {_key_words(part, held)}"
            for n, (part, held) in enumerate(pairs, 1)
            if part.kind in CHOSEN | WRITTEN
        ]
        return _("；").join(told)
    if key.formula:
        return _("算式 %(formula)s%(tolerance)s", formula=key.formula, tolerance=_tolerance(key))
    letters = dict(zip((each.id for each in document.options), LETTERS, strict=False))
    letters |= {"t": _("对"), "f": _("错")} if not document.options else {}
    lines = draft_of(Item(document, key)).answers
    return _("、").join(lines or tuple(letters.get(each, each) for each in key.choices))


def _tolerance(key: AnswerKey) -> str:
    figures = key.setting("figures")
    if figures:
        return _("，%(n)s 位有效数字", n=figures)
    if key.tolerance is None:
        return ""
    if key.tolerance_kind == "relative":
        return _("，相对误差 %(n)s", n=key.tolerance)
    return _("，误差 %(n)s", n=key.tolerance)


def regrade_state_words(state: RegradeState) -> tuple[str, str]:
    """Return how a regrade stands, and the status of its badge."""
    return {
        RegradeState.DRAFT: (_("准备中"), "draft"),
        RegradeState.LOOKING: (_("正在计算影响"), "live"),
        RegradeState.LOOKED: (_("已算出影响"), "due"),
        RegradeState.APPLYING: (_("正在生效"), "live"),
        RegradeState.APPLIED: (_("已生效"), "pass"),
        RegradeState.DROPPED: (_("已放弃"), "none"),
    }[state]


def item_to_rule(item: Item, *, may_read: bool) -> ItemToRule:
    """Return an item with the fields that its new key takes."""
    document = item.document
    refusal = _refusal(item)
    parts = enumerate(document.parts, 1) if document.parts else [(0, document)]
    fields = tuple(
        _field(number, part, may_read=may_read)
        for number, part in parts
        if part.kind in CHOSEN | WRITTEN
    )
    return ItemToRule(render(document.stem) if may_read else None, fields, refusal)


def _refusal(item: Item) -> str:
    by_hand = [part.kind for part in item.document.parts] or [item.document.kind]
    if rekey_refusal(item) is not None:
        return _(
            "这道题由人评阅，没有答案可改；评分要点一改，先前的评分就不再有依据。"
            "要点有误的，请让阅卷人重阅（阅卷进度页逐份退回），"
            "或在这里让抽到的人都得满分、不计这道题。"
        )
    if ItemKind.ESSAY in by_hand:
        return _("其中由人评阅的小题没有答案可改：要点有误的，请逐份退回重阅。")
    return ""


def _field(number: int, document: ItemDocument, *, may_read: bool) -> KeyField:
    prefix = f"{OPTION}{number}-" if number else OPTION
    is_chosen = document.kind in CHOSEN
    return KeyField(
        number=number,
        stem_html=render(document.stem) if number and may_read else None,
        options=tuple(
            (prefix + code, letter, text if may_read else "")
            for (code, text), letter in zip(_options(document), LETTERS, strict=False)
        )
        if is_chosen
        else (),
        lines="" if is_chosen else f"{LINES}{number}",
        help="" if is_chosen else _lines_help(document),
    )


def _options(document: ItemDocument) -> list[tuple[str, Markup | str]]:
    if document.kind is ItemKind.TRUE_FALSE:
        return [("t", _("对")), ("f", _("错"))]
    return [(each.id, render_inline(each.text)) for each in document.options]


def _lines_help(document: ItemDocument) -> str:
    if document.kind is ItemKind.NUMERIC and document.draw is not None:
        return _(
            "第一行写算式，用题里的变量名，如 100 * n / d；第二行可写允许误差，"
            "如 relative = 0.01、absolute = 5 或 figures = 3，不写就不变。"
        )
    return {
        ItemKind.BLANK: _("每空一行，同义写法用“|”隔开。"),
        ItemKind.NUMERIC: _("写数值、单位和允许误差，如 49200 h ± 250。"),
        ItemKind.MATCHING: _("每行一对：左 -> 右。"),
        ItemKind.ORDERING: _("按正确次序，每行一步。"),
    }.get(document.kind, "")


def key_wish(item: Item, sent: Mapping[str, str]) -> KeyWish:
    """Return the key that the fields of `item_to_rule` say, as they were sent."""
    if not item.document.parts:
        return _wish(sent, OPTION, f"{LINES}0")
    numbers = range(1, len(item.document.parts) + 1)
    wishes = {n: _wish(sent, f"{OPTION}{n}-", f"{LINES}{n}") for n in numbers}
    return KeyWish(parts={n: wish for n, wish in wishes.items() if not wish.is_silent})


def _wish(sent: Mapping[str, str], prefix: str, lines: str) -> KeyWish:
    chosen = frozenset(name.removeprefix(prefix) for name in sent if name.startswith(prefix))
    return KeyWish(chosen, tuple(sent.get(lines, "").splitlines()[:MAX_LINES]))
