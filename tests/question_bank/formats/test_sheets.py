"""Tables as people fill them in: headings, kinds, answers and cells of every sort."""

import io
from datetime import date

import pytest
import xlsxwriter

from learning.question_bank.drafts import Defaults, check
from learning.question_bank.formats.contract import Unreadable, Upload
from learning.question_bank.formats.registry import detect
from learning.question_bank.formats.sheets import template
from learning.question_bank.formats.sheets.template import EXAMPLE_LINES
from learning.question_bank.formats.sheets.writing import headings
from learning.question_bank.item_types import list_types
from tests.question_bank.formats.books import (
    HEADS,
    codes,
    keys,
    only,
    read_book,
    read_csv,
    read_rows,
    workbook,
)

OPTIONS = ["检验", "过程", "产品", "顾客"]


@pytest.mark.parametrize(
    ("kind", "answer", "expected", "read_as"),
    [
        ("单选", "B", "B", "single"),
        ("单选题", "b", "B", "single"),
        ("一、单项选择题（每题2分）", "Ｂ", "B", "single"),
        ("single choice", "B.", "B", "single"),
        ("单选", "过程", "B", "single"),
        ("单选", "B. 过程", "B", "single"),
        ("单选", "正确答案：B", "B", "single"),
        ("单选", 2, "B", "single"),
        ("选择题", "B", "B", "single"),
        ("选择题", "BD", "BD", "multiple"),
        ("多选", "ABD", "ABD", "multiple"),
        ("多选", "A,B，D", "ABD", "multiple"),
        ("多选", "a、b；d", "ABD", "multiple"),
        ("多选", "A B D", "ABD", "multiple"),
        ("多选", "DBA", "ABD", "multiple"),
        ("多选", "1,2,4", "ABD", "multiple"),
        ("多项选择题", "检验\n顾客", "AD", "multiple"),
        ("", "B", "B", "single"),
        ("", "BC", "BC", "multiple"),
    ],
)
def test_answers_of_choice_items_are_read_in_every_wording(kind, answer, expected, read_as) -> None:
    entry = only(read_rows([kind, "质量管理的核心是（　）。", *OPTIONS, answer, ""]))
    assert (keys(entry), entry.draft.kind, entry.problems) == (expected, read_as, ())


@pytest.mark.parametrize(
    ("answer", "word"),
    [("对", "对"), ("√", "对"), ("正确", "对"), ("T", "对"), ("TRUE", "对"), (True, "对"), ("是", "对"),
     ("×", "错"), ("错误", "错"), ("F", "错"), ("false", "错"), (False, "错"), ("否", "错"), ("✗", "错")],
)  # fmt: skip
def test_verdicts_are_read_in_every_wording(answer, word) -> None:
    row = ["判断题", "质量是检验出来的。", "", "", "", "", answer, ""]
    entry = only(read_rows(row))
    assert (entry.draft.answers, entry.problems) == ((word,), ())


def test_a_verdict_may_be_given_as_the_letter_of_its_option() -> None:
    entry = only(read_rows(["判断", "质量是检验出来的。", "正确", "错误", "", "", "B", ""]))
    assert (entry.draft.kind, entry.draft.answers, entry.draft.options) == (
        "true_false",
        ("错",),
        (),
    )
    assert only(read_rows(["", "质量。", "对", "错", "", "", "A", ""])).draft.kind == "true_false"


