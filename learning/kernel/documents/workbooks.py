"""Writes .xlsx files that are safe to open: text stays text, whatever it begins with.

Rows are written as they come (constant memory), so that a list of 100,000 rows costs no more than
one of ten.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import xlsxwriter

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL_CHARS = 32_767  # Excel's own bound
EXACT_DIGITS = 15  # Excel keeps no more digits of a number

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Value = str | int | Decimal | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, width in characters, and whether Excel must keep it as text.

    `is_text` formats the empty cells below too, so that what people type there (a staff number
    0012) is not made a number.
    """

    title: str
    width: int = 14
    is_text: bool = False


def write_workbook(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    sheet_name: str = "Sheet1",
    notes: Sequence[str] = (),
    notes_name: str = "Notes",
    timezone: str = "Asia/Shanghai",
) -> bytes:
    """Return an .xlsx with one header row; `notes` make a second sheet, a line each.

    Numbers of more than 15 digits become text, since Excel would round them; instants are written
    as text in the given zone.
    """
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # A fixed creation date: the same list is the same file.
    workbook.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - Excel has no zones
    bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet(sheet_name[:31])
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width, text if column.is_text else None)
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.write_string(0, number, clean(column.title), bold)
    zone = ZoneInfo(timezone)
    for row_number, row in enumerate(rows, start=1):
        for number, value in enumerate(row):
            _write(sheet, (row_number, number), value, zone)
    if notes:
        page = workbook.add_worksheet(notes_name[:31])
        page.set_column(0, 0, 80)
        for row_number, line in enumerate(notes):
            page.write_string(row_number, 0, clean(line))
    workbook.close()
    return target.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], value: Value, zone: ZoneInfo
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, int | float | Decimal) and is_exact(value):
        sheet.write_number(*place, value)
    elif isinstance(value, datetime):
        sheet.write_string(*place, value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"))
    else:
        sheet.write_string(*place, clean(str(value)))


def is_exact(value: float | Decimal) -> bool:
    """Tell whether Excel keeps all digits of a number."""
    number = Decimal(str(value))
    return number.is_finite() and len(number.as_tuple().digits) <= EXACT_DIGITS


def clean(value: str) -> str:
    """Return a text without what no cell can hold, cut to what one does."""
    return _UNPRINTABLE.sub("", value)[:MAX_CELL_CHARS]
