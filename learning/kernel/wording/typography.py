"""Punctuation and spacing of Chinese prose, after GB/T 15834—2011 and the habit of our lessons.

Full-width marks and “ ” in Chinese; a space between Chinese and Latin letters, digits, formulas,
and between a number and its unit; none between two Chinese characters; the year of a standard after
a dash (GB/T 19001—2016). Inside 《》 a title keeps the spaces that it has.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from learning.kernel.wording.prose import OBJECT

_H = r"[\u3400-\u9fff]"
_LATIN = rf"[A-Za-z0-9\u0370-\u03ff{OBJECT}]"
_MARKS = "，。；：、！？"
_UNITS = (
    "%|‰|℃|(?:mm|cm|μm|nm|km|kg|mg|mL|min|ms|MPa|kPa|Hz|kHz|MHz|GHz|kW|kV|mV|mA|ppm|dB|h|g|V|W)"
    r"(?![A-Za-z0-9])"
)
_STANDARD = r"(?:GB|GJB|JJF|JJG|ISO|IEC|YY|SJ|HB|QJ|T/[A-Z]+)(?:/[TZ])?"


class _Rule(NamedTuple):
    """A fault; only a text with one of the characters `needs` can have it, and few texts have."""

    code: str
    needs: frozenset[str]
    pattern: re.Pattern[str]
    message: str


def _rule(code: str, needs: str, pattern: str, message: str) -> _Rule:
    return _Rule(code, frozenset(needs), re.compile(pattern), message)


_WIDE = "".join(chr(mark) for mark in range(0xFF10, 0xFF5B)) + "％"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OF_TEXT = (
    _rule(
        "half_width",
        ",;:!?.",
        rf"(?<={_H})[,;:!?]|[,;:!?] ?(?={_H})|(?<={_H})\.(?![\w.])",
        "中文里用全角标点",
    ),
    _rule(
        "half_width",
        "()",
        rf"\([^()]*{_H}[^()]*\)|(?<={_H})\(|\)(?={_H})|\(\s*\)",
        "中文里用全角括号（）",
    ),
    _rule("quotes", "「」『』'", rf"[「」『』]|(?<={_H})'|'(?={_H})", "引号用 “ ”，里层用 ‘ ’"),
    _rule("full_width", _WIDE, "[０-９Ａ-Ｚａ-ｚ％]", "字母、数字、百分号用半角"),
    _rule("ellipsis", ".…", r"\.\.\.|(?<!…)…(?!…)", "省略号用 ……"),
    _rule("dash", "-–－", rf"(?<={_H})\s*(?:--+|[-–－])\s*(?={_H})", "连接号用 —，破折号用 ——"),
    _rule("range", "~∼〜", r"(?<=\d)\s*[~∼〜]\s*(?=\d)", "数的范围用 ～"),
    _rule("unit", "°", "°C", "摄氏度用 ℃"),
    _rule(
        "standard",
        "-–－",
        rf"\b{_STANDARD} ?[\d.]+[A-Z]?[-–－](?:19|20)\d\d\b",
        "标准的年份前用 —，如 GB/T 19001—2016",
    ),
    _rule("standard", _LETTERS, rf"\b{_STANDARD}\d", "标准代号与编号之间空一格"),
    _rule("standard", "《", r"《[^》]* 第 \d+ 部分", "标准的名称照原样写“第1部分”"),
    _rule("doubled", _MARKS, rf"([{_MARKS}])\1|[，；：、][{_MARKS}]|。[，；：、]", "标点重复"),
    _rule("gap", "（", r"（ *）|（\u3000{2,}）", "待选的空写作（　），当中一个全角空格"),
)
_OF_SPACES = (
    _rule(
        "space_missing",
        "",
        rf"{_H}\**{_LATIN}|[A-Za-z0-9%‰℃\u0370-\u03ff{OBJECT}]\**{_H}",
        "中文与字母、数字、公式之间空一格",
    ),
    _rule("space_missing", "", rf"\d(?:{_UNITS})", "数与单位之间空一格"),
    # 甲 and the like may stand as a label, as letters do.
    _rule("space_extra", " ", rf"{_H}(?<![甲乙丙丁戊己庚辛]) +{_H}", "汉字之间不空格"),
    _rule(
        "space_extra",
        " ",
        rf"[{_MARKS}（《“] +(?=[^\s|])|(?<=[^\s|]) +[{_MARKS}）》”]",
        "全角标点旁不空格",
    ),
)
_TITLE = re.compile(r"《[^《》]*》")
_PAIRS = (("“", "”"), ("‘", "’"), ("（", "）"), ("《", "》"))
_CHINESE = re.compile(_H)
_AROUND = 6


def faults(text: str) -> Iterator[tuple[str, str]]:
    """Yield code and message of every fault of one line of prose."""
    yield from _found(_OF_TEXT, text)
    yield from _found(_OF_SPACES, _TITLE.sub("《》", text))
    yield from _quotes(text)


def _found(rules: Iterable[_Rule], text: str) -> Iterator[tuple[str, str]]:
    marks = frozenset(text)
    for code, needs, pattern, message in rules:
        if not needs or not needs.isdisjoint(marks):
            for found in pattern.finditer(text):
                yield code, f"“{_shown(text, found)}”：{message}"


def _quotes(text: str) -> Iterator[tuple[str, str]]:
    if '"' in text and _CHINESE.search(text):
        yield "quotes", "引号用 “ ”，里层用 ‘ ’"
    for opening, closing in _PAIRS:
        opened, closed = text.count(opening), text.count(closing)
        if opened != closed:
            yield "unpaired", f"{opening} 有 {opened} 个，{closing} 有 {closed} 个"


def _shown(text: str, found: re.Match[str]) -> str:
    start, end = max(0, found.start() - _AROUND), found.end() + _AROUND
    return text[start:end].replace(OBJECT, "□").strip()
