"""Answer sheets 答题卡 that people key: what a line may say, when two keyings agree, what it means.

A keying is a mapping from places to texts: `form` (the form's label), `date`, `total`, and one line
an item, named by its number ("12") or by item and sub-item of a case ("12.1"). It is compared in
its normal form: width, case, spaces and the order of letters do not matter, everything else does.
Nothing here knows a key.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from learning.attempts.rules import FormPosition
from learning.attempts.rules.batch import canonical
from learning.question_bank.item_types import normalise
from learning.question_bank.rules import ItemDocument, ItemKind, ResponseInvalid

FORM, DATE, TOTAL = "form", "date", "total"
HEAD = (FORM, DATE, TOTAL)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPEN = "-"
"""Typed for a prompt that was left open."""
GAP = "|"
"""Between the texts of an item with several gaps."""
MAX_LINE = 10_000
MAX_GAP = 200
MAX_SHORT = 64
_VERDICTS = {
    **dict.fromkeys(("T", "√", "✓", "✔", "对", "正确", "Y", "1"), "T"),
    **dict.fromkeys(("F", "×", "✗", "✘", "X", "错", "错误", "N", "0"), "F"),
}
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_LETTERED = {ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.MATCHING, ItemKind.ORDERING}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer sheet: where it is, what is asked there, options in the form's order."""

    place: str
    position: int
    document: ItemDocument
    options: tuple[str, ...]

    @property
    def kind(self) -> ItemKind:
        """Return the kind of what is asked."""
        return self.document.kind

    @property
    def most_letters(self) -> str:
        """Return the last letter that an option has, "" where there are none."""
        return LETTERS[min(len(self.options), len(LETTERS)) - 1] if self.options else ""

    @property
    def moves_on(self) -> bool:
        """Tell whether one character is the whole answer."""
        return self.kind in {ItemKind.SINGLE, ItemKind.TRUE_FALSE}


def lines_of(places: Sequence[FormPosition], documents: Sequence[ItemDocument]) -> list[Line]:
    """Return the lines of a form in its order; a case has one a sub-item."""
    lines = []
    for number, (place, document) in enumerate(zip(places, documents, strict=True), 1):
        if document.kind is not ItemKind.CASE:
            lines.append(Line(str(number), number, document, place.option_order))
        for part_number, part in enumerate(document.parts, 1):
            order = tuple(option.id for option in part.options)
            lines.append(Line(f"{number}.{part_number}", number, part, order))
    return lines


