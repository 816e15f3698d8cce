"""Reads a table of keyed answer sheets: one row a sheet, which column is what, each cell as text.

It parses only: what a text means on a form is the rules' matter. Cells that Excel turned into
dates, numbers or truth values come back as they were typed; formulas and errors are refused.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from learning.attempts.rules.batch import canonical
from learning.exams.rules.keying import DATE, FORM, TOTAL
from learning.exams.rules.sheets import MAX_SHEET_ROWS
from learning.kernel.documents import (
    BadDocument,
    Limits,
    Sheet,
    cell_address,
    cell_text,
    read_sheet,
)
from learning.kernel.documents.sheets import CellValue
from learning.kernel.errors import Problem
from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake.text import decode

CANDIDATE = "candidate"
HEADER_ROWS = 20
MAX_COLUMNS = 400
MAX_CELL = 12_000
MAX_PACKED = 400_000
LIMITS = Limits(
    file_bytes=4 * 1024 * 1024,
    unpacked_bytes=24 * 1024 * 1024,
    rows=MAX_SHEET_ROWS + HEADER_ROWS,
    columns=MAX_COLUMNS,
    cells=400_000,
)
_SYNONYMS = {
    CANDIDATE: "准考证号 准考证 考生 考号 工号 ticket ticketno candidate staffno",
    FORM: "试卷代码 卷号 试卷号 试卷 代码 form formcode",
    DATE: "日期 作答日期 考试日期 date",
    TOTAL: "总分 得分 total points",
}
_HEADERS = {word: place for place, words in _SYNONYMS.items() for word in words.split()}
_ITEM = re.compile(r"第?([1-9][0-9]{0,3})(?:[.\-－]([1-9][0-9]?))?题?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: how people name it, and its text."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row of the table, numbered as people count; `cells` by place."""

    number: int
    candidate: Cell
    cells: Mapping[str, Cell]

    @property
    def texts(self) -> dict[str, str]:
        """Return the texts by place."""
        return {place: cell.text for place, cell in self.cells.items()}


@dataclass(slots=True)
class ParsedKeyings:
    """The rows of a table and everything wrong so far; a problem's place is its cell."""

    rows: list[KeyedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_table(raw: bytes) -> Sheet:
    """Read an .xlsx or a .csv by its bytes. Raises BadDocument."""
    if not raw:
        raise BadDocument("document_empty")
    if raw[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        return read_sheet(raw, limits=LIMITS)
    if len(raw) > LIMITS.file_bytes:
        raise BadDocument("document_too_large", limit=LIMITS.rows)
    try:
        text = decode(raw)
        rows = _rows_of(text)
    except (Unreadable, csv.Error) as error:
        raise BadDocument("document_damaged") from error
    return Sheet("", rows, frozenset(), frozenset(), frozenset())


def _rows_of(text: str) -> tuple[tuple[CellValue, ...], ...]:
    separator = (
        "\t" if text.partition("\n")[0].count("\t") > text.partition("\n")[0].count(",") else ","
    )
    rows: list[tuple[CellValue, ...]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        if len(rows) >= LIMITS.rows or len(row) > LIMITS.columns:
            raise BadDocument("document_too_large", limit=LIMITS.rows)
        rows.append(tuple(row))
    return tuple(rows)


def parse_keyings(sheet: Sheet) -> ParsedKeyings:
    """Return the rows of a table. Raises BadDocument("keying_no_header" | "keying_empty").

    Problem codes: `column_twice`, `formula`, `cell_error`, `cell_long`.
    """
    header, places, doubles = _find_header(sheet)
    parsed = ParsedKeyings()
    parsed.problems += [
        _problem(cell_address(header, column), "column_twice") for column in doubles
    ]
    for number in range(header + 1, len(sheet.rows)):
        row = sheet.rows[number]
        cells = {
            place: Cell(cell_address(number, column), _text(row, column))
            for place, column in places.items()
        }
        if not any(cell.text for cell in cells.values()):
            continue
        parsed.problems += _faults(sheet, number, places, cells)
        candidate = cells.pop(CANDIDATE)
        parsed.rows.append(KeyedRow(number + 1, candidate, cells))
    if not parsed.rows:
        raise BadDocument("keying_empty")
    if len(parsed.rows) > MAX_SHEET_ROWS:
        raise BadDocument("document_too_large", limit=MAX_SHEET_ROWS)
    return parsed


def _find_header(sheet: Sheet) -> tuple[int, dict[str, int], list[int]]:
    """Return the header's row, the column of each place, and columns that repeat one."""
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        places: dict[str, int] = {}
        doubles = []
        for column, value in enumerate(row):
            place = _place_of(cell_text(value))
            if place in places:
                doubles.append(column)
            elif place:
                places[place] = column
        if CANDIDATE in places and FORM in places:
            return number, places, doubles
    raise BadDocument("keying_no_header")


def _place_of(text: str) -> str:
    word = "".join(text.split()).lower()
    found = _ITEM.fullmatch(word)
    if found is None:
        return _HEADERS.get(word, "")
    return found[1] if found[2] is None else f"{found[1]}.{found[2]}"


def _text(row: Sequence[CellValue], column: int) -> str:
    value = row[column] if column < len(row) else ""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return cell_text(value).strip()


def _faults(
    sheet: Sheet, number: int, places: Mapping[str, int], cells: Mapping[str, Cell]
) -> list[Problem]:
    found = []
    for place, column in places.items():
        if (number, column) in sheet.formulas:
            found.append(_problem(cells[place].address, "formula"))
        elif (number, column) in sheet.errors:
            found.append(_problem(cells[place].address, "cell_error"))
        elif len(cells[place].text) > MAX_CELL:
            found.append(_problem(cells[place].address, "cell_long"))
    return found


def pack(rows: Sequence[KeyedRow]) -> str:
    """Return rows as text for a page to bring back. Raises BadDocument above 400,000 characters."""
    places = sorted({place for row in rows for place in row.cells})
    columns = [_column(next(r.cells[p] for r in rows if p in r.cells)) for p in places]
    text = canonical(
        {
            "candidate": _column(rows[0].candidate),
            "places": places,
            "columns": columns,
            "rows": [
                [row.number, row.candidate.text, *(row.texts.get(place, "") for place in places)]
                for row in rows
            ],
        }
    )
    if len(text.encode()) > MAX_PACKED:
        raise BadDocument("document_too_large", limit=MAX_SHEET_ROWS)
    return text


def unpack(text: str) -> list[KeyedRow]:
    """Read what `pack` wrote, as a page brought it back. Raises BadDocument for anything else."""
    try:
        data = json.loads(text)
        column, places = str(data["candidate"]), [str(place) for place in data["places"]]
        columns = [str(each) for each in data["columns"]]
        rows = [
            KeyedRow(
                int(number),
                Cell(f"{column}{int(number)}", str(candidate)),
                {
                    place: Cell(f"{letters}{int(number)}", str(cell))
                    for place, letters, cell in zip(places, columns, cells, strict=True)
                },
            )
            for number, candidate, *cells in data["rows"]
        ]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadDocument("document_damaged") from error
    if not 0 < len(rows) <= MAX_SHEET_ROWS:
        raise BadDocument("document_too_large", limit=MAX_SHEET_ROWS)
    return rows


def _column(cell: Cell) -> str:
    return cell.address.rstrip("0123456789")


def _problem(address: str, code: str) -> Problem:
    return Problem("", None, address, code, code)
