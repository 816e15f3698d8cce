"""Text files of every encoding, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake import MAX_TEXT_BYTES, decode

CHINESE = "1. 质量管理体系的核心是（　）。\nA. 检验\nB. 过程方法\n答案：B\n解析：见 GB/T 19001。\n"
TRADITIONAL = "品質管理系統的核心是過程方法，檢驗只是其中的一個環節。答案：乙。\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030", "gb2312"],
)
def test_the_same_text_is_read_from_every_encoding(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding)) == CHINESE


def test_big_endian_with_a_mark_and_ascii_without_are_utf16() -> None:
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be")) == CHINESE
    assert decode("Q1 {T}\n".encode("utf-16-le")) == "Q1 {T}\n"
    assert decode("Q1 {T}\n".encode("utf-16-be")) == "Q1 {T}\n"


def test_big5_is_read_where_it_is_certain() -> None:
    assert decode(TRADITIONAL.encode("big5")) == TRADITIONAL


def test_rare_characters_of_gb18030_do_not_make_a_text_foreign() -> None:
    text = CHINESE * 3 + "𠮷㐂\n"
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_every_line_end_becomes_one(end: str) -> None:
    assert decode(f"甲{end}乙".encode()) == "甲\n乙"


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 4,
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"text\0with zero",
        CHINESE.encode("utf-8") + b"\xff\xfe\xfa",
        "Où est-il né ? À Genève, été 1956 : « naïveté »".encode("cp1252"),
        "質量、日本語のテキスト。カタカナ".encode("shift_jis"),
        "Проверка качества продукции".encode("cp1251"),
        b"\xef\xbb\xbf\xff\xff",
        b"\xff\xfe\x00\xd8\x41\x00",
    ],
)
def test_what_no_encoding_fits_is_refused_with_advice(content: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        decode(content)
    assert error.value.code == "encoding"
    assert "导入" in error.value.message


def test_mojibake_that_somebody_saved_is_refused() -> None:
    spoilt = CHINESE.encode("gbk").decode("utf-8", errors="replace")
    for text in (spoilt, spoilt.encode("utf-8").decode("gbk", errors="replace")):
        with pytest.raises(Unreadable, match="encoding") as error:
            decode(text.encode())
        assert "乱码" in error.value.message


def test_an_empty_file_and_one_that_is_too_large_say_so() -> None:
    with pytest.raises(Unreadable, match="unreadable"):
        decode(b"")
    with pytest.raises(Unreadable, match="too_large"):
        decode(b"a" * (MAX_TEXT_BYTES + 1))


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_a_text_or_a_refusal(content: bytes) -> None:
    try:
        text = decode(content)
    except Unreadable as error:
        text = error.code
    assert text == "encoding" or not set(text) & {"\0", "\r"}


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_utf8_text_is_read_as_it_is(text: str) -> None:
    if "\ufffd" in text or "\ufeff" in text:
        return
    expected = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    assert decode(text.encode()) == expected
