"""Sentences meet as their language has it."""

import pytest

from learning.web.sentences import run_on


@pytest.mark.parametrize(
    ("sentences", "joined"),
    [
        (("有效。", "可查。"), "有效。可查。"),
        (("Valid.", "Found."), "Valid. Found."),
        (("名次规则：", "", "并列同名次。"), "名次规则：并列同名次。"),
        (("", "可查。"), "可查。"),
        ((), ""),
    ],
)
def test_a_space_stands_between_sentences_unless_the_punctuation_is_full_width(
    sentences: tuple[str, ...], joined: str
) -> None:
    assert run_on(*sentences) == joined