def plain(text: str) -> str:
    """Return a text as it is compared: NFKC, one space where there were some, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def read_line(line: Line, text: str) -> tuple[str, str]:
    """Return the normal form of a line and what is wrong with it, one of them "".

    Codes: `letter` (no such option), `length`, `gaps` (more texts than gaps), `prompts` (more
    letters than prompts), `verdict`, `characters`. What a candidate wrote although it is no answer
    (two letters where one is asked) is no fault: it is scored as what it is.
    """
    if len(text) > MAX_LINE:
        return "", "length"
    if any(ord(c) < 32 and c != "\t" for c in text):
        return "", "characters"
    typed = plain(text)
    if not typed or typed == OPEN:
        return "", ""
    return _READERS.get(line.kind, _text)(line, typed)


def _text(line: Line, typed: str) -> tuple[str, str]:
    is_long = line.kind is ItemKind.NUMERIC and len(typed) > MAX_SHORT
    return ("", "length") if is_long else (typed, "")


def _verdict(_line: Line, typed: str) -> tuple[str, str]:
    verdict = _VERDICTS.get(typed.upper(), "")
    return verdict, "" if verdict else "verdict"


def _letters(line: Line, typed: str) -> tuple[str, str]:
    letters = [c for c in typed.upper() if c not in " ,;/、."]
    allowed = LETTERS[: len(line.options)] + (OPEN if line.kind is ItemKind.MATCHING else "")
    if any(letter not in allowed for letter in letters):
        return "", "letter"
    if line.kind is ItemKind.MATCHING:
        most = len(line.document.prompts)
        if len(letters) > most:
            return "", "prompts"
        text = "".join(letters).ljust(most, OPEN)
        return ("" if set(text) <= {OPEN} else text), ""
    if line.kind is ItemKind.ORDERING:
        return ("".join(letters), "") if len(set(letters)) == len(letters) else ("", "letter")
    return "".join(sorted(set(letters))), ""


def _gaps(line: Line, typed: str) -> tuple[str, str]:
    several = line.document.blanks > 1
    texts = [each.strip() for each in typed.split(GAP)] if several else [typed]
    if len(texts) > line.document.blanks:
        return "", "gaps"
    if any(len(text) > MAX_GAP for text in texts):
        return "", "length"
    texts += [""] * (line.document.blanks - len(texts))
    return (GAP.join(texts) if any(texts) else ""), ""


_READERS: dict[ItemKind, Callable[[Line, str], tuple[str, str]]] = {
    **dict.fromkeys(_LETTERED, _letters),
    ItemKind.TRUE_FALSE: _verdict,
    ItemKind.BLANK: _gaps,
}


def read_date(text: str) -> str:
    """Return a date as it is kept (2026-11-22), "" where there is none."""
    found = _DATE.fullmatch(plain(text))
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def read_total(text: str, max_milli: int) -> tuple[str, str]:
    """Return a total as it is kept, and `total` where it is none within [0, maximum]."""
    typed = plain(text)
    if not typed:
        return "", ""
    if len(typed) > 12 or not re.fullmatch(r"[0-9]+(\.[0-9]{1,3})?", typed):
        return "", "total"
    try:
        points = Decimal(typed)
    except InvalidOperation:
        return "", "total"
    if points * 1000 > max_milli:
        return "", "total"
    shown = f"{points.normalize():f}"
    return shown, ""


def total_milli(text: str) -> int:
    """Return a total in its normal form in thousandths."""
    return int(Decimal(text) * 1000)


def answers_of(lines: Sequence[Line], values: Mapping[str, str]) -> dict[int, str]:
    """Return the answers (canonical JSON, as a device would save them) by position.

    `values` are lines in their normal form; what was left open is left out.
    """
    found: dict[int, Any] = {}
    cases: dict[int, list[Any]] = {}
    for line in lines:
        response = response_of(line, values.get(line.place, ""))
        if "." in line.place:
            cases.setdefault(line.position, []).append(_fitting(line.document, response))
        elif response is not None:
            found[line.position] = response
    found |= {p: parts for p, parts in cases.items() if any(each is not None for each in parts)}
    return {position: canonical(response) for position, response in sorted(found.items())}


def _fitting(document: ItemDocument, response: Any) -> Any:
    """Return a sub-item's response, None where it does not fit: it would spoil the whole case."""
    try:
        normalise(document, response)
    except ResponseInvalid:
        return None
    return response


def response_of(line: Line, value: str) -> Any:
    """Return what a line in its normal form means as a response; None where it was left open."""
    if not value:
        return None
    if line.kind in _LETTERED:
        ids = ["" if c == OPEN else line.options[LETTERS.index(c)] for c in value]
        return ids[0] if line.kind is ItemKind.SINGLE and len(ids) == 1 else ids
    if line.kind is ItemKind.TRUE_FALSE:
        return value.lower()
    if line.kind is ItemKind.BLANK:
        return value.split(GAP) if line.document.blanks > 1 else [value]
    return value


def differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return the places at which two keyings in their normal form differ, in order of the paper."""
    places = {place for place in (*first, *second) if first.get(place, "") != second.get(place, "")}
    return sorted(places, key=place_order)


def place_order(place: str) -> tuple[int, int, int]:
    """Return where a place stands: the head first, then by item and sub-item."""
    if place in HEAD:
        return (0, HEAD.index(place), 0)
    item, _, part = place.partition(".")
    return (1, int(item), int(part or 0))


def to_json(values: Mapping[str, str]) -> str:
    """Return canonical JSON of a keying, what was left open left out."""
    return canonical({place: text for place, text in values.items() if text})


def from_json(text: str) -> dict[str, str]:
    """Read what `to_json` wrote."""
    return dict(json.loads(text))
