"""Tables without headings: read where the columns are beyond doubt, else asked for."""

import pytest

from learning.question_bank.formats.contract import Unreadable
from tests.question_bank.formats.books import keys, read_book, read_csv, workbook

ROWS = [
    ["质量是下列哪一项？", "价格", "满足要求的程度", "数量", "B"],
    ["属于老七种工具的有哪些？", "控制图", "甘特图", "排列图", "AC"],
]


def read(*rows):
    return read_book(workbook({"题目": list(rows)}))


def test_stem_options_and_key_are_told_by_their_cells() -> None:
    parsed = read(*ROWS)

    assert [keys(entry) for entry in parsed.entries] == ["B", "AC"]
    assert [entry.draft.stem for entry in parsed.entries] == [row[0] for row in ROWS]
    assert [option.text for option in parsed.entries[0].draft.options] == ROWS[0][1:4]
    [problem] = parsed.problems
    assert problem.code == "headings_guessed"
    assert "题干 A 列" in problem.message
    assert "选项 B～D 列" in problem.message
    assert "答案 E 列" in problem.message


@pytest.mark.parametrize(
    "rows",
    [
        [
            [n, "单选题", "题干写在这一列里", "甲", "乙", "AB"[n - 1], "因为标准如此规定"]
            for n in (1, 2)
        ],
        [["题干写在这一列里", "AB"[n], "甲", "乙"] for n in range(2)],
        [["这句话要判断对错", "对"], ["这句话也要判断", "×"]],
    ],
)
def test_numbers_kinds_explanations_and_verdicts_have_their_columns(rows) -> None:
    parsed = read(*rows)
    assert [keys(entry) for entry in parsed.entries] in (["A", "B"], ["对", "错"])
    assert all(entry.draft.stem for entry in parsed.entries)


def test_a_text_of_commas_is_guessed_alike() -> None:
    parsed = read_csv("质量是下列哪一项,价格,程度,B\n谁制定质量方针,员工,最高管理者,B\n")
    assert [keys(entry) for entry in parsed.entries] == ["B", "B"]


@pytest.mark.parametrize(
    "rows",
    [
        [ROWS[0]],  # one row may be anything
        [
            ["题干写在这一列里", "A", "B", "A"],
            ["题干也在这一列里", "B", "A", "B"],
        ],  # which is the key?
        [
            ["题干写在这一列里", "甲", "乙", "C"],
            ["题干也在这一列里", "甲", "乙", "A"],
        ],  # no option C
        [["题干写在这一列里", "甲", "乙", "说明"], ["题干也在这一列里", "甲", "乙", "说明"]],
        [["短", "甲", "乙", "A"], ["短", "甲", "乙", "B"]],
        [["姓名", "部门"], ["张三", "质量部"]],
    ],
)
def test_what_is_not_beyond_doubt_is_left_to_a_person(rows) -> None:
    with pytest.raises(Unreadable) as refused:
        read(*rows)
    assert "没有找到表头" in refused.value.message
