"""The house style of Chinese texts: each rule catches its fault, and leaves sound text alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.content import ProblemList, numbered_lines
from learning.kernel.wording import (
    Terminology,
    judge,
    markdown_prose,
    read_terminology,
    toml_prose,
    typography,
)

FAULTS = [
    ("half_width", "先检验,再放行。"),
    ("half_width", "先检验; 再放行。"),
    ("half_width", "放行了."),
    ("half_width", "过程(制造)稳定。"),
    ("half_width", "待选（甲）与()。"),
    ("quotes", "「质量」一词"),
    ("quotes", '所谓"质量"。'),
    ("full_width", "共 １２ 件"),
    ("full_width", "合格率 95 ％"),
    ("ellipsis", "等等..."),
    ("ellipsis", "等等…"),
    ("dash", "科芬-曼森"),
    ("dash", "质量--成本"),
    ("range", "3~5 天"),
    ("unit", "25 °C"),
    ("standard", "见 GB/T 19001-2016。"),
    ("standard", "见 GB/T19001—2016。"),
    ("standard", "GB/T 9414.2—2012《维修性 第 2 部分：略》"),
    ("doubled", "好。。"),
    ("doubled", "好，。"),
    ("gap", "应当（ ）。"),
    ("space_missing", "某QC 小组"),
    ("space_missing", "共12 件"),
    ("space_missing", "每批 5件"),
    ("space_missing", "其中$n$ 件"),
    ("space_missing", "长 3mm"),
    ("space_missing", "占 5% 左右"),
    ("space_extra", "质量 管理"),
    ("space_extra", "质量， 管理"),
    ("space_extra", "质量 ，管理"),
    ("unpaired", "所谓“质量。"),
    ("unpaired", "见《质量法。"),
]
SOUND = [
    "长 3 mm，占 5 %，25 ℃，3～5 天，1 200 件，$n=5$ 的图。",
    "见 GB/T 19001—2016《质量管理体系 要求》8.4 和 GB/T 2828.1—2012《计数抽样检验程序 第1部分》。",
    "ISO 9001:2015 与 IEC 60300-3-1，W/(m²·K)，用 MTBF 表示。",
    "应当（　），____ 件，“甲说‘好’”……",
    "某 **QC** 小组用 `flask run` 和 https://example.org/a,b 的做法。",
    "![图：甲、乙](assets/a-b.svg)",
    "| 甲 | — | 乙（空） |",
    "| 甲 换备件 | 3 |",
    "Design of experiments, 1986 (in English).",
    "方法—展开—学习—整合，破折号——也行。",
]
TERMS = """
[[terms]]
zh = "排列图"
en = "Pareto chart"
not = [
  { form = "柏拉图", why = "写“排列图”", except = ["哲学家柏拉图"] },
]
"""


def found(text: str, terminology: Terminology | None = None) -> list[tuple[int | None, str]]:
    problems = ProblemList()
    prose = markdown_prose(numbered_lines(text))
    judge(prose, terminology or Terminology(), problems.at("a.md"))
    return [(problem.line, problem.code) for problem in problems]


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    path = tmp_path / "terminology.toml"
    path.write_text(TERMS, encoding="utf-8")
    problems = ProblemList()
    read = read_terminology(path, problems)
    assert not list(problems)
    return read


@pytest.mark.parametrize(("code", "text"), FAULTS)
def test_a_fault_is_named_at_its_line(code, text) -> None:
    assert (2, code) in found(f"好。\n{text}")


def test_every_rule_has_a_fault_that_it_catches() -> None:
    rules = {code for code, *_ in (*typography._OF_TEXT, *typography._OF_SPACES)}

    assert {code for code, _ in FAULTS} == rules | {"quotes", "unpaired"}


@pytest.mark.parametrize(
    "rule", [r for r in typography._OF_TEXT if r.needs], ids=lambda r: r.message
)
@given(data=st.data())
def test_whatever_a_rule_finds_has_one_of_the_characters_it_needs(rule, data) -> None:
    text = data.draw(st.from_regex(rule.pattern))

    assert not rule.needs.isdisjoint(text)


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_left_alone(text) -> None:
    assert found(text) == []


def test_code_and_formulas_are_not_prose() -> None:
    text = "```\n中文,a...\n```\n$$\nx,中文 y...\n$$\n好 $$a,中$$ 好。"

    assert found(text) == []


def test_lines_after_a_long_formula_are_prose_again() -> None:
    assert found("$$\nx...\n$$\n好,好") == [(4, "half_width")]


def test_strings_of_settings_are_prose_and_english_ones_are_not() -> None:
    problems = ProblemList()
    prose = toml_prose('a = "好,好"\nb = "the customer\'s own, 5%"', first_line=7)
    judge(prose, Terminology(), problems.at("a.toml"))

    assert [(p.line, p.code) for p in problems] == [(7, "half_width")]


def test_a_form_that_must_not_stand_is_named(terminology) -> None:
    assert found("画柏拉图，\n再看柏拉图。", terminology) == [(1, "term"), (2, "term")]


@pytest.mark.parametrize("text", ["排列图又称柏拉图。", "见《柏拉图的画法》。", "哲学家柏拉图。"])
def test_a_form_may_stand_as_another_name_in_a_title_and_in_longer_words(text, terminology) -> None:
    assert found(text, terminology) == []


def test_a_word_stands_in_the_list_once(tmp_path) -> None:
    path = tmp_path / "terminology.toml"
    path.write_text(TERMS + TERMS, encoding="utf-8")
    problems = ProblemList()
    read_terminology(path, problems)

    assert [problem.place for problem in problems] == ["排列图", "柏拉图"]