@pytest.mark.parametrize(
    ("stem", "answer", "answers"),
    [
        ("____和____", "甲\n乙", ("甲", "乙")),
        ("____和____", "甲|乙", ("甲", "乙")),
        ("____和____", "甲；乙", ("甲", "乙")),
        ("____和____", "甲、乙", ("甲", "乙")),
        ("____和____", "甲，乙", ("甲", "乙")),
        ("____和____", "甲 乙", ("甲", "乙")),
        ("____和____", "甲;丙|乙", ("甲 | 丙", "乙")),
        ("____和____", "甲 | 丙\n乙", ("甲 | 丙", "乙")),
        ("（　）和（ ）", "甲\n乙", ("甲", "乙")),
        ("__和___", "甲\n乙", ("甲", "乙")),
        ("____", "甲；丙", ("甲 | 丙",)),
        ("____", "甲、丙", ("甲、丙",)),
        ("____", "甲 | 丙", ("甲 | 丙",)),
    ],
)
def test_answers_are_cut_into_as_many_as_there_are_gaps(stem, answer, answers) -> None:
    entry = only(read_rows(["填空题", stem, "", "", "", "", answer, "因为"]))
    assert entry.draft.answers == answers
    assert check(entry.draft, Defaults("x")).item


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (49200.0, "49200"),
        ("49200 h", "49200 h"),
        (0.1, "0.1"),
        (89.4, "89.4"),
        ("49200 h ± 0.5 %", "49200 h ± 0.5 %"),
        ("49200+-100", "49200 ± 100"),
        ("49100~49300", "49200 ± 100"),
        ("1.2e3", "1.2e3"),
    ],
)
def test_numbers_are_read_as_they_are_written(answer, line) -> None:
    entry = only(read_rows(["计算题", "求 MTBF。", "", "", "", "", answer, "x"]))
    assert (entry.draft.answers, entry.draft.kind) == ((line,), "numeric")


def test_unit_and_tolerance_may_have_columns_of_their_own() -> None:
    heads = ["题型", "题目", "答案", "单位", "误差"]
    entry = only(read_rows(["计算", "求 MTBF。", 49200, "h", "0.5%"], heads=heads))
    assert entry.draft.answers == ("49200 h ± 0.5%",)
    assert check(entry.draft, Defaults("x")).item


def test_a_percentage_is_read_as_it_is_shown() -> None:

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题目")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["计算", "求可靠度。"])
        sheet.write_number(1, 6, 0.894, book.add_format({"num_format": "0.0%"}))
    assert only(read_book(stream.getvalue())).draft.answers == ("89.4%",)


def test_raised_digits_keep_their_meaning() -> None:

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题目")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["判断", "", "", "", "", "", "对"])
        raised = book.add_format({"font_script": 1})
        lowered = book.add_format({"font_script": 2})
        sheet.write_rich_string(1, 1, "10", raised, "3", " 个 H", lowered, "2", "O")
    assert only(read_book(stream.getvalue())).draft.stem == "10³ 个 H₂O"


@pytest.mark.parametrize(
    ("kind", "answer", "answers"),
    [
        ("匹配题", "甲 -> 乙\n丙→丁\n-> 戊", ("甲 -> 乙", "丙 -> 丁", "-> 戊")),
        ("连线", "甲-乙", ("甲-乙",)),
        ("配对题", "甲=乙；丙=丁", ("甲 -> 乙", "丙 -> 丁")),
        ("排序题", "先\n后", ("先", "后")),
        ("排序", "1. 先\n2. 后", ("先", "后")),
        ("排序", "先→中→后", ("先", "中", "后")),
        ("问答题", "3 分 要点\n2分：另一点", ("3 分 要点", "2分：另一点")),
    ],
)
def test_pairs_steps_and_criteria_stand_a_line_each(kind, answer, answers) -> None:
    assert only(read_rows([kind, "题干", "", "", "", "", answer, ""])).draft.answers == answers


def test_steps_may_be_given_as_letters_of_the_options() -> None:
    entry = only(read_rows(["排序", "排一排", "乙", "丙", "甲", "", "CAB", ""]))
    assert entry.draft.answers == ("甲", "乙", "丙")


def test_a_model_answer_goes_into_the_explanation() -> None:
    entry = only(
        read_rows(["简答题", "什么是质量？", "", "", "", "", "满足要求的程度。", "见标准。"])
    )
    assert entry.draft.explanation == "参考答案：满足要求的程度。\n\n见标准。"
    assert check(entry.draft, Defaults("x")).item


