"""The attempt engine's words: for what a room tells, and for an answer as its candidate saw it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from learning.question_bank.rules import ItemKind, ItemView

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_EVENTS = {
    "leave": _l("离开本页"),
    "back": _l("回到本页"),
    "blur": _l("切到别的窗口"),
    "focus": _l("从别的窗口回来"),
    "idle": _l("长时间没有操作"),
    "copy": _l("复制"),
    "cut": _l("剪切"),
    "paste": _l("粘贴"),
    "print": _l("打印"),
    "full_screen": _l("进入全屏"),
    "screen_left": _l("退出全屏"),
    "second_screen": _l("接有第二块屏幕"),
    "offline": _l("网络断开"),
    "online": _l("网络恢复"),
    "open": _l("打开作答页"),
    "reload": _l("刷新作答页"),
    "tabs": _l("同时打开了两个作答页"),
    "warned": _l("看到离开提醒"),
}


def event_words(kind: str) -> str:
    """Return what an event of a room is called; what has no word yet keeps its own name."""
    return str(_EVENTS.get(kind, kind))


def response_words(item: ItemView, response: Any) -> str:
    """Return an answer as the candidate saw it: letters of this form, or the text."""
    if response in (None, "", []):
        return _("未作答")
    if item.options or response in ("t", "f"):
        chosen = response if isinstance(response, list) else [response]
        return letters(item, [str(value) for value in chosen])
    if isinstance(response, list):
        return _("；").join(str(value) for value in response)
    return str(response)


def letters(item: ItemView, chosen: Sequence[str]) -> str:
    """Return the letters of chosen options in the order of the form, or true and false."""
    if not item.options:
        return {"t": _("正确"), "f": _("错误")}.get(chosen[0], "")
    order = [option.id for option in item.options]
    return "".join(LETTERS[order.index(value)] for value in order if value in chosen)


def answer_words(item: ItemView, response: Any) -> str:
    """Return an answer of any kind in one line, places and sub-items in their order.

    What a device sent is shown as far as it fits the item: it was never checked for a score.
    """
    if not isinstance(response, list) or not response:
        return response_words(item, response)
    if item.parts:
        pairs = zip(item.parts, response, strict=False)
        return _("；").join(
            f"({n}) {answer_words(part, each)}" for n, (part, each) in enumerate(pairs, 1)
        )
    names = {option.id: letter for option, letter in zip(item.options, LETTERS, strict=False)}
    if item.kind is ItemKind.ORDERING:
        return " → ".join(names.get(str(each), "?") for each in response)
    if item.kind is ItemKind.MATCHING:
        return _("；").join(
            f"{n}–{names.get(str(each), '—')}" for n, each in enumerate(response, 1)
        )
    return response_words(item, response)
