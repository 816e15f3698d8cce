"""Question booklets 试题册 and answer sheets 答题卡 as PDF: what a candidate holds in the hand.

Made of `ItemView`, the same that a candidate's page is made of: nothing here knows a key. Printed
in Chinese whoever prints them, as the sitting's other papers are.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from learning.kernel.printed_html import Node, Pictures, printed, width_of
from learning.kernel.printing import ROOT, Typesetter, printable
from learning.question_bank.rules import ItemKind, ItemView
from learning.question_bank.scoring import MarkingKind, MarkingRule

TEMPLATE = ROOT / "templates" / "exams" / "booklet.typ"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "零一二三四五六七八九"
TICKET_DIGITS = 13
FEWEST_LINES, MOST_LINES = 6, 28
ROOM = ((4, 9.0), (2, 19.0))  # em that an option has where so many stand in a line
SURE = 900.0  # em: twenty lines, less than half a page
BOOKLET_NOTES = (
    "1. 答案写在答题卡上，写在试题册上无效。",
    "2. 答题卡须与试题册的试卷代码一致，不一致时立即报告监考人员。",
    "3. 考试结束后，试题册、答题卡和草稿纸一并交回，不得带出考场。",
)
SHEET_NOTES = (
    "1. 先填写姓名和准考证号，核对试卷代码。",
    "2. 选择题用 2B 铅笔把所选字母的方框涂满；其余用黑色签字笔写在规定处。",
)
ASKED = {
    ItemKind.SINGLE: "每题只有一个正确答案。",
    ItemKind.MULTIPLE: "每题有一个以上的正确答案。",
    ItemKind.TRUE_FALSE: "判断下列说法是否正确。",
    ItemKind.BLANK: "在答题卡上按空的顺序填写。",
    ItemKind.NUMERIC: "在答题卡上填写数值。",
    ItemKind.MATCHING: "为左边每一项选一个右边的对应项，填写字母；右边的项可以多次使用或用不上。",
    ItemKind.ORDERING: "按正确的顺序填写字母。",
    ItemKind.ESSAY: "在答题卡的横线上作答。",
    ItemKind.CASE: "阅读材料，回答各小题。",
}
MARKED = {
    MarkingKind.PARTIAL_NO_WRONG: "少选按选对的个数得分，错选不得分。",
    MarkingKind.ALL_OR_NOTHING: "全部选对才得分。",
}
HALF = "少选得一半分，错选不得分。"

typesetter = Typesetter(TEMPLATE)


@dataclass(frozen=True, slots=True)
class Part:
    """A section 大题 as printed: its items as candidates see them, worth `points` each."""

    title: str
    kind: ItemKind
    points: Decimal
    marking: MarkingRule
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What stands on all sheets of one form; `code` with its check character."""

    title: str
    organiser: str
    code: str
    limit_minutes: int
    parts: tuple[Part, ...]

    @property
    def total(self) -> Decimal:
        """Return the highest total."""
        return sum((part.points * len(part.items) for part in self.parts), Decimal(0))


def parts_of(
    views: Sequence[ItemView], sections: Iterable[tuple[str, ItemKind, int, Decimal, MarkingRule]]
) -> tuple[Part, ...]:
    """Return the views by section: (title, kind, count, points, marking) in the paper's order."""
    parts, first = [], 0
    for title, kind, count, points, marking in sections:
        parts.append(Part(title, kind, points, marking, tuple(views[first : first + count])))
        first += count
    return tuple(parts)


def booklets_pdf(papers: Sequence[PaperFacts], pictures: Pictures) -> bytes:
    """Return the booklets of some forms, each from a page of its own and with its own page numbers.

    `pictures` are SVG texts by the address that the texts give.
    """
    return typeset(
        "booklet",
        [head_of(one) | {"parts": _asked(one, pictures)} for one in papers],
        BOOKLET_NOTES,
    )


def answer_sheets_pdf(papers: Sequence[PaperFacts]) -> bytes:
    """Return an answer sheet for each of some forms: places for answers, nothing of the items."""
    return typeset("sheet", [head_of(one) | {"parts": _places(one)} for one in papers], SHEET_NOTES)


def typeset(kind: str, papers: Sequence[dict[str, Any]], notes: Sequence[str]) -> bytes:
    """Set one of the template's three documents."""
    facts = {"kind": kind, "notes": notes, "papers": papers}
    try:
        return typesetter.compile(json.dumps(facts, ensure_ascii=False), "pdf")
    finally:
        typesetter.forget()  # no two papers are alike