def test_the_rows_below_a_case_are_its_sub_items() -> None:
    parsed = read_rows(
        ["案例", "材料。", "", "", "", "", "", ""],
        ["└ 单选", "问一", "是", "否", "", "", "A", "因为"],
        ["小题 判断", "问二", "", "", "", "", "错", ""],
        ["案例分析题", "另一份材料。", "", "", "", "", "", ""],
        ["- 填空", "问____", "", "", "", "", "答", ""],
        ["单选", "独立的题", *OPTIONS, "B", ""],
    )
    assert [entry.draft.kind for entry in parsed.entries] == ["case", "case", "single"]
    assert [entry.number for entry in parsed.entries] == [1, 2, 3]
    assert [part.kind for part in parsed.entries[0].draft.parts] == ["single", "true_false"]
    assert all(check(entry.draft, Defaults("x")).item for entry in parsed.entries)


def test_sheets_give_their_kind_and_those_without_headings_are_named() -> None:
    content = workbook(
        {
            "单选题": [["题干", "选项A", "选项B", "答案"], ["甲", "是", "否", "A"]],
            "判断题": [["题干", "答案"], ["乙", "√"]],
            "统计": [["合计", 2]],
            "填写说明": [["怎样填"]],
        }
    )
    parsed = read_book(content)
    assert [entry.draft.kind for entry in parsed.entries] == ["single", "true_false"]
    assert [(problem.where, problem.code) for problem in parsed.problems] == [
        ("统计", "no_headings")
    ]


def test_sections_and_repeated_headings_inside_a_sheet_are_no_questions() -> None:
    parsed = read_rows(
        ["一、判断题（每题1分）"],
        ["", "甲", "", "", "", "", "对", ""],
        HEADS,
        ["", "乙", "", "", "", "", "错", ""],
        [3],
        heads=HEADS,
    )
    assert [entry.draft.kind for entry in parsed.entries] == ["true_false", "true_false"]


def test_problems_name_their_cell() -> None:
    parsed = read_rows(
        ["单选", "题干", *OPTIONS, "E", ""],
        ["单选", "题干", *OPTIONS, "见教材", ""],
        ["判断", "题干", "", "", "", "", "也许", ""],
        ["选做", "题干", *OPTIONS, "A", ""],
        ["单选", "题干", *OPTIONS, "", ""],
    )
    found = [
        [(problem.where, problem.code) for problem in entry.problems] for entry in parsed.entries
    ]
    assert found == [
        [("题目!G2", "key_unknown")],
        [("题目!G3", "key_unknown")],
        [("题目!G4", "key_unknown")],
        [],
        [],
    ]
    checked = [check(entry.draft, Defaults("x")) for entry in parsed.entries[3:]]
    found = [
        {finding.code for finding in each.findings if not finding.is_remark} for each in checked
    ]
    assert found == [{"kind_unknown"}, {"no_key"}]


@pytest.mark.parametrize("shown_as", ["yyyy-mm-dd", 'm"月"d"日"', "h:mm"])
def test_a_cell_taken_for_a_date_is_named(shown_as) -> None:
    rows = [HEADS, ["填空", "规格是____。", "", "", "", "", date(2026, 3, 2), ""]]
    entry = only(read_book(workbook({"题目": rows}, default_date_format=shown_as)))
    assert [(problem.where, problem.code) for problem in entry.problems] == [
        ("题目!G2", "date_cell")
    ]


def test_formulas_give_their_kept_result_and_are_never_computed() -> None:

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题目")
        sheet.write_row(0, 0, HEADS)
        for row, value in ((1, "题干"), (2, "")):
            sheet.write_row(row, 0, ["判断", "", "", "", "", "", "对"])
            sheet.write_formula(row, 1, '=HYPERLINK("http://x")', None, value)
            sheet.write_formula(row, 7, "=1+1", None, 2)
    first, second = read_book(stream.getvalue()).entries
    assert first.draft.stem == "题干"
    assert [(p.where, p.code, p.is_loss) for p in first.problems] == [
        ("题目!B2", "formula_cell", True),
        ("题目!H2", "formula_cell", True),
    ]
    assert second.draft.stem == ""
    assert second.problems[0].is_loss is False


