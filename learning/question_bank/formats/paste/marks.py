"""Everything in a line that may be a mark: a number, an option letter, a label, a heading, a case.

Only found here, not yet believed: `splitting` decides by what came before and what follows. Every
pattern is linear: bounded repeats, no alternatives that share a beginning under a star.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from learning.question_bank.formats.paste.headings import (
    KIND_WORD,
    Heading,
    glued_headings,
    heading_of,
    kind_of,
)
from learning.question_bank.formats.paste.lines import Line

MAX_NUMBER = 2000


@dataclass(slots=True)
class Mark:
    """A place in a line that may begin something.

    `kind` is number, letter, label, heading, title (a Chinese numeral without a kind), case,
    keys, chapter or sheet. `is_start`: only decoration stands before it. `is_weak`: a digit
    follows, as in 3.14. `has_evidence`, of numbers: options or an answer come before the next.
    """

    kind: str
    line: int
    start: int
    end: int
    value: int = 0
    word: str = ""
    style: str = ""
    is_start: bool = False
    is_weak: bool = False
    has_evidence: bool = False
    heading: Heading | None = None
    range: tuple[int, int] | None = None
    hint: str = ""
    lead: str = ""


_LEAD = r"(?:[\[(]\s*(?P<lead>[A-H√×对错TF正确误]{0,6})\s*[)\]]\s*)?"
_HINT = rf"(?:[【\[(<]?\s*(?P<hint>{KIND_WORD}题?)\s*[】\])>]?\s*[:：]?\s*)?"
_START = re.compile(
    rf"{_LEAD}{_HINT}(?:"
    r"(?P<di>第\s*(?P<n1>\d{1,4})\s*[题道问]\s*[、.:,)]?)"
    r"|(?P<word>[\u4e00-\u9fff]{0,6}[题例]\s*(?P<n2>\d{1,4})\s*[、.:)])"
    r"|(?P<paren>[(\[]\s*(?P<n3>\d{1,3})\s*[)\]]\s*[、.:]?)"
    r"|(?P<plain>(?P<n4>\d{1,4})\s*(?:[、:,。]|\.(?!\d)|\.(?=\d))\s?)"
    r"|(?P<rparen>(?P<n5>\d{1,3})\s*\))"
    r"|(?P<asked>问题?\s*(?P<n9>\d{1,2})\s*[、.:)])"
    r"|(?P<letter>Q\s*(?P<n6>\d{1,4})\s*[、.:)])"
    r"|(?P<space>(?P<n7>\d{1,4})\s+(?=[^\s\d]))"
    r"|(?P<bare>(?P<n8>\d{1,3})(?=[\u4e00-\u9fff\"“《]))"
    r")"
)
_INNER = re.compile(
    r"(?P<di>第\s?(?P<n1>\d{1,3})\s?题\s?[、.:]?)|(?P<paren>[(\[](?P<n3>\d{1,3})[)\]])"
    r"|(?P<plain>(?P<n4>\d{1,4})[、.])"
)
_MAY_PRECEDE = re.compile(r"[^\d.=<>≤≥±+\-×/~A-Za-z]")  # before a number that is no decimal
_LETTER = re.compile(
    r"(?<![A-Za-z])([A-H]|(?<![0-9])[a-h])\s{0,3}[、.:)。]|[(\[【]\s?([A-H])\s?[)\]】]"
)
_TITLE = re.compile(r"\(?(?P<n>[一二三四五六七八九十]{1,3})\s*(?:[、.:]|\))")
CHINESE = {"十": 10} | {digit: n for n, digit in enumerate("一二三四五六七八九", 1)}

_LABELS = {
    "answer": "正确答案|参考答案|标准答案|本题答案|试题答案|正确选项|答案要点|答案|参考要点"
    "|答题要点|评分要点|评分标准|Correct Answer|Correct answer|correct answer"
    "|ANSWER|Answer|answer|Ans",
    "explanation": "答案解析|试题解析|题目解析|习题解析|考题解析|本题解析|解析|详解|精解"
    "|解释|点评|评析|Explanation|explanation|Rationale",
    "difficulty": "难度系数|难易程度|难易度|难度等级|难度",
    "area": "知识点|考查点|考核点|考点|所属章节",
    "source": "出处|题目来源|试题来源",
    "points": "本题分值|分值",
    "kind": "题型|题目类型|试题类型",
    "level": "考核要求|掌握程度|认知层次",
    "other": "您的答案|你的答案|考生答案|我的答案|作答结果|得分",
}
# These are words of plain text too: only at the start of a line, and only with a colon.
_CAREFUL = {
    "answer": "答|解|答题",
    "explanation": "分析|理由|说明|解答|解题思路",
    "source": "来源|依据",
}
_NAME_OF = {
    word: name
    for table in (_LABELS, _CAREFUL)
    for name, words in table.items()
    for word in words.split("|")
}
_ALL_LABELS = "|".join((_LABELS["other"], *(_LABELS[n] for n in _LABELS if n != "other")))
_ALL_WORDS = _ALL_LABELS + "|" + "|".join(_CAREFUL.values())
_LABEL = re.compile(
    rf"[【\[]\s?(?P<boxed>{_ALL_WORDS})\s?[】\]]\s{{0,3}}:?"
    rf"|[【(\[]?\s?(?P<colon>{_ALL_LABELS})\s?(?:是|为)?\s{{0,3}}:\s?"
    r"|(?P<key>(?:正确|参考|标准)?答案)\s?(?:是|为|应为|选)?\s{0,3}(?=[A-H√×](?![A-Za-z.、]))"
)
_CAREFUL_LABEL = re.compile(
    rf"(?P<w>{'|'.join(_CAREFUL.values())})\s?:|(?P<v>(?:正确|参考)?答案|解析|难度|知识点)(?:\s+(?=\S)|$)"
    r"|(?P<k>(?:正确|参考)?答案)(?=\s?(?:[A-H]{1,8}|对|错|正确|错误|√|×)[。.\s]*$)"
)
_KEYS = re.compile(
    r"\s*[【\[]?[\u4e00-\u9fffA-Za-z0-9\-《》\"“” ]{0,24}?(?:参考|标准|正确|试题|试卷)?答案"
    r"(?:部分|汇总|及|和|与|、|解析|详解|评分标准|如下|表|卡)*\s*[:】\]]{0,2}[\s★☆*=\-]{0,20}$"
    r"|\s*(?:[Aa]nswer [Kk]ey|ANSWER KEY|ANSWERS|Answers)\s*:?\s*$"
)
_CHAPTER = re.compile(
    r"第\s?[一二三四五六七八九十\d]{1,3}\s?[章篇](?![\u4e00-\u9fff]{0,12}[?？。(（])"
)
PAGE = re.compile(
    r"\s*(?:第\s?\d{1,3}\s?页.{0,14}|[-·]{1,2}\s?\d{1,3}\s?[-·]{1,2}|-*\s?(?:全卷|试卷)[完终]\s?-*"
    r"|Page\s?\d{1,3}(?:\s?(?:of|/)\s?\d{1,3})?)\s*\Z"
)
"""A line that belongs to the page, not to the text."""
_SHEET = re.compile(r"[\s\u4e00-\u9fff0-9]{0,20}?(?:答\s?题\s?[卡纸]|答\s?卷)\s*$")
_KEYS_INLINE = re.compile(
    rf"\s*(?:{KIND_WORD}题?\s?:|"
    r"[一二三四五六七八九十]{1,3}\s*[、.]|\d{1,3}\s?[-~至到]{1,2}\s?\d{1,3}(?!\d)"
    r"|1\s?[、.:)]?\s?(?:[A-H√×对错]{1,8}|T)\s*[,;、.\s]?\s*2\s?[、.:)]?\s?[A-H√×对错T])"
)
_TWO_KEYS = re.compile(
    r"\s*[(]?(?P<a>\d{1,3})\s?[、.:)]\s?(?:[A-H]{1,8}|[√×对错TF]|正确|错误)[ ,;、。]{1,4}"
    r"[(]?(?P<b>\d{1,3})\s?[、.:)]\s?(?:[A-H√×对错TF]|正确)"
)
_ANSWER_ALONE = re.compile(rf"[【\[]?\s?(?:{_LABELS['answer']})\s?[】\]]?\s?:?\s{{0,9}}")
_KEY_RUN = re.compile(
    r"\s*(?:[A-H]{5}\s{1,4}(?:[A-H]{5}\s{1,4}){0,38}[A-H]{1,5}"
    r"|(?=[A-H]{0,9}([A-H])[A-H]{0,9}\1)[A-H]{4,100})\s*\Z"
)
_CASE_RANGE = re.compile(
    r"(?=.{0,80}?(?:材料|资料|案例|短文|背景|情况|情景|信息|场景|图表|题干|问题|小题|各题))"
    r".{0,60}?(?P<a>\d{1,3})\s?题?\s?[-~至到]{1,2}\s?第?\s?(?P<b>\d{1,3})\s?(?:小?题|各?题|问)"
)
_CASE_VERB = re.compile(r"阅读|根据|依据|结合|针对|共用|回答|完成|作答")
_CASE_TITLE = re.compile(
    r"[【\[(]?\s?(?:案例|材料|资料)\s?(?:分析)?\s?(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s?[】\])]?"
    r"\s?(?:[、.:,]|$|(?=\()|(?<=[】\]]))"
)


FREE_MARKS = 3000
CHARACTERS_A_MARK = 7
"""The densest papers known have a mark in ten characters; a text beyond this is no paper."""


def marks_of(number: int, line: Line) -> list[Mark]:
    """Find the marks of a line, in order of place; none for a line that is a mark all over."""
    if line.is_blank or line.folded.startswith("|") or PAGE.match(line.folded):  # | rows of tables
        return []
    heading = heading_of(line)
    if heading:
        head = Mark("heading", number, 0, heading.end, is_start=True, heading=heading)
        return list(_apart(_sorted([head, *_some(number, line, heading.end)])))
    first = [
        _sheet(number, line),
        _keys(number, line),
        _case(number, line),
        _chapter(number, line),
        _started(number, line),
        _title(number, line),
    ]
    found = next((mark for mark in first if mark), None)
    marks = [found] if found else []
    marks.extend(_some(number, line, found.end if found else line.start))
    return list(_apart(_sorted(marks)))


def _some(number: int, line: Line, start: int) -> list[Mark]:
    """Find marks, but not more than any paper has: one more says that there are too many."""
    most = FREE_MARKS + len(line.text) // CHARACTERS_A_MARK + 3
    return list(islice(_glued(number, line, start), most))


def _sorted(marks: list[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.start, -mark.end))


def _glued(number: int, line: Line, start: int) -> Iterator[Mark]:
    """Find the marks that may stand anywhere in a line, from `start` on."""
    yield from _inner(number, line, start)
    for begin, glued in glued_headings(line):
        if begin >= start:
            yield Mark("heading", number, begin, glued.end, heading=glued)
    yield from (mark for mark in _labels(number, line) if mark.start >= start)


def is_key_list(text: str) -> bool:
    """Tell whether what follows an answer label is a list for many questions."""
    pair = _TWO_KEYS.match(text)
    is_sequel = pair is not None and int(pair["b"]) == int(pair["a"]) + 1
    return is_sequel or bool(_KEYS_INLINE.match(text))


def is_key_run(text: str) -> bool:
    """Tell whether an answer is the letters of many questions in a row: “ABCDA BCDAB”."""
    return bool(_KEY_RUN.match(text))


def is_answer_label(line: Line) -> bool:
    """Tell whether a line is the label of an answer and nothing else."""
    return bool(_ANSWER_ALONE.fullmatch(line.folded, line.start))


def is_numbered_list(text: str, numbers: tuple[int, int]) -> bool:
    """Tell whether a text gives answers by number, from the first of `numbers` to the last."""
    first, last = (rf"[(]?{number}\s?[、.:)]\s?(?!\d)" for number in numbers)
    return bool(re.match(rf"\s*{first}", text) and re.search(rf"[\s;,、。]{last}", text))


def _apart(marks: list[Mark]) -> Iterator[Mark]:
    end = -1
    for mark in marks:
        if mark.start >= end:
            yield mark
            end = mark.end


def _keys(number: int, line: Line) -> Mark | None:
    found = _KEYS.match(line.folded, line.start) if len(line.folded) < 60 else None
    return Mark("keys", number, 0, found.end(), is_start=True) if found else None


def _sheet(number: int, line: Line) -> Mark | None:
    found = _SHEET.match(line.folded, line.start) if len(line.folded) < 60 else None
    return Mark("sheet", number, 0, found.end(), is_start=True) if found else None


def _chapter(number: int, line: Line) -> Mark | None:
    found = _CHAPTER.match(line.folded, line.start) if len(line.folded) < 60 else None
    return Mark("chapter", number, 0, found.end(), is_start=True) if found else None


def _case(number: int, line: Line) -> Mark | None:
    head = line.folded[line.start : line.start + 160]
    found = _CASE_RANGE.match(head)
    if found and _CASE_VERB.search(head):
        first, last = int(found["a"]), int(found["b"])
        if first < last < first + 30:
            return Mark("case", number, 0, line.start, is_start=True, range=(first, last))
    titled = _CASE_TITLE.match(head)
    if titled:
        return Mark("case", number, 0, line.start + titled.end(), is_start=True)
    return None


def _started(number: int, line: Line) -> Mark | None:
    found = _START.match(line.folded, line.start)
    if not found:
        return None
    style = next(name for name in _STYLES if found[name])
    value = int(next(found[f"n{n}"] for n in range(1, 10) if found[f"n{n}"]))
    if not 1 <= value <= MAX_NUMBER:
        return None
    is_weak = (
        style == "plain"
        and line.folded[found.end() : found.end() + 1].isdigit()
        and not found.group().endswith(" ")  # “1. 2023年…” is no decimal
    )
    is_comma = style == "plain" and "," in found["plain"]
    return Mark(
        "number",
        number,
        line.start,
        found.end(),
        value=value,
        style="plain" if style in {"space", "bare"} else style,
        word="comma" if is_comma else style,
        is_start=True,
        is_weak=is_weak and "." in found["plain"],
        hint=kind_of(found["hint"]) if found["hint"] else "",
        lead=found["lead"] or "",
    )


_STYLES = ("di", "word", "paren", "plain", "rparen", "asked", "letter", "space", "bare")


def _title(number: int, line: Line) -> Mark | None:
    found = _TITLE.match(line.folded, line.start)
    if not found:
        return None
    style = "cn-paren" if found.group().startswith("(") else "cn"
    word = found["n"]
    value = CHINESE.get(word[-1], 0) if word != "十" else 10
    if word.startswith("十") and len(word) > 1:
        value += 10
    return Mark("title", number, line.start, found.end(), value=value, style=style, is_start=True)


def _inner(number: int, line: Line, start: int) -> Iterator[Mark]:
    for found in _INNER.finditer(line.folded, start):
        style = found.lastgroup if found.lastgroup in _STYLES else ""
        style = style or next(name for name in ("di", "paren", "plain") if found[name])
        value = int(found["n1"] or found["n3"] or found["n4"])
        is_weak = style == "plain" and line.folded[found.end() : found.end() + 1].isdigit()
        if is_weak and found.start() and not _MAY_PRECEDE.match(line.folded[found.start() - 1]):
            continue
        if value >= 1:
            yield Mark(
                "number",
                number,
                found.start(),
                found.end(),
                value=value,
                style=style,
                is_weak=is_weak,
            )
    for found in _LETTER.finditer(line.folded, start):
        letter = (found.group(1) or found.group(2)).upper()
        is_start = found.start() == line.start
        yield Mark("letter", number, found.start(), found.end(), word=letter, is_start=is_start)


def _labels(number: int, line: Line) -> Iterator[Mark]:
    careful = _CAREFUL_LABEL.match(line.folded, line.start)
    if careful:
        name = _NAME_OF[careful["w"] or careful["v"] or careful["k"]]
        yield Mark("label", number, line.start, careful.end(), word=name, is_start=True)
    for found in _LABEL.finditer(line.folded, line.start):
        word = found["boxed"] or found["colon"] or found["key"]
        yield Mark(
            "label",
            number,
            found.start(),
            found.end(),
            word=_NAME_OF[word],
            is_start=found.start() == line.start,
        )
