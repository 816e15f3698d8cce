"""Automatic numbers as the text they show: “3.”, “B.”, “（二）”, “第4题”."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from learning.question_bank.formats.docx.parts import Parts, attribute, child, local, value_of

MAX_LEVELS = 9
BULLET = "•"
_DIGITS = "零一二三四五六七八九"


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _Scheme:
    """An abstract numbering: its levels, and where each of them stands."""

    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Numbering:
    """A use of a scheme; `starts` are its own beginnings, taken once."""

    scheme: _Scheme
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbers:
    """Counts through a document, paragraph by paragraph."""

    def __init__(self, parts: Parts) -> None:
        self._numberings = _read(parts.numbering)
        self._styles = _style_numbers(parts.styles)

    def next_label(self, properties: Element | None) -> str:
        """Count a paragraph and return the label that stands before it, "" if it has none."""
        number, level = self._number_of(properties)
        numbering = self._numberings.get(number)
        if numbering is None:
            return ""
        scheme = numbering.scheme
        if level in numbering.starts:
            scheme.counts[level] = numbering.starts.pop(level) - 1
        described = numbering.levels.get(level) or scheme.levels.get(level) or _Level()
        before = scheme.counts.get(level)
        scheme.counts[level] = described.start if before is None else before + 1
        for deeper in range(level + 1, MAX_LEVELS):
            scheme.counts.pop(deeper, None)
        return self._shown(numbering, level, described)

    def _number_of(self, properties: Element | None) -> tuple[str, int]:
        given = child(properties, "numPr")
        style = self._styles.get(value_of(properties, "pStyle"), ("", 0))
        number = value_of(given, "numId") or style[0]
        level = value_of(given, "ilvl")
        place = int(level) if level.isdigit() else style[1]
        return number, min(place, MAX_LEVELS - 1)

    def _shown(self, numbering: _Numbering, level: int, described: _Level) -> str:
        if described.form == "bullet":
            return BULLET
        if described.form == "none":
            return ""
        text = described.text
        for place in range(level + 1):
            mark = f"%{place + 1}"
            if mark in text:
                scheme = numbering.scheme
                own = numbering.levels.get(place) or scheme.levels.get(place) or _Level()
                count = scheme.counts.get(place, own.start)
                text = text.replace(mark, number_text(count, own.form))
        return text


def _read(numbering: Element | None) -> dict[str, _Numbering]:
    if numbering is None:
        return {}
    schemes = {
        attribute(each, "abstractNumId"): _Scheme(_levels(each))
        for each in numbering
        if local(each.tag) == "abstractNum"
    }
    found = {}
    for each in numbering:
        scheme = schemes.get(value_of(each, "abstractNumId"))
        if local(each.tag) == "num" and scheme is not None:
            found[attribute(each, "numId")] = _use(each, scheme)
    return found


def _use(number: Element, scheme: _Scheme) -> _Numbering:
    numbering = _Numbering(scheme)
    for override in number:
        if local(override.tag) != "lvlOverride":
            continue
        place = attribute(override, "ilvl")
        start = value_of(override, "startOverride")
        if place.isdigit() and start.isdigit():
            numbering.starts[int(place)] = int(start)
        numbering.levels.update(_levels(override))
    return numbering


def _levels(element: Element) -> dict[int, _Level]:
    levels = {}
    for each in element:
        place = attribute(each, "ilvl")
        if local(each.tag) == "lvl" and place.isdigit():
            start = value_of(each, "start")
            levels[int(place)] = _Level(
                int(start) if start.isdigit() and len(start) < 6 else 1,
                value_of(each, "numFmt") or "decimal",
                value_of(each, "lvlText"),
            )
    return levels


def _style_numbers(styles: Element | None) -> dict[str, tuple[str, int]]:
    found = {}
    for style in styles if styles is not None else ():
        given = child(child(style, "pPr"), "numPr")
        number = value_of(given, "numId")
        if number:
            level = value_of(given, "ilvl")
            found[attribute(style, "styleId")] = (number, int(level) if level.isdigit() else 0)
    return found


def number_text(count: int, form: str) -> str:
    """Write a number in a form of Word's; decimal where the form is not known."""
    if form in {"upperLetter", "lowerLetter"} and count >= 1:
        letter = chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in {"upperRoman", "lowerRoman"} and 0 < count < 4000:
        roman = _roman(count)
        return roman if form == "upperRoman" else roman.lower()
    if form in _CHINESE and 0 < count < 100:
        return _chinese(count)
    if form.startswith("decimalEnclosedCircle") and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    return str(count)


_CHINESE = frozenset(
    "chineseCounting chineseCountingThousand ideographDigital japaneseCounting "
    "taiwaneseCounting taiwaneseCountingThousand chineseLegalSimplified".split()
)
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (count // value)
        count %= value
    return text


def _chinese(count: int) -> str:
    tens, ones = divmod(count, 10)
    text = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return text + (_DIGITS[ones] if ones else "")
