"""Rules of joining: typed codes, when a code opens, who can be confirmed, missing units."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.accounts.rules.pinyin import pinyin_initials
from learning.organisations.rules.joining import (
    CODE_ALPHABET,
    CodeState,
    JoinRow,
    UnitWish,
    check_code_plan,
    check_reason,
    check_rows,
    check_wish,
    code_state,
    display_join_code,
    normalise_join_code,
    staff_no_problems,
)

CODE = "7K3MQ2ZA9H"
ROW = JoinRow("a" * 26, 1, 10, 100, "0012", "pending")


@pytest.mark.parametrize(
    "typed",
    ["7K3MQ-2ZA9H", " 7k3mq 2za9h ", "７Ｋ３ＭＱ－２ＺＡ９Ｈ", "7K3MQ—2ZA9H".replace("—", "-")],
)
def test_case_width_spaces_and_hyphens_of_a_code_do_not_matter(typed: str) -> None:
    assert normalise_join_code(typed) == CODE


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert normalise_join_code("oOiIl-LABCD") == "001111ABCD"


@pytest.mark.parametrize(
    "typed", ["", "7K3MQ", "7K3MQ-2ZA9U", "7K3MQ-2ZA9HH", "质量学堂质量学堂质量", "\x00" * 10, "x" * 10_000]
)  # fmt: skip
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalise_join_code(typed) == ""


@given(st.text(alphabet=CODE_ALPHABET, min_size=10, max_size=10))
def test_a_shown_code_is_read_back(code: str) -> None:
    assert normalise_join_code(display_join_code(code)) == code


@given(st.text())
def test_any_text_is_read_without_failing(text: str) -> None:
    assert len(normalise_join_code(text)) in {0, 10}


def test_a_code_opens_until_its_end_its_revocation_or_its_last_use(now) -> None:
    facts = {"valid_until": now + timedelta(days=1), "revoked_at": None, "uses": 1, "max_uses": 2}

    assert code_state(**facts, now=now) is CodeState.OPEN
    assert code_state(**{**facts, "valid_until": now}, now=now) is CodeState.EXPIRED
    assert code_state(**{**facts, "revoked_at": now}, now=now) is CodeState.REVOKED
    assert code_state(**{**facts, "uses": 2}, now=now) is CodeState.USED_UP


def test_a_code_lives_a_year_at_most_and_has_uses(now) -> None:
    day = timedelta(days=1)

    assert check_code_plan(now + day, 1, now) == []
    assert [p.code for p in check_code_plan(now, 0, now)] == ["bad_valid_until", "bad_max_uses"]
    assert [p.place for p in check_code_plan(now + 400 * day, 10**6, now)] == [
        "valid_until",
        "max_uses",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "withdrawn"}, "not_pending"),
        ({"is_disabled": True}, "user_disabled"),
        ({"is_member": True}, "already_member"),
        ({"number_owner": "王芳"}, "staff_no_taken"),
    ],
)
def test_a_request_that_cannot_be_confirmed_is_named(change, code: str) -> None:
    (problem,) = check_rows([replace(ROW, **change)])

    assert (problem.place, problem.code) == (ROW.public_id, code)


def test_two_chosen_with_one_staff_number_are_both_named() -> None:
    other = replace(ROW, public_id="b" * 26, user_id=2, staff_no="００１２")

    assert [p.code for p in check_rows([ROW, other])] == ["staff_no_twice", "staff_no_twice"]


def test_the_same_number_in_two_organisations_is_no_problem() -> None:
    other = replace(ROW, public_id="b" * 26, user_id=2, unit_id=11, organisation_id=101)

    assert check_rows([ROW, other]) == []


def test_no_staff_number_clashes_with_none() -> None:
    rows = [replace(ROW, staff_no=""), replace(ROW, public_id="b" * 26, user_id=2, staff_no="")]

    assert check_rows(rows) == []


def test_a_missing_unit_has_a_name_and_a_right_code() -> None:
    clean, problems = check_wish(
        UnitWish(" 示例\u200b企业 ", uscc="9137 0200 MA3D-PQ8K-0U", region="370000")
    )

    assert clean.name == "示例企业"
    assert [p.code for p in problems] == ["bad_uscc"]


def test_everything_wrong_with_a_missing_unit_is_told_at_once() -> None:
    _clean, problems = check_wish(UnitWish("", "1", "x", "9" * 41, "长" * 501))

    assert {p.place for p in problems} == {"name", "uscc", "region", "staff_no", "note"}


def test_a_unified_code_with_its_check_digit_is_right() -> None:
    clean, problems = check_wish(UnitWish("示例企业", uscc="91110000600037341l"))

    assert (clean.uscc, problems) == ("91110000600037341L", [])


def test_a_refusal_needs_a_reason() -> None:
    assert [p.code for p in check_reason(" \u200b ")[1]] == ["reason_missing"]
    assert [p.code for p in check_reason("长" * 501)[1]] == ["text_too_long"]
    assert check_reason(" 不是 本单位员工 ") == ("不是 本单位员工", [])


def test_a_staff_number_is_at_most_forty_characters() -> None:
    assert staff_no_problems("9" * 40) == []
    assert [p.code for p in staff_no_problems("9" * 41)] == ["staff_no_too_long"]


def test_initials_are_those_of_the_pinyin() -> None:
    assert pinyin_initials("示例企业 A1") == "slqya1"
    assert pinyin_initials("重庆<b>（集团）") == "cqbjt"
    assert pinyin_initials("") == ""
