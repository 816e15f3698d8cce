"""Tables as entries: which sheet holds questions, where they begin, which rows belong together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.contract import (
    Asset,
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
)
from learning.question_bank.formats.sheets import vocabulary
from learning.question_bank.formats.sheets.guessing import guess_headings, shown_columns
from learning.question_bank.formats.sheets.headings import Headings, find_headings, read_headings
from learning.question_bank.formats.sheets.rows import Row, read_row
from learning.question_bank.formats.sheets.tables import Table
from learning.question_bank.rules import ItemKind

MAX_ROWS = 200_000
EXAMPLES = "示例"
HELP = "填写说明"
_SILENT = re.compile(
    rf"{EXAMPLES}|{HELP}|.*说明.*|.*帮助.*|help|readme|instructions|字典|选项", re.IGNORECASE
)
_LOOKED_AT = 30
_EVERY = 500


def read_tables(
    name: str, tables: Sequence[Table], progress: Progress, assets: tuple[Asset, ...] = ()
) -> Parsed:
    """Read every question of every table; raises Unreadable when there is none."""
    total = sum(len(table.rows) for table in tables)
    if total > MAX_ROWS:
        raise Unreadable("too_large", f"表格超过 {MAX_ROWS} 行，请分成几个文件导入。")
    entries: list[Entry] = []
    problems: list[SourceProblem] = []
    for table in tables:
        headings = _headings_of(table, problems)
        if headings is not None:
            problems += _strangers(table, headings)
            for entry in _entries(table, headings, len(entries)):
                entries.append(entry)
                if len(entries) % _EVERY == 0:
                    progress(min(len(entries), total), total)
            problems += _left_pictures(table)
    if not entries:
        raise Unreadable("unreadable", _nothing(problems))
    progress(total, total)
    return Parsed(name, tuple(entries), tuple(problems), assets)


def _headings_of(table: Table, problems: list[SourceProblem]) -> Headings | None:
    """Return what the columns of a table are, None for one that holds no questions."""
    if not table.rows or _SILENT.fullmatch(table.name.strip()):
        return None
    found = find_headings(islice(sorted(table.rows.items()), _LOOKED_AT))
    if found is None and (found := guess_headings(table)):
        message = f"没有表头，按内容认出了各列：{shown_columns(found)}。请核对。"
        problems.append(SourceProblem(table.name or "表格", "headings_guessed", message))
    if found is None:
        message = "没有找到表头（至少要有“题干”和“答案”两列），这张表没有导入。"
        problems.append(SourceProblem(table.name or "表格", "no_headings", message))
    return found


def _nothing(problems: list[SourceProblem]) -> str:
    if problems:
        return "没有找到表头：至少要有“题干”和“答案”两列。可以下载模板，照着填写。"
    return "表格里没有题目。"


def _strangers(table: Table, headings: Headings) -> Iterator[SourceProblem]:
    """Name the columns that hold something and are not read."""
    unread = dict(headings.strangers)
    if "tags" in headings.columns:
        unread[headings.columns["tags"]] = "标签"
    for column, heading in unread.items():
        if any(column in cells for row, cells in table.rows.items() if row > headings.row):
            message = f"“{heading}”这一列没有对应的内容，没有导入。"
            where = table.address((headings.row, column))
            yield SourceProblem(where, "not_representable", message, is_loss=True)


def _left_pictures(table: Table) -> Iterator[SourceProblem]:
    """Name the pictures that stand beside no question."""
    for place in sorted(table.pictures):
        message = "这里的图片不在任何题目的行里，没有带入。"
        yield SourceProblem(table.address(place), "picture", message, is_loss=True)


@dataclass(slots=True)
class _Found:
    """A question being gathered: a row, or a case with the rows of its sub-items."""

    where: str
    draft: ItemDraft
    problems: list[SourceProblem]


def _entries(table: Table, headings: Headings, before: int) -> Iterator[Entry]:
    kind = vocabulary.kind_of(table.name)
    case: _Found | None = None
    number = before
    for row_number in sorted(row for row in table.rows if row > headings.row):
        again = _headings_again(table, row_number, headings)
        section = _section(table, row_number)
        if again or section or not _is_used(table, row_number, headings):
            headings, kind = again or headings, section or kind
            continue
        row = Row(table, headings, row_number)
        is_part = vocabulary.without_part_mark(row.get("kind"))[1]
        found = _Found(table.row_address(row_number), read_row(row, kind), row.problems)
        if is_part and case:
            _add_part(case, found)
            continue
        if case:
            number += 1
            yield _entry(number, case)
        case = found if found.draft.kind == ItemKind.CASE.value else None
        if case is None:
            number += 1
            yield _entry(number, found)
    if case:
        yield _entry(number + 1, case)


def _entry(number: int, found: _Found) -> Entry:
    return Entry(number, found.where, found.draft, tuple(found.problems))


def _add_part(case: _Found, found: _Found) -> None:
    part = replace(
        found.draft,
        weight=found.draft.weight or found.draft.points,
        code="",
        level="",
        difficulty="",
        area="",
        pool="",
        tracks=None,
        excludes=(),
        source="",
    )
    case.draft = replace(case.draft, parts=(*case.draft.parts, part))
    case.problems += found.problems


def _headings_again(table: Table, row: int, headings: Headings) -> Headings | None:
    """Tell whether a row repeats the headings, as long tables and joined ones do."""
    cells = table.rows[row]
    column = headings.columns["stem"]
    if len(cells) < 2 or len(cells.get(column, "")) > 10:
        return None
    found = read_headings(row, cells)
    is_sure = "answer" in found.columns and not found.strangers
    return found if found.is_table and is_sure else None


def _section(table: Table, row: int) -> str:
    """Return the kind that a row with a single cell announces: 一、单项选择题（每题 2 分）."""
    cells = table.rows[row]
    if len(cells) != 1:
        return ""
    text = next(iter(cells.values()))
    return vocabulary.kind_of(text) if len(text) < 60 and _is_title(text) else ""


def _is_title(text: str) -> bool:
    return bool(
        re.match(
            r"\s*(?:第?[一二三四五六七八九十\d]{1,3}|[(（][一二三四五六七八九十\d]{1,3}[)）])", text
        )
    ) or (text.rstrip().endswith("题"))


def _is_used(table: Table, row: int, headings: Headings) -> bool:
    """Tell whether a row says anything of a question: not its number alone."""
    columns = headings.columns
    used = {columns.get(name) for name in ("stem", "answer", "options", "explanation")}
    used |= set(headings.options.values())
    return any(column in used for column in table.rows[row])
