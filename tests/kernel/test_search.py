"""Terms of texts and of queries, and both databases' indexes over them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.search import Term, fts5_query, query_terms, terms_of, ts_query


def found(query: str, text: str) -> bool:
    """Say what both databases would: every term of the query is there, prefixes by beginning."""
    held = terms_of(text).split()
    return all(
        any(term.startswith(t.text) if t.is_prefix else term == t.text for term in held)
        for t in query_terms(query)
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("布尔", "故障树的布尔代数"),
        ("质", "产品质量"),
        ("量", "产品质量"),
        ("ＩＳＯ 9001", "按 ISO 9001 建立体系"),
        ("cpk", "过程能力指数 Cpk 为 1.33"),
        ("Cp", "过程能力指数 Cpk 为 1.33"),
        ("𠮷野", "作者 𠮷野"),
        ("1.33", "Cpk 为 1.33"),
        ("韦布尔分布", "两参数韦布尔分布的形状参数"),
        ("éclair", "Éclair 试验"),
    ],
)
def test_a_text_is_found_by_what_stands_in_it(query: str, text: str):
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"), [("布尔", "布料与尔后"), ("量质", "产品质量"), ("iso", "国际标准")]
)
def test_a_text_is_not_found_by_what_does_not(query: str, text: str):
    assert not found(query, text)


@given(st.text(max_size=80), st.integers(0, 79), st.integers(1, 12))
def test_any_part_of_a_chinese_text_finds_it(text: str, start: int, length: int):
    chinese = "".join(chr(0x4E00 + ord(character) % 2000) for character in text)
    part = chinese[start : start + length]

    assert found(part, chinese)


@given(st.text(max_size=300))
def test_terms_are_plain_and_queries_hold_nothing_but_terms(text: str):
    assert terms_of(text).replace(" ", "").isascii()
    assert all(term.text.isascii() and term.text.isprintable() for term in query_terms(text))
    assert "'" not in "".join(term.text for term in query_terms(text))


def test_a_query_without_words_has_no_terms():
    assert query_terms(" …！()*\"'\x00") == []


def test_queries_are_written_for_both_databases():
    terms = [Term("h0"), Term("w1", is_prefix=True)]

    assert fts5_query(terms) == '"h0" AND "w1"*'
    assert ts_query(terms) == "'h0' & 'w1':*"
