"""The shape of tables: headings in any wording and order, options in one cell or many."""

import pytest

from tests.question_bank.formats.books import keys, only, read_book, read_rows, workbook

OPTIONS = ["检验", "过程", "产品", "顾客"]


@pytest.mark.parametrize(
    "heads",
    [
        ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析"],
        [" 类 型 ", "题目（必填）", "A", "B", "C", "D", "正确答案*", "答案解析"],
        [
            "Type",
            "Question",
            "Option A",
            "Option B",
            "Option C",
            "Option D",
            "Correct Answer",
            "Explanation",
        ],
        ["试题类型", "试题内容", "选项１", "选项２", "选项３", "选项４", "参考答案", "解 析"],
        ["题\n型", "题干：", "选项Ａ", "选项Ｂ", "选项Ｃ", "选项Ｄ", "标准答案", "详解"],
    ],
)
def test_headings_are_understood_as_people_word_them(heads) -> None:
    entry = only(read_rows(["单选题", "题干", *OPTIONS, "C", "因为"], heads=heads))
    assert [option.text for option in entry.draft.options] == OPTIONS
    assert (keys(entry), entry.draft.explanation, entry.problems) == ("C", "因为", ())


def test_a_folder_is_what_a_question_is_about_and_counts_of_options_are_nothing() -> None:
    heads = ["目录", "题型", "题干", "正确答案", "选项数", "A", "B", "试题分数"]
    entry = only(read_rows(["抽样", "单选题", "甲", "B", "2", "一", "二", "3"], heads=heads))
    assert (entry.draft.area, entry.draft.points, keys(entry)) == ("抽样", "3", "B")
    assert entry.problems == ()

    both = only(read_rows(["第一章", "抽样", "甲", "对"], heads=["目录", "知识点", "题干", "答案"]))
    assert (both.draft.area, both.problems) == ("抽样", ())


def test_answers_of_gaps_may_stand_in_the_columns_of_the_options() -> None:
    heads = ["题型", "题干", "答案A", "答案B", "正确答案"]
    two = only(read_rows(["填空题", "甲____乙____", "子", "丑", ""], heads=heads))
    assert two.draft.answers == ("子", "丑")
    one = only(read_rows(["填空题", "甲____", "子", "丑", ""], heads=heads))
    assert one.draft.answers == ("子 | 丑",)


def test_columns_stand_in_any_order_and_titles_above_them() -> None:
    content = workbook(
        {
            "质量知识竞赛题库": [
                ["质量知识竞赛题库（2026）"],
                ["填写人：", "张三"],
                [],
                [
                    "序号",
                    "答案",
                    "难度",
                    "分值",
                    "D",
                    "C",
                    "B",
                    "A",
                    "题干",
                    "知识点",
                    "要求",
                    "出处",
                    "题型",
                ],
                [
                    1,
                    "AD",
                    "较难",
                    "2分",
                    "丁",
                    "丙",
                    "乙",
                    "甲",
                    "题干",
                    "抽样",
                    "掌握",
                    "教材",
                    "多选",
                ],
            ]
        }
    )
    entry = only(read_book(content))
    draft = entry.draft
    assert entry.where == "质量知识竞赛题库!第 5 行"
    assert [option.text for option in draft.options] == ["甲", "乙", "丙", "丁"]
    assert (draft.difficulty, draft.points, draft.area, draft.level) == (
        "0.65",
        "2",
        "抽样",
        "master",
    )
    assert (draft.source, draft.code, entry.problems) == ("教材", "", ())


@pytest.mark.parametrize(
    "options",
    [
        "A. 甲 B. 乙 C. 丙",
        "A、甲\nB、乙\nC、丙",
        "A.甲；B.乙；C.丙",
        "甲\n乙\n丙",
        "甲|乙|丙",
        "甲；乙；丙",
        "甲$;$乙$;$丙",
    ],
)
def test_options_in_one_cell_are_cut_apart(options) -> None:
    entry = only(read_rows(["单选", "题干", options, "B"], heads=["题型", "题干", "选项", "答案"]))
    assert [option.text for option in entry.draft.options] == ["甲", "乙", "丙"]
    assert keys(entry) == "B"


def test_letters_before_options_go_only_if_all_have_theirs() -> None:
    labelled = only(read_rows(["单选", "题干", "A. 甲", "B. 乙", "C. 丙", "", "B", ""]))
    assert [option.text for option in labelled.draft.options] == ["甲", "乙", "丙"]
    plain = only(read_rows(["单选", "题干", "A. 甲", "乙", "", "", "B", ""]))
    assert [option.text for option in plain.draft.options] == ["A. 甲", "乙"]
