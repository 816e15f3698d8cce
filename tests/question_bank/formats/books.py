"""Workbooks for tests, written by another library than the one that reads them."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from learning.question_bank.formats.contract import Entry, Parsed, Upload
from learning.question_bank.formats.sheets import CsvImporter, XlsxImporter

HEADS = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析"]


def workbook(sheets: dict[str, Sequence[Sequence[Any]]], **options: Any) -> bytes:
    """Write rows of values, each as xlsxwriter takes it (numbers, booleans, dates, "=formula")."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


def quiet(done: int, total: int) -> None:
    """Hear of progress."""


def read_book(content: bytes) -> Parsed:
    return XlsxImporter().parse(Upload("题目.xlsx", content), quiet)


def read_rows(*rows: Sequence[Any], heads: Sequence[str] = HEADS, sheet: str = "题目") -> Parsed:
    return read_book(workbook({sheet: [heads, *rows]}))


def read_csv(text: str, encoding: str = "utf-8") -> Parsed:
    return CsvImporter().parse(Upload("题目.csv", text.encode(encoding)), quiet)


def only(parsed: Parsed) -> Entry:
    (entry,) = parsed.entries
    return entry


def keys(entry: Entry) -> str:
    """Give the letters that are marked, or the answer lines."""
    letters = zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", entry.draft.options, strict=False)
    return "".join(letter for letter, option in letters if option.is_key) or "\n".join(
        entry.draft.answers
    )


def codes(entry: Entry) -> list[str]:
    return [problem.code for problem in entry.problems]
