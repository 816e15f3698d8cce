"""Words that were looked for, marked in what is shown: texts alone, and nothing becomes markup."""

import pytest
from markupsafe import Markup

from learning.kernel.hits import PASSAGE, mark_hits, unseen_passages
from learning.kernel.markdown import render_inline


@pytest.mark.parametrize(
    ("shown", "words", "marked"),
    [
        ("质量成本与质量", ["质量"], "<mark>质量</mark>成本与<mark>质量</mark>"),
        ("PDCA 循环", ["pdca"], "<mark>PDCA</mark> 循环"),
        ("质量成本", ["质量", "质量成本"], "<mark>质量成本</mark>"),
        ("质量成本", [], "质量成本"),
        ("a<b", ["b"], "a&lt;<mark>b</mark>"),
        ("a & b", ["amp"], "a &amp; b"),
        ("R&D 部", ["r&d"], "<mark>R&amp;D</mark> 部"),
        ("<script>", ["script"], "&lt;<mark>script</mark>&gt;"),
        (Markup('<em title="质量>">质量</em>'), ["质量", "em"],
         '<em title="质量>"><mark>质量</mark></em>'),
    ],
)  # fmt: skip
def test_a_word_is_marked_where_it_is_text(shown, words, marked) -> None:
    assert mark_hits(shown, words) == marked


def test_formulas_and_hostile_words_stay_as_they_are() -> None:
    stem = render_inline("当 $x = 1$ 时，x 是")
    formula = stem[stem.index("<math") : stem.index("</math>")]

    marked = mark_hits(stem, ["x", "mi", "<b>", ")("])

    assert formula in marked
    assert "时，<mark>x</mark> 是" in marked


@pytest.mark.parametrize(
    ("shown", "words", "passages"),
    [
        ("题干说质量", ["质量"], []),
        ("题干", ["鉴定"], ["鉴定成本"]),
        ("题干", ["ＰＤＣＡ", "pdca"], ["PDCA 循环"]),
        ("题干", ["鉴定", "成本"], ["鉴定成本"]),
        ("题干", ["无此词", ""], []),
        ("", ["题干", "鉴定", "pdca"], ["题干", "鉴定成本"]),
    ],
)
def test_a_word_that_is_not_shown_brings_the_passage_that_holds_it(shown, words, passages) -> None:
    assert unseen_passages(["题干", "鉴定成本", "PDCA 循环"], shown, words) == passages


def test_a_long_passage_is_cut_around_the_word() -> None:
    [passage] = unseen_passages(["前" * 500 + "词" + "后" * 500], "", ["词"])

    assert passage.startswith("…前")
    assert passage.endswith("后…")
    assert "词" in passage
    assert len(passage) == PASSAGE + 2