def head_of(paper: PaperFacts) -> dict[str, Any]:
    """Return what the template prints at the head and foot of every document of a form."""
    return {
        "title": printable(paper.title),
        "organiser": printable(paper.organiser),
        "code": paper.code,
        "limit": f"{paper.limit_minutes} 分钟",
        "total": f"{_plain(paper.total)} 分",
        "count": f"{sum(len(part.items) for part in paper.parts)} 题",
        "ticket": TICKET_DIGITS,
    }


def heading_of(number: int, part: Part) -> dict[str, str]:
    """Return a section's heading and what it asks: “一、单项选择题（共 60 题，每题 1 分）”."""
    count = len(part.items)
    worth = f"共 {count} 题，每题 {_plain(part.points)} 分，共 {_plain(part.points * count)} 分"
    return {
        "title": f"{_numeral(number)}、{printable(part.title)}",
        "worth": f"（{worth}）",
        "note": ASKED[part.kind] + _marking_note(part),
    }


def _marking_note(part: Part) -> str:
    if part.kind is not ItemKind.MULTIPLE:
        return ""
    if part.marking.partial_ratio is not None:
        return HALF if part.marking.partial_ratio == Decimal("0.5") else ""
    return MARKED.get(part.marking.kind, "")


def _asked(paper: PaperFacts, pictures: Pictures) -> list[dict[str, Any]]:
    return [
        heading_of(number, part)
        | {"items": [_item(view, str(view.position), pictures) for view in part.items]}
        for number, part in enumerate(paper.parts, start=1)
    ]


def _item(view: ItemView, number: str, pictures: Pictures) -> dict[str, Any]:
    """Return an item as asked; sub-items are numbered “12.1”."""
    stem, options = printed(view.stem_html, pictures), lettered(view, pictures)
    return {
        "number": number,
        "kind": view.kind.value,
        "stem": stem,
        "unit": printable(view.unit),
        "options": options,
        "side": side_by_side(options),
        "long": _is_long(stem, options),
        "prompts": [printed(prompt.html, pictures) for prompt in view.prompts],
        "points": _plain(view.points),
        "parts": [_item(part, f"{number}.{part.position}", pictures) for part in view.parts],
    }


def lettered(view: ItemView, pictures: Pictures) -> list[tuple[str, list[Node]]]:
    """Return the options with the letters of this form."""
    return [
        (letter_of(place), printed(option.html, pictures))
        for place, option in enumerate(view.options)
    ]


def side_by_side(options: Sequence[tuple[str, list[Node]]]) -> int:
    """Return how many options stand in a line: four, two or one, by the widest."""
    widest = max((width_of(nodes) for _letter, nodes in options), default=0.0)
    return next((side for side, room in ROOM if widest <= room), 1)


def _is_long(stem: list[Node], options: Sequence[tuple[str, list[Node]]]) -> bool:
    """Tell whether an item might not fit one page, so that Typst has to measure it."""
    width = width_of(stem) + sum(width_of(nodes) for _letter, nodes in options)
    return width > SURE


def letter_of(place: int) -> str:
    """Return the letter of an option by its place from 0: A … Z, then A1, B1 …."""
    rounds, letter = divmod(place, len(LETTERS))
    return LETTERS[letter] + (str(rounds) if rounds else "")


def _places(paper: PaperFacts) -> list[dict[str, Any]]:
    return [
        heading_of(number, part)
        | {"places": [p for view in part.items for p in _place(view, str(view.position))]}
        for number, part in enumerate(paper.parts, start=1)
    ]


def _place(view: ItemView, number: str) -> list[dict[str, Any]]:
    """Return where an item is answered: `how` is bubbles, lines, boxes or text; cases by part."""
    if view.parts:
        return [p for part in view.parts for p in _place(part, f"{number}.{part.position}")]
    letters = [letter_of(place) for place in range(len(view.options))]
    found: dict[str, Any] = {"number": number, "how": "bubbles", "letters": letters}
    if view.kind is ItemKind.TRUE_FALSE:
        found["letters"] = ["对", "错"]
    elif view.kind in {ItemKind.BLANK, ItemKind.NUMERIC}:
        found |= {"how": "lines", "count": view.blanks, "unit": printable(view.unit)}
    elif view.kind is ItemKind.MATCHING:
        found |= {"how": "boxes", "labels": [f"({n})" for n in range(1, len(view.prompts) + 1)]}
    elif view.kind is ItemKind.ORDERING:
        found |= {"how": "boxes", "labels": [""] * len(letters)}
    elif view.kind is ItemKind.ESSAY:
        lines = max(FEWEST_LINES, min(MOST_LINES, int(view.points * 2)))
        found |= {"how": "text", "count": lines, "points": _plain(view.points)}
    return [found]


def _plain(points: Decimal) -> str:
    """Return points as people write them: 2, 0.5."""
    return f"{points.normalize():f}"


def _numeral(number: int) -> str:
    """Return a Chinese numeral, 1 to 99: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones or not tens else "")
