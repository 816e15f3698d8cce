"""How what other formats say is worded in a draft: lines of answers, and explanations."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_CODE = 60
_GAP = re.compile(r"_{2,}")
_FULL_GAP = re.compile(r"_{4,}")
_CRITERION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})? ?分[ ：:]*\S.*", re.DOTALL)


def number(text: str) -> Decimal | None:
    """Read a plain number, None for anything else; bounded like the numbers of items."""
    try:
        value = Decimal(text.strip()[:64])
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 100 else None


def shown(value: Decimal) -> str:
    """Write a number without needless zeros and without an exponent: 1.0000000 is 1."""
    return f"{value.normalize():f}"


def points(text: str) -> str:
    """Read what an item is worth; "" if nothing is said."""
    value = number(text)
    return shown(value) if value is not None and value > 0 else ""


def code(text: str) -> str:
    """Make a code of an identifier, "" if it cannot be one."""
    lowered = re.sub(r"[\s._]+", "-", text.strip().lower())
    return lowered if _CODE.fullmatch(lowered) and len(lowered) <= MAX_CODE else ""


def accepted(texts: Iterable[str]) -> str:
    """Write the accepted wordings of a gap; | in a wording becomes the wide sign, equal to it."""
    return " | ".join(dict.fromkeys(text.replace("|", "｜").strip() for text in texts))


def pair(left: str, right: str) -> str:
    """Write a pair of a matching item."""
    left, right = (side.replace("->", "→").strip() for side in (left, right))
    return f"{left} -> {right}" if left else f"-> {right}"


def quantity(value: Decimal, unit: str, tolerance: Decimal | None) -> str:
    """Write a numeric answer with an absolute tolerance."""
    line = f"{shown(value)} {unit}".strip()
    return f"{line} ± {shown(tolerance)}" if tolerance else line


def with_gap(stem: str) -> str:
    """Give a stem that is filled in the one gap it needs, unless it has one."""
    if _FULL_GAP.search(stem):
        return _FULL_GAP.sub("____", stem)
    if _GAP.search(stem):
        return _GAP.sub("____", stem, count=1)
    return f"{stem}\n\n____" if stem else ""


def without_gaps(text: str) -> str:
    """Keep runs of underscores from being counted as gaps."""
    return _FULL_GAP.sub("___", text)


def explanation(parts: Iterable[tuple[str, str]]) -> str:
    """Join what is said for explanation, each piece behind its label; pieces said twice go."""
    pieces = [f"{label}：{text}" if label else text for label, text in parts if text]
    return "\n\n".join(dict.fromkeys(pieces))


def criteria(text: str) -> tuple[tuple[str, ...], str]:
    """Take the lines like "3 分 要点" out of notes for markers; return them and the rest."""
    lines = [re.sub(r"^(?:[-*+]|\d+[.)、]) +(?=\d)", "", line.strip()) for line in text.split("\n")]
    found = tuple(line for line in lines if _CRITERION.fullmatch(line))
    rest = [line for line in lines if line and line not in found]
    return found, "\n\n".join(rest)
