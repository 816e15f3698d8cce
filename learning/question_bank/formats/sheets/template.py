"""The workbook to fill in: headings with lists to choose from, an example of every kind, help."""

import io

import xlsxwriter

from learning.question_bank.formats.sheets.reading import EXAMPLES, HELP
from learning.question_bank.formats.sheets.writing import (
    BEHIND,
    MIN_OPTION_COLUMNS,
    PART,
    Line,
    headings,
)
from learning.question_bank.formats.sheets.xlsx import SHEET, TEXTS_ONLY, write_lines
from learning.question_bank.item_types import list_types
from learning.question_bank.loader.headings import LEVEL_WORDS, POOL_WORDS
from learning.question_bank.rules import ItemKind

ROWS = 5000
DIFFICULTIES = ("易", "较易", "中", "较难", "难")
_COLUMNS = {heading: place for place, heading in enumerate(headings(MIN_OPTION_COLUMNS))}


def _example(kind: str, stem: str, options: tuple[str, ...], answer: str, **more: str) -> Line:
    texts = (*options, *[""] * (MIN_OPTION_COLUMNS - len(options)))
    values = {"answer": answer, "difficulty": "中", "level": "熟悉", "area": "示例知识点"}
    if kind.startswith(PART):
        values = {"answer": answer}
    values |= more
    return (kind, stem, *texts, *(values.get(name, "") for _, name in BEHIND))


EXAMPLE_LINES: tuple[Line, ...] = (
    _example(
        "单选",
        "PDCA 循环中，“C”指的是（　）。",
        ("策划", "实施", "检查", "处置"),
        "C",
        explanation="P 策划、D 实施、C 检查、A 处置。",
        difficulty="易",
    ),
    _example(
        "多选",
        "下列属于计数值控制图的有（　）。",
        ("p 图", "X̄-R 图", "c 图", "u 图"),
        "ACD",
        explanation="X̄-R 图是计量值控制图。",
    ),
    _example(
        "判断",
        "过程能力指数 Cp 的大小与过程均值的位置无关。",
        (),
        "对",
        explanation="与均值有关的是 Cpk。",
    ),
    _example(
        "填空",
        "浴盆曲线分为早期故障期、____和____。",
        (),
        "偶然故障期 | 随机故障期\n耗损故障期",
        explanation="一个空写一行，几种写法用 | 隔开。",
    ),
    _example(
        "计算",
        "10 台设备共工作 492000 h，其间发生 10 次故障，MTBF 的点估计为____。",
        (),
        "49200 h ± 0.5 %",
        explanation="总工作时间除以故障次数。",
    ),
    _example(
        "匹配",
        "把工具与用途配对。",
        (),
        "排列图 -> 找主要问题\n因果图 -> 找原因\n-> 看分布",
        explanation="单写“-> 看分布”的是干扰项。",
    ),
    _example(
        "排序", "按先后排列 8D 的前三步。", (), "成立小组\n描述问题\n临时措施", difficulty="较难"
    ),
    _example(
        "问答",
        "简述纠正与纠正措施的区别。",
        (),
        "2 分 纠正针对不合格本身\n3 分 纠正措施针对不合格的原因",
        explanation="参考答案写在解析里。",
    ),
    _example(
        "案例", "某企业本月抽检 200 件，不合格 6 件，其中尺寸超差 4 件、外观缺陷 2 件。", (), ""
    ),
    _example(PART + "单选", "应首先解决（　）。", ("尺寸超差", "外观缺陷"), "A", weight="2"),
    _example(PART + "计算", "不合格品率为____。", (), "3 % ± 0.1", weight="3"),
)

_HELP: tuple[Line, ...] = (
    ("列", "怎样填"),
    ("题型", "从下拉框选。案例的小题写在案例的下一行，题型前加“└ ”，如“└ 单选”。"),
    ("题干", "必填。公式写成 $…$，填空题用 ____ 留空。可以用 Markdown。"),
    ("选项A…", "单选、多选用，每格一项；不够时在右边自己加“选项F”等列。"),
    ("答案", "单选“C”，多选“ACD”，判断“对”或“错”。"),
    ("答案（填空）", "一个空写一行（Alt+Enter 换行），几种写法用 | 隔开。"),
    ("答案（计算）", "数值 单位 ± 容差：49200 h ± 0.5 %，或 89.4 % ± 0.1。"),
    ("答案（匹配）", "一对写一行：左 -> 右；只作干扰的右项写成 -> 右。"),
    ("答案（排序）", "一步写一行，按正确的顺序。"),
    ("答案（问答）", "评分要点，一条写一行：3 分 要点。参考答案写在解析里。"),
    ("难度", "易、较易、中、较难、难，或 0～1 的数（预计答错的比例）。"),
    ("要求", "掌握、熟悉、了解。"),
    ("权重", "只给案例的小题填，表示各小题分值的比例；不填按 1。"),
    ("用途", "练习、竞赛、保密；不填按题库的设置。"),
    ("方向", "几个用、隔开；没有写“无”；不填按题库的设置。"),
    ("互斥", "不能与本题同卷的题号，几个用、隔开；可以不填。"),
    ("题号、属性、变量", "一般不填。题号由小写字母、数字和短横组成。"),
    ("", f"“{EXAMPLES}”和“{HELP}”两张表不会导入。单元格都是文本，公式不会计算。"),
)


def template() -> bytes:
    """Make the workbook; the same bytes in meaning every time, with nothing to import in it."""
    stream = io.BytesIO()
    heads = headings(MIN_OPTION_COLUMNS)
    with xlsxwriter.Workbook(stream, TEXTS_ONLY) as book:
        write_lines(book, SHEET, [heads])
        write_lines(book, EXAMPLES, [heads, *EXAMPLE_LINES])
        write_lines(book, HELP, _HELP)
        _add_lists(book.get_worksheet_by_name(SHEET))
        book.get_worksheet_by_name(HELP).set_column(0, 0, 18)
        book.get_worksheet_by_name(HELP).set_column(1, 1, 80)
    return stream.getvalue()


def _add_lists(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    kinds = [module.WORD for module in list_types()]
    parts = [PART + module.WORD for module in list_types() if module.KIND is not ItemKind.CASE]
    lists = {
        "题型": [*kinds, *parts],
        "难度": [*DIFFICULTIES],
        "要求": [*LEVEL_WORDS],
        "用途": [*POOL_WORDS],
    }
    for heading, words in lists.items():
        column = _COLUMNS[heading]
        sheet.data_validation(
            1,
            column,
            ROWS,
            column,
            {"validate": "list", "source": words, "error_type": "warning"},
        )
