"""What a cell of a list means as a day, however it was typed or kept by Excel. Pure."""

import re
from datetime import date, datetime, timedelta

from learning.kernel.documents import cell_text
from learning.kernel.documents.sheets import CellValue
from learning.organisations.rules.names import fold_width

_EXCEL_FIRST = date(1899, 12, 30)  # day 0 of Excel's serial numbers
_SERIALS = range(18_264, 109_574)  # 1950 to 2199
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?\d{1,2}:\d{2}(?::\d{2})?)?")
NO_DAY = frozenset({"-", "--", "/", "—", "无", "none"})  # what lists write for no day
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day_of(value: CellValue) -> date | None:
    """Return the day that a cell means, None when nobody can tell."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) and int(value) in _SERIALS:
        return _EXCEL_FIRST + timedelta(days=int(value))
    text = fold_width(cell_text(value))
    found = _DAY.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
