"""Matching items whose pairs stand side by side, a line each or one behind the other."""

import re
from dataclasses import dataclass

_PAIR = re.compile(
    r"\s{0,9}(?:[(（]?\d{1,2}[)）.、．]\s{0,3}|[•·\-*]\s{1,3})?(?P<left>[^\n—→⟶]{1,120}?)\s{0,9}"
    r"(?:—{1,4}|–{1,4}|-{2,6}>?|->|={1,6}>|→|⟶|…{2,4})\s{0,9}(?P<right>[^\n—→⟶]{1,300})\Z"
)
_ASKED = re.compile(r"连线|配对|匹配|一一对应|相对应|对应起来|左右两[列栏]")
_BETWEEN = re.compile(r"[；;\n]|[，,](?=[^，,；;]{1,60}(?:—|->|→))")
_MAX_PAIRS = 26


@dataclass(frozen=True, slots=True)
class Pairs:
    """A matching item: what is asked, and a line `left -> right` for each pair."""

    stem: str
    lines: tuple[str, ...]


def cut_pairs(text: str, answer: str, *, is_stated: bool) -> Pairs | None:
    """Cut pairs out of a question, or out of its answer; None where it has none.

    Only where the heading says so (`is_stated`) or the text asks for pairs: a dash between two
    words is common.
    """
    if not (is_stated or _ASKED.search(text)):
        return None
    answered = _pairs(_BETWEEN.split(answer)) if answer else []
    if len(answered) >= 2:
        return Pairs(text, tuple(answered))
    if answer.strip():
        return None
    lines = text.split("\n")
    found = {n: pair for n, line in enumerate(lines) for pair in _pairs([line])}
    if not 2 <= len(found) <= _MAX_PAIRS:
        return None
    rest = [line for n, line in enumerate(lines) if n not in found]
    return Pairs("\n".join(rest).strip(), tuple(found.values()))


def _pairs(texts: list[str]) -> list[str]:
    """Write each pair as item files do; a letter joined to a number says nothing by itself."""
    found = [match for text in texts if (match := _PAIR.match(text.strip()[:500]))]
    sides = [(match["left"].strip(), match["right"].strip(" 。；;，,")) for match in found]
    if any(len(left) == 1 and left.isascii() for left, _right in sides):
        return []
    return [f"{left} -> {right}" for left, right in sides if left and right]
