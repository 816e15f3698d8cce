"""Reads the first visible sheet of an .xlsx: values as typed, with what Excel did to them noted.

Cells are counted in the XML before the parser runs, since the parser lays a sheet out densely: two
cells at opposite corners would take gigabytes. Entities are refused: no part may carry a DOCTYPE.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import puremagic
import python_calamine

from learning.kernel.documents.archive import BadDocument, Limits, unpack

CellValue = str | float | int | bool | date | datetime | time | timedelta
Position = tuple[int, int]

# No pattern crosses a "<": a file of a million unclosed tags must not cost a million scans.
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^<>]*)?>(?!</)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^<>]*?:id\s*=\s*["']([^"']+)["']""")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_ID = re.compile(rb"""\sId\s*=\s*["']([^"']+)["']""")
_TARGET = re.compile(rb"""\sTarget\s*=\s*["']([^"']+)["']""")
_MAX_WHOLE = 2**53  # above it a float no longer holds every whole number


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells. Rows and columns count from 0 here, from 1 and A for people.

    An empty cell is "". A vertically merged value stands in each row it covers; `banners` are rows
    whose one value lies in cells merged across columns (titles, section lines). `formulas` and
    `errors` are the positions of cells that hold a formula or an Excel error such as #N/A.
    """

    name: str
    rows: tuple[tuple[CellValue, ...], ...]
    formulas: frozenset[Position]
    errors: frozenset[Position]
    banners: frozenset[int]


def cell_address(row: int, column: int) -> str:
    """Return how people name a cell: (6, 2) → C7."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def cell_text(value: CellValue) -> str:
    """Return a cell's value as text; whole numbers without the `.0` that the file format adds."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _MAX_WHOLE:
        return str(int(value))
    return str(value)


def read_sheet(source: Path | bytes, *, limits: Limits | None = None) -> Sheet:
    """Read the first visible sheet of an .xlsx file or of its bytes.

    Raises BadDocument: `document_empty`, `document_old_excel` (.xls), `document_not_xlsx`,
    `document_damaged`, `document_encrypted`, `document_too_large`, `document_no_sheet`.
    """
    limits = limits or Limits()
    raw = source if isinstance(source, bytes) else _read_bounded(source, limits)
    _check_kind(raw)
    parts = unpack(raw, limits)
    if "xl/workbook.xml" not in parts:
        raise BadDocument("document_not_xlsx")
    marks = {name: _scan(content, limits) for name, content in parts.items()}
    sheet, number = _open(raw)
    formulas, errors = marks.get(_part_of_sheet(parts, number), (frozenset(), frozenset()))
    rows = [list(row) for row in _values(sheet)]
    if len(rows) > limits.rows or (rows and len(rows) * len(rows[0]) > limits.cells):
        raise BadDocument("document_too_large", limit=limits.rows)
    banners = _fill_merged(rows, sheet.merged_cell_ranges or [], limits)
    return Sheet(
        name=sheet.name,
        rows=tuple(tuple(row) for row in rows),
        formulas=formulas,
        errors=errors,
        banners=banners,
    )


def _read_bounded(path: Path, limits: Limits) -> bytes:
    with path.open("rb") as file:
        return file.read(limits.file_bytes + 1)


def _check_kind(raw: bytes) -> None:
    """Look at the bytes, never at the file's name or the sender's word."""
    if not raw:
        raise BadDocument("document_empty")
    try:
        kinds = {match.extension for match in puremagic.magic_string(raw)}
    except puremagic.PureError:
        kinds = set()
    if kinds & {".xls", ".doc"} and ".xlsx" not in kinds:
        raise BadDocument("document_old_excel")
    if ".xlsx" not in kinds:
        raise BadDocument("document_not_xlsx")


def _scan(content: bytes, limits: Limits) -> tuple[frozenset[Position], frozenset[Position]]:
    """Bound a part's cells; return the positions of its formulas and of its error values.

    Every part is scanned, whatever its name: relations may call any part a sheet.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadDocument("document_damaged")
    has_formulas = _FORMULA.search(content) is not None
    formulas, errors = set(), set()
    height = width = count = 0
    for row, column, match in _filled_cells(content):
        height, width, count = max(height, row + 1), max(width, column + 1), count + 1
        if height > limits.rows or width > limits.columns or count > limits.cells:
            raise BadDocument("document_too_large", limit=limits.rows)
        if has_formulas and _FORMULA.match(content, match.end()):
            formulas.add((row, column))
        if _IS_ERROR.search(match.group(1) or b""):
            errors.add((row, column))
    if height * width > limits.cells:
        raise BadDocument("document_too_large", limit=limits.cells)
    return frozenset(formulas), frozenset(errors)


def _filled_cells(content: bytes) -> Iterator[tuple[int, int, re.Match[bytes]]]:
    """Yield row, column and match of each cell with content; styled empty cells cost nothing."""
    for match in _CELL.finditer(content):
        attributes = match.group(1) or b""
        if attributes.endswith(b"/"):
            continue
        place = _PLACE.search(attributes)
        if place:
            column = 0
            for letter in place.group(1):
                column = column * 26 + letter - ord("A") + 1
            yield int(place.group(2)) - 1, column - 1, match


def _part_of_sheet(parts: dict[str, bytes], number: int) -> str:
    """Return the name of the part that holds the sheet so many places from the first, or ""."""
    sheets = _SHEET.findall(parts["xl/workbook.xml"])
    relations = parts.get("xl/_rels/workbook.xml.rels", b"")
    for relation in _RELATION.findall(relations):
        identity, target = _ID.search(relation), _TARGET.search(relation)
        if identity and target and number < len(sheets) and identity.group(1) == sheets[number]:
            name = target.group(1).decode("utf-8", "replace")
            return name[1:] if name.startswith("/") else f"xl/{name}"
    return ""


def _open(raw: bytes) -> tuple[python_calamine.CalamineSheet, int]:
    """Return the first visible worksheet and its number."""
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(raw))
        for number, entry in enumerate(workbook.sheets_metadata):
            if (
                entry.visible == python_calamine.SheetVisibleEnum.Visible
                and entry.typ == python_calamine.SheetTypeEnum.WorkSheet
            ):
                return workbook.get_sheet_by_index(number), number
    except BaseException as error:
        raise _as_bad_document(error) from error
    raise BadDocument("document_no_sheet")


def _values(sheet: python_calamine.CalamineSheet) -> list[list[CellValue]]:
    try:
        return sheet.to_python(skip_empty_area=False)
    except BaseException as error:
        raise _as_bad_document(error) from error


def _as_bad_document(error: BaseException) -> BaseException:
    """Return what to raise: a panic of the parser is no Exception, yet only the file's fault."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return BadDocument("document_damaged")
    return error


def _fill_merged(
    rows: list[list[CellValue]], merged: list[tuple[Position, Position]], limits: Limits
) -> frozenset[int]:
    """Repeat values merged downwards in each row they cover; return the rows that are banners."""
    banners = set()
    budget = limits.cells  # ranges may overlap: a stranger's file must not fill for hours
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if left < right:
            if value != "" and all(v == "" for i, v in enumerate(rows[top]) if i != left):
                banners.add(top)
            continue
        covered = rows[top + 1 : bottom + 1]
        budget -= len(covered)
        if budget < 0:
            raise BadDocument("document_too_large", limit=limits.cells)
        for row in covered:
            row[left] = value
    return frozenset(banners)
