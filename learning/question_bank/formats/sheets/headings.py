"""Which column is what: headings as people write them, wherever the row of headings stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from learning.question_bank.item_types.folding import widths_folded

MAX_HEADING = 40
MAX_COLUMNS = 500  # what stands further to the right is not looked at
_FIELDS = {
    "kind": "题型 类型 试题类型 题目类型 题类 试题题型 题目题型 type kind questiontype itemtype",
    "stem": "题干 题目 试题 试题内容 题目内容 问题 题干内容 试题题干 "
    "题目题干 题目名称 试题名称 内容 "
    "question stem questiontext questionstem",
    "options": "选项 备选项 选项内容 备选答案 候选项 候选答案 全部选项 options choices",
    "answer": "答案 正确答案 参考答案 标准答案 试题答案 题目答案 正确选项 "
    "正确答案选项 answer answers key "
    "correctanswer correct correctoption rightanswer",
    "explanation": "解析 答案解析 试题解析 题目解析 解题思路 详解 分析 解释 说明 答题解析 "
    "explanation rationale feedback analysis",
    "difficulty": "难度 难易度 难易程度 难度系数 试题难度 题目难度 难度等级 difficulty",
    "level": "要求 掌握程度 掌握要求 认知层次 考核要求 level",
    "area": "知识点 考点 所属知识点 章节 所属章节 知识模块 模块 分类 试题分类 题目分类 所属分类 "
    "topic area category knowledge",
    "points": "分值 分数 得分 默认分值 默认分数 题分 本题分值 试题分值 试题分数 题目分值 题目分数 "
    "每题分值 每题分数 points score mark marks",
    "weight": "权重 weight",
    "source": "出处 来源 试题来源 题目来源 依据 source reference",
    "code": "题号 编号 试题编号 题目编号 题目编码 试题编码 code id questionid",
    "tracks": "方向 专业方向 适用方向 track tracks",
    "excludes": "互斥 互斥题 互斥试题 enemies excludes enemyitems",
    "tags": "标签 关键字 关键词 tag tags keywords",
    "pool": "用途 试题用途 pool",
    "unit": "单位 unit",
    "tolerance": "容差 误差 允许误差 误差范围 tolerance",
    "attributes": "属性 其他属性 attributes",
    "draw": "变量 参数 variables",
    "folder": "目录 题目目录 试题目录 所属目录 课程章节 章 chapter folder",
    "ignored": "选项数 选项数量 选项个数 空数 题库 题库名称 所属题库 "
    "序号 序列 备注 no number 创建时间 修改时间 创建人 状态 remark remarks note",
}
_FIELD_OF = {word: name for name, words in _FIELDS.items() for word in words.split()}
_OPTION = re.compile(
    r"(?:选项|备选项|备选答案|候选项|答案选项|答案|option|choice|answer)?([a-z])(?:选项|项|答案)?"
)
_NUMBERED = re.compile(
    r"(?:选项|备选项|备选答案|候选项|option|choice)([1-9]|1[0-9]|2[0-6]|[一二三四五六七八九十])"
)
_CHINESE = {digit: n for n, digit in enumerate("一二三四五六七八九十", 1)}
_ASIDE = re.compile(r"[(\[【<].*?(?:[)\]】>]|$)|[\s*:.、_\-/]+")


@dataclass(slots=True)
class Headings:
    """The columns by what they hold; `options` are those of A, B, … with their place from 0."""

    row: int
    columns: dict[str, int] = field(default_factory=dict)
    options: dict[int, int] = field(default_factory=dict)
    strangers: dict[int, str] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        """Tell whether this can be the row of headings: a stem, and what belongs to one."""
        rest = len(self.columns.keys() - {"stem", "ignored"}) + len(self.options)
        return "stem" in self.columns and rest > 0

    @property
    def is_ours(self) -> bool:
        """Tell whether this platform wrote the table: nothing is guessed then."""
        return {"kind", "answer", "attributes", "draw"} <= self.columns.keys()


def read_headings(row: int, cells: dict[int, str]) -> Headings:
    """Read a row as one of headings; the first column of a meaning has it."""
    found = Headings(row)
    for column, text in sorted(cells.items())[:MAX_COLUMNS]:
        field_name, option = _meaning(text)
        if option is not None:
            found.options.setdefault(option, column)
        elif field_name:
            found.columns.setdefault(field_name, column)
        else:
            found.strangers[column] = text[:MAX_HEADING]
    folder = found.columns.pop("folder", None)
    if folder is not None:  # the folder of a question says what it is about, if nothing else does
        found.columns.setdefault("area" if "area" not in found.columns else "ignored", folder)
    return found


def find_headings(rows: Iterable[tuple[int, dict[int, str]]]) -> Headings | None:
    """Return the first row that can be the headings, None if there is none."""
    return next(
        (found for row, cells in rows if (found := read_headings(row, cells)).is_table), None
    )


def _meaning(text: str) -> tuple[str, int | None]:
    if len(text) > MAX_HEADING * 4:
        return "", None
    word = _ASIDE.sub("", widths_folded(text).casefold())
    if word in _FIELD_OF:
        return _FIELD_OF[word], None
    lettered = _OPTION.fullmatch(word)
    if lettered:
        return "", ord(lettered[1]) - ord("a")
    numbered = _NUMBERED.fullmatch(word)
    if numbered:
        return "", (_CHINESE.get(numbered[1]) or int(numbered[1])) - 1
    return "", None
