"""Log-in names: one key for all that looks the same."""

import pytest

from learning.accounts.rules import (
    candidate_keys,
    display_login_name,
    login_name_key,
    normalise_email,
    normalise_phone,
    pinyin_sort_key,
)
from learning.kernel.errors import Invalid


@pytest.mark.parametrize(
    "typed",
    [
        "13800000000",
        " 138 0000 0000 ",
        "138-0000-0000",
        "138–0000−0000",
        "＋86 138 0000 0000",
        "008613800000000",
        "8613800000000",
        "１３８００００００００",
        "\u202a13800000000\u202c\u200b",
        "(+86)13800000000",
    ],
)
def test_all_spellings_of_a_phone_number_are_one_number(typed: str) -> None:
    assert normalise_phone(typed) == "+8613800000000"


def test_a_phone_number_of_another_country_keeps_its_country() -> None:
    assert normalise_phone("+852 9123 4567") == "+85291234567"


@pytest.mark.parametrize(
    "typed", ["", "12345", "12800000000", "+8612345", "1380000000a", "١٣٨٠٠٠٠٠٠٠٠", "+", "x" * 9999]
)
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        normalise_phone(typed)


def test_leading_zeros_of_a_staff_number_count() -> None:
    assert login_name_key("staff", "ABC/0012") != login_name_key("staff", "ABC/12")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABC/0012", None),
        ("abc／0012", None),
        ("ＡＢＣ/００１２ ", None),
        (" ABC / 0012", None),
        ("A\u200bBC/00\ufeff12", None),
        ("0012", "ABC"),
        ("ABC/0012", "abc"),
        ("0012\u00a0", " abc\t"),
    ],
)
def test_all_spellings_of_a_staff_number_have_one_key(typed: str, code: str | None) -> None:
    assert login_name_key("staff", typed, code) == "staff:abc/0012"


def test_a_staff_number_is_kept_as_the_organisation_writes_it() -> None:
    assert display_login_name("staff", "ABC/质-007b") == "ABC/质-007b"


@pytest.mark.parametrize("typed", ["0012", "ABC/", "/0012", "ABC/\u04300012", "ABC/" + "1" * 41])
def test_what_is_no_staff_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        login_name_key("staff", typed)


@pytest.mark.parametrize(
    "typed", ["A@B.example", "a@b.example ", "ａ＠ｂ.example", "a\u200d@b.EXAMPLE"]
)
def test_all_spellings_of_an_address_have_one_key(typed: str) -> None:
    assert login_name_key("email", typed) == "email:a@b.example"


def test_an_intranet_address_without_public_domain_is_accepted() -> None:
    assert normalise_email("zhang@corp.local") == "zhang@corp.local"


@pytest.mark.parametrize(
    "typed", ["\u0430dmin@b.example", "a b@c", "@", "a@", "a\r\nBcc: x@y.z", "a@b\0.c d"]
)
def test_a_look_alike_or_broken_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        normalise_email(typed)


def test_a_name_typed_with_an_organisation_code_may_still_be_a_phone_number() -> None:
    keys = candidate_keys("138 0000 0000", "ABC")

    assert keys == ("staff:abc/13800000000", "phone:+8613800000000")


@pytest.mark.parametrize(
    "typed", ["", "\0", "\ud800\udc00\ud800", "0012", "a" * 10**6, "/", "@", "%00", "\u202e/\u202e"]
)
def test_hostile_names_have_a_key_that_nobody_owns(typed: str) -> None:
    keys = candidate_keys(typed, "\ud800\0")

    assert len(keys) == 1
    assert keys[0].startswith("none:")
    assert len(keys[0]) < 400
    keys[0].encode()


def test_a_surname_is_read_as_a_surname() -> None:
    assert pinyin_sort_key("单小平") == "shan xiao ping 单小平"
    assert pinyin_sort_key("尉迟恭").startswith("yu chi gong ")
    assert pinyin_sort_key("曾国平") < pinyin_sort_key("张三") < pinyin_sort_key("章三")


def test_a_sort_key_fits_its_column_whatever_the_name() -> None:
    assert len(pinyin_sort_key("质" * 200)) <= 400
    assert pinyin_sort_key("\ud800\0") == ""
