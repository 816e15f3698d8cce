"""What a page shows is what paper shows: the tree of rendered Markdown, drawn by Typst."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.exams.presentation.booklets import typesetter
from learning.kernel.markdown import render, render_inline
from learning.kernel.printed_html import picture_addresses, printed
from tests.certification.test_printing import printed_text

FORMULAS = (
    r"\bar{\bar X}+A_2\bar R",
    r"\sum_{i=1}^n \frac{(x_i-\bar x)^2}{n-1}",
    r"\left(\frac{a}{b}\right)^2",
    r"\sqrt[3]{x}+\sqrt{2}",
    r"f(x)=\begin{cases}a&x>0\\b\end{cases}",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}\binom{n}{k}",
    r"\begin{aligned}a&=b\\c&=d\end{aligned}",
    r"\lim_{n\to\infty}\int_0^1 f\,dx",
    r"\underbrace{a+b}_{n}\overline{AB}\vec v\cancel{x}{}_2^3X",
    r"\text{MTBF 工时}=C_{pk}\ge 1.33",
)


def drawn(text: str, pictures: dict[str, str] | None = None) -> bytes:
    """Set a text as the stem of the one item of a booklet."""
    item = {"number": "1", "kind": "essay", "options": [], "prompts": [], "parts": []}
    item |= {"stem": printed(render(text), pictures), "points": "1", "unit": ""}
    item |= {"side": 1, "long": True}
    part = {"title": "", "worth": "", "note": "", "items": [item]}
    paper = {"title": "", "organiser": "", "code": "A-B", "limit": "", "total": "", "count": ""}
    facts = {"kind": "booklet", "notes": [], "papers": [paper | {"parts": [part]}]}
    return typesetter.compile(json.dumps(facts), "pdf")


def kinds(text: str) -> list[str]:
    return [node["k"] for node in printed(render(text))]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_set_in_line_and_displayed(formula) -> None:
    assert drawn(f"前 ${formula}$ 后\n\n$${formula}$$").startswith(b"%PDF")


def test_a_letter_of_a_formula_slants_and_a_name_stands_upright() -> None:
    [math] = printed(render_inline(r"$x+\mathrm{Ac}$"))

    assert [node["k"] for node in math["c"]] == ["sym", "sym", "op"]


def test_brackets_that_grow_are_told_from_those_that_do_not() -> None:
    [plain] = printed(render_inline("$(a)$"))
    [grown] = printed(render_inline(r"$\left(a\right)$"))

    assert [node["k"] for node in plain["c"]] == ["sym", "sym", "sym"]
    assert [node["k"] for node in grown["c"]] == ["lr"]


def test_blocks_stand_without_empty_paragraphs_between_them() -> None:
    text = "题干____。\n\n| 甲 | 乙 |\n|--|--:|\n| 1 | 2 |\n\n- 一\n- 二\n\n> 引\n\n尾"

    assert kinds(text) == ["p", "table", "ul", "aside", "p"]
    assert {"题", "甲", "一", "引", "尾"} <= printed_text(drawn(text))


def test_the_place_of_an_answer_keeps_its_width() -> None:
    assert printed(render_inline("（　）"))[0]["s"] == "（　）"


def test_a_picture_is_drawn_and_one_that_is_missing_is_named() -> None:
    text = "![曲线](/media/a.svg)"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'

    assert picture_addresses(render(text)) == ["/media/a.svg"]
    assert {"曲", "线"} & printed_text(drawn(text, {"/media/a.svg": svg})) == set()
    assert {"曲", "线"} <= printed_text(drawn(text))


def test_nothing_of_a_text_is_source() -> None:
    text = '#import "x" #panic() $x^2$ ]#text(red)[x `#sys` \u202e反 @ref'

    assert {*"#import]@反"} <= printed_text(drawn(text))
    assert "\u202e" not in printed_text(drawn(text))


@pytest.mark.parametrize("text", ["> " * 60 + "深", "- " * 60 + "深", "**" * 99 + "深"])
def test_what_is_too_deep_gives_its_text(text) -> None:
    assert "深" in printed_text(drawn(text))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_set(text) -> None:
    assert drawn(text).startswith(b"%PDF")
