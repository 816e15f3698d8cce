"""Aiken: what it says comes in, what it cannot say stays out and is named."""

import pytest
from hypothesis import given, settings

from learning.question_bank.formats.aiken import AikenExporter, AikenImporter
from learning.question_bank.formats.contract import Parsed, Unreadable, Upload
from learning.question_bank.rules import Item, ItemKind
from tests.question_bank.samples import items, make

TEXT = """质量是什么？
A. 符合性
B) 满足要求的程度
ANSWER: B

顾客是谁？
A. 消费者
B. 最终使用者
C. 零售商
ANSWER: A, B
"""


def read(text: str) -> Parsed:
    return AikenImporter().parse(Upload("a.txt", text.encode()), lambda _done, _total: None)


def test_questions_options_and_answers_are_read() -> None:
    found = [entry.draft for entry in read(TEXT).entries]

    assert [(d.kind, d.stem) for d in found] == [
        ("single", "质量是什么？"),
        ("multiple", "顾客是谁？"),
    ]
    assert [[o.is_key for o in d.options] for d in found] == [[False, True], [True, True, False]]


def test_a_missing_and_an_unknown_answer_are_named() -> None:
    parsed = read("甲？\nA. 子\nB. 丑\n\n乙？\nA. 寅\nB. 卯\nANSWER: D\n丙")

    assert [[p.code for p in e.problems] for e in parsed.entries] == [["no_key"], ["key_unknown"]]
    assert [problem.message for problem in parsed.problems] == ["不属于任何试题的文字：“丙”"]


def test_an_answer_without_options_is_named_not_dropped() -> None:
    parsed = read(f"甲？\nANSWER: B\n\n{TEXT}")

    assert len(parsed.entries) == 2
    assert parsed.problems[0].where == "第 1 行"


def test_a_text_without_questions_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_questions"):
        read("一段话。")


def test_only_a_text_with_answer_lines_looks_like_it() -> None:
    assert AikenImporter().detect(Upload("", TEXT.replace(", B", "").encode())) > 50
    assert AikenImporter().detect(Upload("", "1. 甲\nA. 子\n答案：A".encode())) == 0


@settings(max_examples=60, deadline=None)
@given(items())
def test_what_is_written_reads_back_the_same(item: Item) -> None:
    written = AikenExporter().write([item], "题库", ())
    if AikenExporter().why_not(item):
        assert len(written.left_out) == 1
        return
    draft = read(written.content.decode()).entries[0].draft
    options = item.document.options

    assert draft.stem == item.document.stem.strip()
    assert [o.text for o in draft.options] == [o.text.strip() for o in options]
    assert [o.is_key for o in draft.options] == [o.id in item.key.choices for o in options]


def test_other_kinds_and_several_lines_stay_out() -> None:
    others = [
        make(ItemKind.MULTIPLE),
        make(ItemKind.SINGLE, stem="两\n行"),
        make(ItemKind.SINGLE, stem="A. 甲"),
    ]

    assert len(AikenExporter().write(others, "题库", ()).left_out) == 3


def test_formulas_do_not_hide_the_format() -> None:
    text = "$\\bar{X}$ 图是什么？\nA. $C_{p}$\nB. 控制图\nANSWER: B\n"

    assert AikenImporter().detect(Upload("", text.encode())) == 80
    assert AikenImporter().detect(Upload("", ("甲{=乙}\n" + text).encode())) == 0
