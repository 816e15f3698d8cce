"""Workbooks in and out. What is written are texts: no cell is ever a formula or a link."""

import io
from collections.abc import Sequence

import xlsxwriter

from learning.question_bank.formats.contract import Asset, Carried, Parsed, Progress, Upload
from learning.question_bank.formats.gathering import Album
from learning.question_bank.formats.sheets.reading import read_tables
from learning.question_bank.formats.sheets.workbook import read_workbook
from learning.question_bank.formats.sheets.writing import Line, lines_of, why_not
from learning.question_bank.rules import Item

NAME = "xlsx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "题目"
TEXTS_ONLY = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS = {0: 8, 1: 50}
_SURE = 95


class XlsxImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a zip that holds a workbook."""
        content = upload.content
        return _SURE if content.startswith(b"PK") and b"xl/workbook.xml" in content else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all questions of all visible sheets; raises Unreadable."""
        progress(0, 0)
        album = Album()
        tables = read_workbook(upload.content, album)
        return read_tables(NAME, tables, progress, album.assets)


class XlsxExporter:
    """The way out: one sheet, a row an item, the sub-items of a case below it."""

    NAME = NAME
    SUFFIX = ".xlsx"
    MEDIA_TYPE = MEDIA_TYPE

    def why_not(self, item: Item) -> str:
        """Every kind can be carried; a text that would be read as something else cannot."""
        return why_not(item)

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write the workbook; pictures stay references."""
        del assets
        lines, left_out = lines_of(items)
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, TEXTS_ONLY) as book:
            book.set_properties({"title": title})
            write_lines(book, SHEET, lines)
        return Carried(stream.getvalue(), tuple(left_out))


def write_lines(book: xlsxwriter.Workbook, name: str, lines: Sequence[Line]) -> None:
    """Write rows of text as a sheet whose first row stays in sight."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "num_format": "@"})
    plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.freeze_panes(1, 0)
    for row, line in enumerate(lines):
        for column, text in enumerate(line):
            if text or not row:
                sheet.write_string(row, column, text, plain if row else bold)
    for column, heading in enumerate(lines[0]):
        width = _WIDTHS.get(column, 40 if heading in {"解析", "答案"} else 12)
        sheet.set_column(column, column, width, plain)
