"""Keying in words: places of an answer sheet, what is wrong with them, how a sheet stands."""

from collections.abc import Sequence

from learning.attempts.rules import form_code
from learning.exams.queries.sheets import Keyed
from learning.exams.rules.keying import DATE, FORM, TOTAL, Line, place_order
from learning.exams.rules.sheets import SheetState
from learning.exams.words.sittings import _
from learning.kernel.documents import BadDocument
from learning.kernel.errors import Conflict, Problem
from learning.organisations.words import document_words
from learning.question_bank.rules import ItemKind
from learning.web.errors import words_for


def place_words(place: str) -> str:
    """Return what a place of an answer sheet is."""
    heads = {FORM: _("试卷代码"), DATE: _("作答日期"), TOTAL: _("总分")}
    if place in heads:
        return heads[place]
    item, _dot, part = place.partition(".")
    if part:
        return _("第 %(n)s 题第 %(part)s 小题", n=item, part=part)
    return _("第 %(n)s 题", n=item)


def value_words(place: str, value: str) -> str:
    """Return a value as it is shown; a form by its code."""
    if not value:
        return _("（空）")
    if place == FORM:
        return form_code(value)
    return {"T": "√", "F": "×"}.get(value, value) if place not in {DATE, TOTAL} else value


def compared_rows(keyed: Sequence[Keyed]) -> list[tuple[str, list[str], bool]]:
    """Return what was keyed as (place, a text a keying, whether the first two differ)."""
    places = sorted({place for each in keyed for place in each.values}, key=place_order)
    values = [[each.values.get(place, "") for each in keyed] for place in places]
    return [
        (place_words(place), [value_words(place, each) for each in row], len(set(row[:2])) > 1)
        for place, row in zip(places, values, strict=True)
        if place == FORM or any(row)
    ]


def line_hint(line: Line) -> str:
    """Return what a line takes."""
    if line.options:
        letters = f"A–{line.most_letters}"
        if line.kind is ItemKind.MATCHING:
            return _(
                "%(n)s 个字母，%(letters)s，空的写 -", n=len(line.document.prompts), letters=letters
            )
        return letters
    if line.kind is ItemKind.TRUE_FALSE:
        return _("T 对，F 错")
    if line.kind is ItemKind.BLANK and line.document.blanks > 1:
        return _("%(n)s 个空，用 | 隔开", n=line.document.blanks)
    return line.document.unit


def keying_problem(problem: Problem) -> str:
    """Return what is wrong with a line, a cell or a whole row."""
    words = {
        "form_code": _("试卷代码不对，请照卷面再看一遍。"),
        "form_unknown": _("这里没有这份试卷。"),
        "date": _("日期写成 2026-11-22 的样子。"),
        "date_range": _("日期不在作答时间之内。"),
        "total": _("总分要在 0 与满分之间，至多三位小数。"),
        "totals_refused": _("这里不能只录总分。"),
        "total_and_lines": _("逐题作答和总分只录一种。"),
        "no_line": _("这份试卷没有这一题。"),
        "letter": _("没有这个选项。"),
        "prompts": _("字母比左项多。"),
        "gaps": _("答案比空多。"),
        "verdict": _("写 T 或 F。"),
        "length": _("太长。"),
        "characters": _("含有不能显示的字符。"),
        "undecided": _("请选定一个。"),
        "nobody": _("名单里没有这位考生，请写准考证号或工号。"),
        "several": _("有几位考生用这个号，请写准考证号。"),
        "column_twice": _("这一列与前面的列重复。"),
        "formula": _("这一格是公式，请改成内容。"),
        "cell_error": _("这一格是 Excel 的错误值。"),
        "cell_long": _("这一格太长。"),
    }
    return words.get(problem.code) or words_for(Conflict(problem.code))


def table_words(error: BadDocument) -> str:
    """Return why a file of keyings cannot be read."""
    own = {
        "keying_no_header": _(
            "没有找到表头：须有“准考证号”和“试卷代码”两列，题号作其余各列的列名。"
        ),
        "keying_empty": _("表头下面没有答题卡。"),
        "document_too_large": _("文件太大：一次至多 100 份答题卡。"),
        "document_damaged": _("文件读不懂，请存成 .xlsx 或 UTF-8 的 .csv 再上传。"),
    }
    return own.get(error.code) or document_words(error)


def sheet_words(state: SheetState) -> tuple[str, str]:
    """Return how a sheet stands, and the status of the badge."""
    return {
        SheetState.OPEN: (_("待录入"), "none"),
        SheetState.DIFFERS: (_("待核对"), "over"),
        SheetState.CONFIRMED: (_("已确认"), "pass"),
    }[state]


def keyed_words(state: SheetState) -> str:
    """Return what came of a keying."""
    return {
        SheetState.OPEN: _("已录第一遍，等另一人录第二遍。"),
        SheetState.DIFFERS: _("两遍不一致，已列入待核对。"),
        SheetState.CONFIRMED: _("两遍一致，已确认。"),
    }[state]
