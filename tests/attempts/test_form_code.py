"""Codes of printed forms: what was typed wrongly names no other form."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from learning.attempts.rules import form_code, read_form_code
from learning.attempts.rules.form_code import ALPHABET, MAX_LABEL

labels = st.text(ALPHABET, min_size=1, max_size=MAX_LABEL)


def test_the_worked_number() -> None:
    assert form_code("A") == "A-B"


@given(labels)
def test_a_code_names_its_form_however_it_is_typed(label) -> None:
    code = form_code(label)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)

    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} ", wide):
        assert read_form_code(typed) == label


@given(labels, st.data())
def test_no_single_wrong_character_and_no_exchange_of_two_is_read(label, data) -> None:
    code = form_code(label).replace("-", "")
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET))
    swapped = list(code)
    swapped[place], swapped[other] = swapped[other], swapped[place]

    assert wrong == code[place] or read_form_code(code[:place] + wrong + code[place + 1 :]) is None
    assume("".join(swapped) != code)
    assert read_form_code("".join(swapped)) is None


def test_letters_mean_the_digits_they_look_like() -> None:
    code = form_code("1020").replace("-", "")

    assert read_form_code(code.replace("1", "l").replace("0", "O").replace("2", "z")) == "1020"


@pytest.mark.parametrize("text", ["", "A", "-", "试卷", "A" * 99, "A B C D", "\x00A-B", "A-B;"])
def test_what_is_no_code_is_none(text) -> None:
    assert read_form_code(text) is None


@pytest.mark.parametrize("label", ["", "O", "a", "A" * 13])
def test_a_label_outside_the_alphabet_has_no_code(label) -> None:
    with pytest.raises(ValueError, match=f"^{label}$"):
        form_code(label)
