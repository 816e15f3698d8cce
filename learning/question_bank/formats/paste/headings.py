"""Headings of sections: the kind and the points they give to the questions below them."""

import re
from dataclasses import dataclass
from decimal import Decimal

from learning.question_bank.formats.paste.lines import Line

# In the order in which they are tried: the longer name before the shorter one within it.
_KIND_WORDS = (
    ("multiple", "多项选择|多选|双项选择|双选"),
    ("indefinite", "不定项选择|不定项"),
    ("single", "单项选择|单选|最佳选择"),
    ("choice", "选择"),
    ("true_false", "判断正误|判断改错|判断对错|判断说明|判断|是非|对错|正误"),
    ("blank", "填空"),
    ("case", "案例分析|案例|材料分析|材料|阅读理解|综合案例|综合分析|综合|情景|情境|共用题干"),
    ("numeric", "计算"),
    ("ordering", "排序"),
    ("matching", "匹配|连线|配对"),
    (
        "essay",
        "名词解释|概念解释|简答|问答|论述|简述|主观|分析|思考|应用|写作|讨论|作文|解答",
    ),
)
_KIND = "|".join(f"(?P<{name}>{words})" for name, words in _KIND_WORDS)
KIND_WORD = "(?:" + "|".join(words for _, words in _KIND_WORDS) + ")"
_KIND_FOUND = re.compile(_KIND)
_ORDINAL = (
    r"(?:第\s*[一二三四五六七八九十\d]{1,3}\s*(?:部分|大题|篇|章|单元|节|题型)"
    r"|\(\s*[一二三四五六七八九十]{1,3}\s*\)|[一二三四五六七八九十]{1,3}(?=\s*[、.:,，。 ])"
    r"|[ⅠⅡⅢⅣⅤⅥⅦ]|[①②③④⑤⑥⑦⑧⑨⑩]|[IV]{1,3}(?=[.、]))"
)
_BODY = rf"(?P<name>[\u4e00-\u9fff]{{0,8}}?(?P<kind>{KIND_WORD})题?)"
_NUMBERED = re.compile(rf"\s*{_ORDINAL}\s*[、.:,。]?\s*[^\w\s(（【\[]{{0,4}}\s*{_BODY}(?P<tail>.*)")
_DIGITED = re.compile(
    rf"\s*(?:\d{{1,2}}\s*[.、])?\s*[【\[<《(]?\s*{_BODY}\s*[】\]>》)]?(?P<tail>.*)"
)
_ENGLISH = re.compile(
    r"\s*(?:(?:part|section)\s+(?:[ivx]{1,4}|\d{1,2}|[a-f])\s?[.:)\-]*\s*)?(?:"
    r"(?P<choice>multiple[ -]choice)|(?P<true_false>true\s?(?:/|or|and)\s?false)"
    r"|(?P<blank>fill[ -]in[ -]the[ -]blanks?)|(?P<essay>short[ -]answers?|essays?)"
    r")(?:\s+questions?)?\s*(?:[(:.][^\n]{0,60})?\Z",
    re.IGNORECASE,
)
_GLUED = re.compile(rf"(?:十[一二三四五六七八九]|[一二三四五六七八九十])\s*[、.]\s*{_BODY}(?<=题)")
_RESTARTED = re.compile(
    r"(?P<kind>(?:单项选择|多项选择|不定项选择|单选|多选|判断|填空|简答|论述|名词解释|计算)题)"
    r"(?=\s?(?:\([^()]{0,60}\))?\s?\(?1\s?[、.:)](?!\d))"
)
_BRACKETED = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]?")
_FILLER = re.compile(
    r"高频|常考|部分|试题|题库|练习|专项|考题|及|答案|参考|汇总|精选|题目|解析|详解|示例|共|计|合"
    r"|每|各|空|小|道|题|分|本大?|大|满|[\d.]+|[、,，。.:：;；/\s*=×\-]"
)
_ASKED = re.compile(r"[请将把试]")  # “1. 将左右两列配对。” asks for something
_SUBJECT = re.compile(r"以下|下列|属于|关于|什么|如何|哪")

