"""Layouts of pasted papers beyond the usual: what each text gives, question by question."""

import contextlib
import time

import pytest

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats import paste
from learning.question_bank.formats.contract import Parsed, Unreadable, Upload

ABOVE = """质量知识测试
答案：1.B 2.AC 3.√

1. 质量是（ ）。
A. 价格
B. 满足要求的程度
C. 数量
2. 属于老七种工具的有（ ）。
A. 控制图
B. 甘特图
C. 排列图
3. 抽样检验可以保证批中没有不合格品。（ ）
"""
ABOVE_BY_SECTION = """参考答案
一、单选题
1.A 2.B
二、判断题
1.√ 2.×

一、单选题
1. 题干一（ ）
A. 甲
B. 乙
2. 题干二（ ）
A. 甲
B. 乙
二、判断题
1. 说法一。（ ）
2. 说法二。（ ）
"""
ABOVE_AS_RANGE = """参考答案
1-5 ABCDA
一、单选题
""" + "\n".join(f"{n}. 题干{n}（ ）\nA. 甲 B. 乙 C. 丙 D. 丁" for n in range(1, 6))
ABOVE_AS_TABLE = """标准答案
| 题号 | 1 | 2 |
| --- | --- | --- |
| 答案 | B | A |
1. 题干一（ ）
A. 甲
B. 乙
2. 题干二（ ）
A. 甲
B. 乙
"""
SHEET = """一、判断题
1. 说法一。（√）
2. 说法二。（×）

| 题号 | 1 | 2 |
| 答案 |  |  |

二、单选题
1. 题干一（A）
A. 甲
B. 乙
"""
SHEET_OF_TABS = """一、判断题（每题2分）
题号\t1\t2\t3
答案\t\t\t
1. 说法一。
2. 说法二。
3. 说法三。
答案：1.√ 2.× 3.√
"""
CIRCLED = """一、单选题
① 质量是（ ）。
A. 价格
B. 满足要求的程度
答案：B
② 方针由谁制定（ ）。
A. 最高管理者
B. 员工
答案：A
"""
CIRCLED_JUDGED = "判断题\n①说法一。（√）\n②说法二。（×）\n③说法三。（√）\n"
CIRCLED_KEYED = "一、判断题\n① 说法一。\n② 说法二。\n\n参考答案\n①√ ②×\n"
PAIRS = """一、匹配题
1. 将左右两列配对。
PDCA——戴明环
5S -- 现场管理
FMEA → 失效模式分析
"""
PAIRS_ASKED = "1. 请将人物与其贡献连线：\n朱兰——质量三部曲\n戴明——PDCA循环\n解析：见教材第 3 页\n"
PAIRS_ANSWERED = "1. 将工具与用途配对。\n答案：排列图——找主因；直方图——看分布\n"
ONCE_UNDERLINED = """一、填空题
1. 质量管理的原则有_全员参与_和_持续改进_。
2. 四个阶段是 _计划_、_执行_。
"""
ONCE_UNDERLINED_ALONE = (
    "1. 全面质量管理的英文缩写是_TQM_。\n2. 质量成本分四类，预防成本属于_符合性_成本。\n"
)
BULLETS = """一、单选题
1. 质量是（ ）。
• 价格
• 满足要求的程度
答案：B
2. 过程能力指数是（ ）。
□ Cmk
■ Cpk
"""
CASES = {
    "keys above": (ABOVE, ["single B", "multiple AC", "true_false 对"]),
    "keys above by section": (
        ABOVE_BY_SECTION,
        ["single A", "single B", "true_false 对", "true_false 错"],
    ),
    "keys above as a range": (ABOVE_AS_RANGE, [f"single {key}" for key in "ABCDA"]),
    "keys above as a table": (ABOVE_AS_TABLE, ["single B", "single A"]),
    "an empty sheet": (SHEET, ["true_false 对", "true_false 错", "single A"]),
    "an empty sheet of tabs": (SHEET_OF_TABS, ["true_false 对", "true_false 错", "true_false 对"]),
    "circled numbers": (CIRCLED, ["single B", "single A"]),
    "circled numbers judged": (CIRCLED_JUDGED, ["true_false 对", "true_false 错", "true_false 对"]),
    "circled numbers keyed": (CIRCLED_KEYED, ["true_false 对", "true_false 错"]),
    "pairs": (PAIRS, ["matching PDCA -> 戴明环;5S -> 现场管理;FMEA -> 失效模式分析"]),
    "pairs asked for": (PAIRS_ASKED, ["matching 朱兰 -> 质量三部曲;戴明 -> PDCA循环"]),
    "pairs answered": (PAIRS_ANSWERED, ["matching 排列图 -> 找主因;直方图 -> 看分布"]),
    "gaps underlined once": (ONCE_UNDERLINED, ["blank 全员参与;持续改进", "blank 计划;执行"]),
    "underlined once, no heading": (ONCE_UNDERLINED_ALONE, ["blank TQM", "blank 符合性"]),
    "bullets and boxes": (BULLETS, ["single B", "single B"]),
}


