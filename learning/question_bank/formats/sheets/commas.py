"""CSV in and out: any usual separator and encoding in; UTF-8 with a mark, for Excel, out."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from learning.question_bank.formats.contract import (
    Asset,
    Carried,
    Parsed,
    Progress,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.intake import decode, decode_start
from learning.question_bank.formats.sheets.headings import Headings, find_headings
from learning.question_bank.formats.sheets.reading import read_tables
from learning.question_bank.formats.sheets.tables import MAX_CELL, Note, Table
from learning.question_bank.formats.sheets.writing import lines_of, why_not
from learning.question_bank.rules import Item

NAME = "csv"
_SEPARATORS = (",", "\t", ";", "，", "|")
_START = 60_000
_LOOKED_AT = 30
MAX_LINES = 1_000_000
MAX_COLUMNS = 2_000
_SURE = 85
# A program that opens the file would run these; a quote before them makes them text.
_LIVE = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")


class CsvImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a text whose first rows hold headings that belong to questions."""
        if upload.content.startswith((b"PK", b"<", b"{")):
            return 0
        found = _headings(decode_start(upload.content))
        return _SURE if found else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all questions; raises Unreadable."""
        text = decode(upload.content)
        return read_tables(NAME, [_table(text)], progress)


class CsvExporter:
    """The way out: the same rows as the workbook's."""

    NAME = NAME
    SUFFIX = ".csv"
    MEDIA_TYPE = "text/csv"

    def why_not(self, item: Item) -> str:
        """Every kind can be carried; a text that would be read as something else cannot."""
        return why_not(item)

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write the table; pictures stay references."""
        del title, assets
        lines, left_out = lines_of(items)
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerows([_inert(text) for text in line] for line in lines)
        return Carried(stream.getvalue().encode("utf-8-sig"), tuple(left_out))


def _inert(text: str) -> str:
    return f"'{text}" if _LIVE.match(text) else text


def _headings(text: str) -> tuple[str, Headings] | None:
    """Find the separator with which the first rows hold headings, the most of them."""
    start = text[:_START]
    best: tuple[int, str, Headings] | None = None
    for separator in _SEPARATORS:
        try:
            found = find_headings(islice(_rows(start, separator), _LOOKED_AT))
        except csv.Error:
            continue
        if found:
            known = len(found.columns) + len(found.options)
            if best is None or known > best[0]:
                best = (known, separator, found)
    return best and best[1:]


def _rows(text: str, separator: str) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield the rows that hold something; a row without end or with too many cells is refused."""
    for number, cells in enumerate(csv.reader(_lines(text, separator), delimiter=separator), 1):
        filled = {n: cell.strip() for n, cell in enumerate(cells, 1) if cell.strip()}
        if filled:
            yield number, filled


def _lines(text: str, separator: str) -> Iterator[str]:
    """Yield line by line, without a copy of the whole; too many, or too many cells, is an error."""
    start = 0
    for _ in range(MAX_LINES):
        end = text.find("\n", start) + 1 or len(text)
        if text.count(separator, start, end) > MAX_COLUMNS:
            raise csv.Error("field limit")
        yield text[start:end]
        start = end
        if start >= len(text):
            return
    raise csv.Error("field limit")


def _table(text: str) -> Table:
    found = _headings(text)
    table = Table("")
    try:
        for row, cells in _rows(text, found[0] if found else ","):
            table.rows[row] = {
                column: cell[1:] if _QUOTED.match(cell) else cell for column, cell in cells.items()
            }
            for column, cell in cells.items():
                _note(table, row, column, cell)
    except csv.Error as error:
        is_long = "field limit" in str(error)
        message = "行列太多、有一格太长，或引号没有成对。请在表格软件里打开，另存为 CSV 再导入。"
        raise Unreadable("too_large" if is_long else "unreadable", message) from None
    return table


def _note(table: Table, row: int, column: int, cell: str) -> None:
    if len(cell) > MAX_CELL:
        table.notes[row, column] = Note("too_large", f"单元格的文字超过 {MAX_CELL} 字，未予读取。")
        table.rows[row][column] = cell[:100]
    elif cell.startswith("="):
        message = "单元格以“=”开头，只当作文字导入，没有计算。"
        table.notes[row, column] = Note("formula_cell", message, is_loss=True)
