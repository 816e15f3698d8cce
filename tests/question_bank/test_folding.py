"""Keyboards do not decide over a point; meaning does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.item_types.folding import fold


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("ＰＤＣＡ", "pdca"),
        ("PDCA 循环", "PDCA循环"),
        ("　偶然 故障\t期\n", "偶然故障期"),
        ("偶然故障期。", "偶然故障期"),
        ("人，机，料", "人、机、料"),
        ("（甲）", "(甲)"),
        ("“三不放过”", '"三不放过"'),
        ("「三不放过」", '"三不放过"'),
        ("六—西格玛", "六-西格玛"),
        ("Ｆ：Ｍ；Ｅ", "f:m;e"),
        ("零\u200b缺陷\ufeff", "零缺陷"),
        ("H₂O", "H2O"),
        ("μ", "µ"),
        ("10³", "10^3"),
        ("Straße", "STRASSE"),
        ("5！", "5!"),
    ],
)
def test_these_count_as_the_same(typed, wanted) -> None:
    assert fold(typed) == fold(wanted)


@pytest.mark.parametrize(
    ("typed", "other"),
    [("10³", "103"), ("3.5", "35"), ("-5", "5"), ("偶然", "偶尔"), ("C+", "C"), ("?", "!")],
)
def test_these_do_not(typed, other) -> None:
    assert fold(typed) != fold(other)


def test_options_keep_case_and_closing_punctuation() -> None:
    assert fold("mW", is_exact=True) != fold("MW", is_exact=True)
    assert fold("好。", is_exact=True) != fold("好", is_exact=True)
    assert fold("好 ，", is_exact=True) == fold("好,", is_exact=True)


@given(st.text(max_size=40), st.booleans())
def test_folding_twice_changes_nothing_more(text, is_exact) -> None:
    once = fold(text, is_exact=is_exact)

    assert fold(once, is_exact=is_exact) == once
