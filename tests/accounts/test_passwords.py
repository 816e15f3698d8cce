"""Passwords: what is refused, and how they are verified."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from learning.accounts.password_hashing import hash_password, verify_password
from learning.accounts.rules import normalise_code, password_problem

from .people import PASSWORD, hashed

NAME_KEYS = ("phone:+8613912345678", "staff:abc/a0012345")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "too_short"),
        ("1234567", "too_short"),
        ("x7" * 65, "too_long"),
        ("x" * 10**6, "too_long"),
        ("12345678", "common"),
        ("８８８８８８８８", "common"),
        ("WoAiNi1314", "common"),
        ("        ", "common"),
        ("qwertyuiop", "common"),
        ("13912345678", "is_login_name"),
        ("+8613912345678", "is_login_name"),
        ("A0012345", "is_login_name"),
        ("abc/A0012345", "is_login_name"),
        ("nul\0 inside", "characters"),
        ("half a pair \ud800", "characters"),
        ("correct horse", None),
        ("质量第一 用户至上", None),
        ("x7" * 64, None),
    ],
)
def test_a_new_password_is_judged(password: str, problem: str | None) -> None:
    assert password_problem(password, NAME_KEYS) == problem


def test_a_password_is_right_however_the_keyboard_composes_it() -> None:
    composed = unicodedata.normalize("NFC", "Qualität 2026")
    decomposed = unicodedata.normalize("NFD", "Qualität 2026")

    assert composed != decomposed
    assert verify_password(decomposed, hash_password(composed)).is_right


@pytest.mark.parametrize(
    "password", ["wrong password", "", "\0", "\ud800", "x" * 10**6, PASSWORD.upper()]
)
def test_a_wrong_password_is_wrong(password: str) -> None:
    assert not verify_password(password, hashed(PASSWORD)).is_right


def test_nothing_is_right_where_there_is_no_hash_or_a_broken_one() -> None:
    assert not verify_password(PASSWORD, None).is_right
    assert not verify_password(PASSWORD, "not a hash").is_right


def test_a_hash_of_an_older_profile_is_renewed() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

    verdict = verify_password(PASSWORD, old)

    assert verdict.is_right
    assert verdict.renewed_hash is not None
    assert verify_password(PASSWORD, verdict.renewed_hash).is_right
    assert verify_password(PASSWORD, verdict.renewed_hash).renewed_hash is None


def test_the_profile_is_argon2id_with_19_mebibytes() -> None:
    assert hashed(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("typed", ["7K3M-Q2ZA-94HT", "7k3m q2za 94ht", " ７Ｋ３Ｍ–Q2ZA94HT\u200b"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normalise_code(typed) == "7K3MQ2ZA94HT"
