"""How a number in a cell is shown: as it is, as a percentage, or (mostly by mistake) as a date."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from learning.question_bank.formats.intake import parse_xml
from learning.question_bank.formats.sheets.strings import local_name

_PERCENT = {9, 10}
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile("[ymdhsYMDHS年月日]")
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # a cell has no zone: any will do, as none is shown
_LAST_DAY = 2_958_466  # 31 December 9999


def read_styles(content: bytes) -> dict[str, str]:
    """Return what cell styles ("7") mean for numbers: percent or date; others are left out."""
    root = parse_xml(content)
    codes: dict[int, str] = {}
    kinds: dict[str, str] = {}
    for element in root.iter():
        name = local_name(element.tag)
        if name == "numFmt":
            codes[_number(element.get("numFmtId"))] = element.get("formatCode", "")
        elif name == "cellXfs":
            for place, style in enumerate(element):
                kind = _kind(_number(style.get("numFmtId")), codes)
                if kind:
                    kinds[str(place)] = kind
    return kinds


def number_text(raw: str) -> str:
    """Write a number as people do: 49200.0 is 49200, 89.400000000000006 is 89.4."""
    value = float(raw)
    if value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return format(Decimal(repr(value)), "f") if 1e-9 < abs(value) < 1e15 else repr(value)


def percent_text(raw: str) -> str:
    """Write a ratio as the percentage that the cell shows."""
    return f"{(Decimal(repr(float(raw))) * 100).normalize():f}%"


def date_text(raw: str) -> str:
    """Write the date that a cell shows, "" for none."""
    days = float(raw)
    if not 0 <= days < _LAST_DAY:
        return ""
    moment = _EPOCH + timedelta(days=days)
    return moment.strftime("%Y-%m-%d" if days >= 1 else "%H:%M")


def _kind(number: int, codes: dict[int, str]) -> str:
    if number in codes:
        code = _QUOTED.sub("", codes[number][:200])
        if "%" in code:
            return "percent"
        return "date" if _DATE_LETTERS.search(code) else ""
    if number in _PERCENT:
        return "percent"
    return "date" if number in _DATES else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
