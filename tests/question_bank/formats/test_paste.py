"""Pasted papers: what is recognised, of which kind, with which key, and what is said about it."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats import paste
from learning.question_bank.formats.contract import Parsed, Unreadable, Upload
from tests.question_bank.formats.renderings import LAYOUTS as RENDERINGS
from tests.question_bank.formats.renderings import Written, papers

CASES = Path(__file__).parents[2] / "cases" / "paste"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
PAPERS = json.loads((CASES.parent / "papers" / "expected.json").read_text(encoding="utf-8"))
NAMES = {
    "single": "single",
    "multi": "multiple",
    "truefalse": "true_false",
    "fill": "blank",
    "short": "essay",
}


def read(text: str) -> Parsed:
    return paste.parse(Upload("", text.encode()), lambda _done, _total: None)


def key_of(draft: ItemDraft) -> object:
    if draft.kind == "case":
        return [key_of(part) for part in draft.parts]
    if draft.options:
        return "".join("ABCDEFGHIJ"[n] for n, o in enumerate(draft.options) if o.is_key)
    return " ; ".join(draft.answers)


def size_of(draft: ItemDraft) -> int:
    return len(draft.parts) if draft.kind == "case" else len(draft.options)


def folded(stem: str) -> str:
    return re.sub(r"[（(]\s*[)）]|_+|[?:：？]|\s", "", stem).rstrip("。")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_known_paper_gives_the_questions_options_and_keys_of_its_manifest(name: str) -> None:
    expected = EXPECTED[name]
    entries = read((CASES / name).read_text(encoding="utf-8")).entries
    drafts = [entry.draft for entry in entries]

    counts = {word: sum(d.kind == kind for d in drafts) for word, kind in NAMES.items()}
    assert counts == expected["counts"]
    assert len(drafts) == sum(counts.values())
    assert [key_of(draft) for draft in drafts] == expected["keys"]
    assert [len(draft.options) for draft in drafts if draft.options] == expected["options"]
    stems = [folded(draft.stem) for draft in drafts[: len(expected["stems"])]]
    assert stems == [folded(stem) for stem in expected["stems"]]
    assert not [problem for entry in entries for problem in entry.problems]


@pytest.mark.parametrize("name", PAPERS)
def test_a_layout_gives_its_kinds_options_and_keys(name: str) -> None:
    entries = read((CASES.parent / "papers" / name).read_text(encoding="utf-8")).entries

    found = [[e.draft.kind, size_of(e.draft), key_of(e.draft)] for e in entries]
    assert found == [
        [kind, 0 if kind == "true_false" else size, key]
        for kind, size, key in PAPERS[name]["questions"]
    ]
    codes = {problem.code for entry in entries for problem in entry.problems}
    assert codes == set(PAPERS[name]["problems"])


@pytest.mark.parametrize("layout", RENDERINGS)
@settings(max_examples=25, deadline=None)
@given(items=papers)
def test_items_written_in_a_layout_come_back_with_kind_options_and_key(
    layout: str, items: list[Written]
) -> None:
    drafts = [entry.draft for entry in read(RENDERINGS[layout](items)).entries]

    assert [draft.kind for draft in drafts] == [item.kind for item in items]
    for draft, item in zip(drafts, items, strict=True):
        assert tuple(option.text for option in draft.options) == item.options
        wanted = item.letters if item.options else " ; ".join(item.key)
        assert key_of(draft) == wanted
        if item.kind != "blank":
            assert folded(draft.stem) == folded(item.stem)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 600_000,
        "A." * 300_000,
        "(" * 600_000,
        "1." * 300_000,
        "1.A. " * 120_000,
        "答案：" * 200_000,
        "1.\n" * 200_000,
        "1.x\n" + "A.\n" * 200_000,
        "1.单选题" * 120_000,
        "1.x" + " " * 600_000 + "y\nA.a\nB.b",
        "填空题\n1." + "_ " * 300_000,
        "1.x\nA.a\nB.b\n答案\n" + "1-5 " * 150_000,
        "\n" * 600_000,
        "字" * 2_000_000,
    ],
    ids=lambda text: text[:6],
)
def test_a_text_that_is_no_paper_is_answered_in_bounded_time(text: str) -> None:
    started = time.process_time()
    try:
        read(text)
    except Unreadable as error:
        assert error.message  # noqa: PT017 - either answer is good
    assert time.process_time() - started < 4


def test_a_megabyte_is_read_in_seconds() -> None:
    one = "{}.下列关于质量管理体系的第{}项说法正确的是()。\nA.甲类\nB.乙类\nC.丙类\nD.丁类\n答案:C\n解析:见教材。\n"
    text = "".join(one.format(n % 900 + 1, n) for n in range(4000))
    started = time.process_time()

    assert len(read(text).entries) == 4000
    assert len(text.encode()) > 500_000
    assert time.process_time() - started < 8


@given(st.text(alphabet="1２3.、()（）ABCD答案:：一二单选题√×_ \n【】解析-", max_size=300))
def test_no_text_makes_reading_fail(text: str) -> None:
    try:
        parsed = read(text or " ")
    except Unreadable:
        return
    assert all(entry.draft.kind for entry in parsed.entries)


def test_text_of_no_question_is_named_with_its_lines() -> None:
    parsed = read("质量月试题\n满分100分\n\n一、单选题\n1. 甲（）\nA. 子 B. 丑\n答案：A\n")

    assert [(p.where, p.code) for p in parsed.problems] == [("第 1 行～第 2 行", "stray_text")]
    assert "满分100分" in parsed.problems[0].message


def test_points_of_headings_and_questions_are_kept() -> None:
    parsed = read(
        "一、单选题（共2题，共3分）\n1. 甲（）A. 子 B. 丑\n答案：A\n2. 乙（）（5分）A. 子 B. 丑\n答案：B\n"
        "二、填空题（每空2分）\n1. ____和____\n答案：子；丑\n"
    )

    assert [entry.draft.points for entry in parsed.entries] == ["1.5", "5", "4"]


@pytest.mark.parametrize(
    ("heading", "points"),
    [
        ("一、判断（5×1=5分）", "1"),
        ("一、判断题（共1题，10分）", "10"),
        ("一、判断题（共10分）", "10"),
        ("一、判断题（2分/题，共20分）", "2"),
        ("一、判断题", ""),
    ],
)
def test_a_heading_says_what_a_question_is_worth(heading: str, points: str) -> None:
    parsed = read(f"{heading}\n1. 甲。（√）\n")

    assert [entry.draft.points for entry in parsed.entries] == [points]


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("第1题 单选题 甲是什么？\nA 子\nB 丑\n答案：A\n", "甲是什么？"),
        ("1. (单选题, 5.0分) 甲是什么？\nA. 子\nB. 丑\n答案：A\n", "甲是什么？"),
        ("1. 甲有哪些？（多选）\nA. 子\nB. 丑\n答案：AB\n", "甲有哪些？"),
        ("**1. 甲是什么？**\n\n- A. 子\n- B. 丑\n\n**答案：A**\n", "甲是什么？"),
        ("1. 甲。[判断题]\n对（正确答案）\n错\n", "甲。"),
        ("1. 甲是什么？【单选题】（2分）\nA. 子\nB. 丑\n答案：A\n", "甲是什么？"),
        ("题目：甲是什么？\n选项：\nA. 子\nB. 丑\n答案：A\n", "甲是什么？"),
        ("1. 2023年，甲____。\n答案：子\n", "2023年，甲____。"),
    ],
)
def test_what_stands_around_a_stem_is_no_part_of_it(text: str, stem: str) -> None:
    drafts = [entry.draft for entry in read(text).entries]

    assert [draft.stem for draft in drafts] == [stem]
    assert not any("-" in option.text for option in drafts[0].options)


def test_facts_of_a_question_are_kept() -> None:
    parsed = read(
        "1. 甲（）\nA. 子\nB. 丑\n答案：A\n难度：较难\n知识点：抽样\n出处：GB/T 2828.1\n解析：第一行，\n第二行。\n"
    )
    draft = parsed.entries[0].draft

    assert (draft.difficulty, draft.area, draft.source) == ("0.65", "抽样", "GB/T 2828.1")
    assert draft.explanation == "第一行，\n\n第二行。"


def test_a_reason_behind_the_key_becomes_the_explanation() -> None:
    parsed = read("1. 甲（）\nA. 子\nB. 丑\n答案:A(参见A、B两项)\n2. 乙。\n答案：错误，应为丙。\n")

    assert [entry.draft.explanation for entry in parsed.entries] == ["参见A、B两项", "应为丙。"]


def test_keys_that_differ_are_a_problem_and_the_answer_line_counts() -> None:
    parsed = read("1. 甲（B）\nA. 子\nB. 丑\n答案：A\n")

    assert [option.is_key for option in parsed.entries[0].draft.options] == [True, False]
    assert [problem.code for problem in parsed.entries[0].problems] == ["key_conflict"]


def test_a_key_that_no_question_has_is_named() -> None:
    parsed = read("1. 甲（）\nA. 子\nB. 丑\n参考答案\n1. A\n2. B\n")

    assert [problem.message for problem in parsed.problems] == ["不属于任何试题的文字：“2. B”"]


def test_a_text_without_questions_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no_questions"):
        read("只是一段话。\n没有题目。")


@pytest.mark.parametrize("padding", range(3))
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_long_paper_is_known_wherever_its_first_bytes_are_cut(padding: int, end: str) -> None:
    text = "x" * padding + f"甲是什么？（）{end}" * 3000

    assert paste.detect(Upload("", text.encode())) == 40


def test_an_abbreviation_in_brackets_is_no_key() -> None:
    (entry,) = read("1. 失效分析（FMEA）的用处是（）。\nA. 子\nB. 丑\nC. 寅\n答案：B\n").entries

    assert (key_of(entry.draft), entry.problems) == ("B", ())
    assert entry.draft.stem == "失效分析（FMEA）的用处是（）。"