_EACH = re.compile(r"[每各]\s*(?:小|道|个)?\s*(?:题|道|空)?\s*(?P<n>\d{1,3}(?:\.\d{1,2})?)\s*分")
_PER = re.compile(r"(?P<n>\d{1,3}(?:\.\d{1,2})?)\s*分\s*/\s*(?:小|道)?[题空道]")
_PRODUCT = re.compile(r"\d{1,3}\s*[×xX*]\s*(?P<n>\d{1,3}(?:\.\d{1,2})?)\s*分?\s*=\s*\d")
_COUNT = re.compile(r"共\s*(\d{1,3})\s*(?:小|道)?\s*题")
_TOTAL = re.compile(r"(?:[共计]|题\s*[,，、;；])\s*(\d{1,4})\s*分")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says; `kind` is "" for a mere title. `end` is where its kind word ends."""

    kind: str
    ordinal: str
    end: int
    is_for_gaps: bool = False


def kind_of(word: str) -> str:
    """Return the kind that a word such as 单选题 names, "" if none."""
    found = _KIND_FOUND.search(word)
    return found.lastgroup or "" if found else ""


def heading_of(line: Line) -> Heading | None:
    """Read a line that is a section heading naming a kind, None if it is not."""
    folded = line.folded
    if len(folded) > line.start + 400:
        folded = folded[: line.start + 400]
    found = _NUMBERED.match(folded, line.start) or _NUMBERED.match(folded)
    if found and not _SUBJECT.search(found["name"]):
        is_named = found["name"].endswith("题") or _is_filler(found["tail"])
        if is_named:
            return Heading(kind_of(found["kind"]), _ordinal(folded), found.end("name"))
    english = _ENGLISH.match(folded, line.start)
    if english and english.lastgroup:
        return Heading(english.lastgroup, "", english.end())
    found = _DIGITED.match(folded, line.start)
    if found and _ASKED.match(found["name"]):
        return None
    if found and len(found["name"]) <= 12 and _is_filler(found["tail"]):
        return Heading(kind_of(found["kind"]), "", found.end("name"))
    return None


def glued_headings(line: Line) -> list[tuple[int, Heading]]:
    """Find headings in the middle of a line, with where each begins."""
    return [
        (found.start(), Heading(kind_of(found["kind"]), found.group()[0], found.end()))
        for found in _GLUED.finditer(line.folded, line.start)
    ] + [
        (found.start(), Heading(kind_of(found["kind"]), "", found.end()))
        for found in _RESTARTED.finditer(line.folded, line.start + 1)
    ]


def _is_filler(tail: str) -> bool:
    return len(tail) <= 200 and not _FILLER.sub("", _BRACKETED.sub("", tail)).strip(" 】]>》)）")


def _ordinal(folded: str) -> str:
    found = re.search(r"[一二三四五六七八九十]{1,3}|[①-⑩]", folded[:8])
    return found.group() if found else ""


def points_of(text: str, questions: int) -> str:
    """Find what each question of a section is worth, "" where the heading does not say.

    A total alone is what the only question of a section is worth.
    """
    found = _EACH.search(text) or _PER.search(text) or _PRODUCT.search(text)
    if found:
        return found["n"]
    count, total = _COUNT.search(text), _TOTAL.search(text)
    number = int(count.group(1)) if count else questions
    if total and number and (count or questions == 1):
        each = Decimal(total.group(1)) / number
        if each == each.quantize(Decimal("0.01")):
            return f"{each.normalize():f}"
    return ""


def is_for_gaps(text: str) -> bool:
    """Tell whether the points of a heading are for each gap."""
    return bool(re.search(r"每\s*个?空", text))
