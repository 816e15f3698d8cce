"""Cues from one item to another: what is right in one stands word for word in the other's stem.

Whoever has both on one paper copies the one from the other. Such items name each other as enemies,
or the stem is reworded; where reading finds that the words tell nothing, the bank's settings say so
and why. Only words can be compared here: that two items ask the same, or that one lets the other be
reasoned out, is for people to see.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind

FEWEST_SIGNS = 4
"""Shorter answers are everyday words that any stem may hold."""
CHOICES = (ItemKind.SINGLE, ItemKind.MULTIPLE)
_MARKUP = re.compile(r"[\s，。；：、“”（）$\\{}*·—\-]+")
_CHINESE = re.compile(r"[一-鿿]")

Pair = tuple[str, str]
"""The item whose answer stands in the stem of the other, by code."""


def cues(items: Sequence[Item], harmless: Collection[Pair]) -> Iterator[tuple[str, str]]:
    """Find undeclared cues, named at the item whose answer is told; and pairs kept for nothing."""
    stems = {item.document.code: _stem(item.document) for item in items}
    excluded = {(i.document.code, code) for i in items for code in i.document.excludes}
    found: set[Pair] = set()
    for item in items:
        code = item.document.code
        for answer in _answers(item):
            for other, stem in stems.items():
                if other == code or _plain(answer) not in stem:
                    continue
                found.add((code, other))
                if {(code, other), (other, code)}.isdisjoint(excluded | set(harmless)):
                    yield (
                        code,
                        (
                            f"答案“{answer[:20]}”写在 {other} 的题干里：写明“互斥 {other}”"
                            "或改题干；不碍事的记入 bank.toml 的 [[harmless]]"
                        ),
                    )
    for code, other in sorted(set(harmless) - found):
        yield "", f"bank.toml 的 [[harmless]] 有 {code} 与 {other}，题干里却没有答案，应删去"


def _answers(item: Item) -> list[str]:
    pairs = zip((item.document, *item.document.parts), (item.key, *item.key.parts), strict=True)
    texts = [text for document, key in pairs for text in _right(document, key)]
    return [t for t in texts if len(_plain(t)) >= FEWEST_SIGNS and _CHINESE.search(t)]


def _right(document: ItemDocument, key: AnswerKey) -> Iterator[str]:
    if document.kind in CHOICES:
        yield from (option.text for option in document.options if option.id in key.choices)
    for wordings in key.blanks:
        yield from wordings


def _stem(document: ItemDocument) -> str:
    return _plain(document.stem) + "".join(_stem(part) for part in document.parts)


def _plain(text: str) -> str:
    return _MARKUP.sub("", text)