def read(text: str) -> Parsed:
    return paste.parse(Upload("", text.encode()), lambda _done, _total: None)


def said(draft: ItemDraft) -> str:
    letters = "".join("ABCDEFGH"[n] for n, o in enumerate(draft.options) if o.is_key)
    return f"{draft.kind} {letters or ';'.join(draft.answers)}"


@pytest.mark.parametrize("name", CASES)
def test_a_layout_gives_its_questions_with_their_keys(name: str) -> None:
    text, expected = CASES[name]
    entries = read(text).entries

    assert [said(entry.draft) for entry in entries] == expected
    assert not any("没有答案" in p.message for entry in entries for p in entry.problems)


def test_numbers_bullets_and_rows_of_sheets_are_no_part_of_the_texts() -> None:
    for text in (SHEET, CIRCLED, CIRCLED_JUDGED, BULLETS):
        for entry in read(text).entries:
            texts = [entry.draft.stem, *(option.text for option in entry.draft.options)]
            assert not any(sign in each for each in texts for sign in "|①②③•□■")


def test_an_empty_sheet_is_named_with_its_place() -> None:
    [problem] = read(SHEET).problems
    assert problem.where == "第 5 行"
    assert "答题卡" in problem.message


def test_questions_below_a_list_of_keys_keep_their_lines() -> None:
    assert [entry.where for entry in read(ABOVE).entries] == ["第 4 行", "第 8 行", "第 12 行"]


@pytest.mark.parametrize(
    "text",
    [
        # a list within a question, not questions
        "1. 下列说法正确的是（ ）。\n① 甲\n② 乙\n③ 丙\nA. ①②\nB. ②③\n答案：A\n",
        # a title that ends in 答案 over questions, not a list of keys
        "质量试题及答案\n1. 甲是（ ）。\nA. 子\nB. 丑\n答案：A\n",
        # an underline within a name is no gap
        "1. 变量 a_b_c 的含义是（ ）。\nA. 子\nB. 丑\n答案：A\n",
        # a dash in a stem is no pair
        "1. PDCA——戴明环的阶段数是（ ）。\nA. 四\nB. 五\n答案：A\n",
    ],
)
def test_what_only_looks_like_such_a_layout_is_read_as_before(text: str) -> None:
    [entry] = read(text).entries
    assert said(entry.draft) == "single A"
    assert len(entry.draft.options) == 2


@pytest.mark.parametrize(
    "line",
    [
        "题号 " + "1" * 90_000 + "x",
        "|" * 90_000 + "x",
        "|-" * 45_000 + "x",
        "答案：" + "AB" * 45_000 + "x",
        "配对：" + "甲—" * 30_000,
        "_甲" * 30_000,
        "①A" * 30_000,
    ],
)
def test_no_line_costs_more_than_its_length(line: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(Unreadable):
        read(f"1. 题干（ ）\nA. 甲\nB. 乙\n{line}\n{line}\n答案：A\n")
    assert time.perf_counter() - started < 4  # some tenths on an idle machine