def test_texts_that_begin_like_formulas_are_texts() -> None:
    rows = [
        ["判断", text, "", "", "", "", "对", ""]
        for text in ("=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A1")
    ]
    content = workbook({"题目": [HEADS, *rows]}, strings_to_formulas=False)
    assert [entry.draft.stem for entry in read_book(content).entries] == [row[1] for row in rows]


def test_columns_that_are_not_read_are_named_once() -> None:
    parsed = read_rows(
        ["判断", "题干", "对", "易错", "张三"], ["判断", "题干二", "对", "", ""],
        heads=["题型", "题干", "答案", "标签", "命题人"],
    )  # fmt: skip
    assert {(problem.where, problem.code, problem.is_loss) for problem in parsed.problems} == {
        ("题目!D1", "not_representable", True),
        ("题目!E1", "not_representable", True),
    }


@pytest.mark.parametrize(
    ("word", "ratio"),
    [("易", "0.2"), ("简单", "0.2"), ("较易", "0.35"), ("中等", "0.5"), ("较难", "0.65"), ("困难", "0.8"),
     (0.35, "0.35"), ("35%", "0.35"), (3, "0.5"), ("★★★★", "0.65"), ("★★☆☆☆", "0.35"), ("hard", "0.8")],
)  # fmt: skip
def test_difficulty_is_a_word_a_ratio_or_a_degree(word, ratio) -> None:
    entry = only(read_rows(["判断", "题干", "对", word], heads=["题型", "题干", "答案", "难度"]))
    assert entry.draft.difficulty == ratio


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_with_any_separator_and_encoding(separator, encoding) -> None:
    text = separator.join(["题型", "题干", "A", "B", "答案"]) + "\r\n"
    text += separator.join(["单选", '"题干, 有; 引号""和\n换行"', "甲", "乙", "B"]) + "\r\n"
    entry = only(read_csv(text, encoding))
    assert (entry.draft.stem, keys(entry)) == ('题干, 有; 引号"和\n换行', "B")
    assert entry.where == "第 2 行"
    assert detect(Upload("x", text.encode(encoding))).names[0] == "csv"


def test_csv_texts_that_begin_like_formulas_are_reported_and_kept() -> None:
    parsed = read_csv("题型,题干,答案\n判断,=1+1,对\n判断,'=2+2,对\n")
    assert [entry.draft.stem for entry in parsed.entries] == ["=1+1", "=2+2"]
    assert [codes(entry) for entry in parsed.entries] == [["formula_cell"], []]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (workbook({"题目": []}), "unreadable"),
        (workbook({"题目": [HEADS]}), "unreadable"),
        (workbook({"题目": [["一", "二"], [1, 2]]}), "unreadable"),
        (template(), "unreadable"),
        (b"PK\x03\x04 not a zip", "unreadable"),
    ],
)
def test_a_workbook_without_questions_says_so(content, code) -> None:
    with pytest.raises(Unreadable) as error:
        read_book(content)
    assert error.value.code == code


def test_csv_without_headings_or_with_an_open_quote_is_refused() -> None:
    with pytest.raises(Unreadable, match="unreadable"):
        read_csv("甲,乙\n丙,丁\n")
    with pytest.raises(Unreadable, match="too_large"):
        read_csv('题型,题干,答案\n判断,"' + "长" * 200_000 + "\n")


def test_the_examples_of_the_template_are_items_of_every_kind() -> None:
    content = workbook({"题目": [headings(5), *EXAMPLE_LINES]})
    parsed = read_book(content)
    assert parsed.problems == ()
    items = [check(entry.draft, Defaults("x")) for entry in parsed.entries]
    assert [checked.findings for checked in items if not checked.item] == []
    assert all(not entry.problems for entry in parsed.entries)
    kinds = {checked.item.document.kind for checked in items if checked.item}
    assert kinds == {module.KIND for module in list_types()}
    assert detect(Upload("模板.xlsx", template())).names == ("xlsx",)
