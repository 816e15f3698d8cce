"""The grid in words: what a cell says, with its shape, and the filter of an address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from learning.compliance.queries.asked import AskedOf, AskedScheme
from learning.compliance.queries.grid import COUNT_CAP, GridFilter, GridRow
from learning.compliance.rules.grid import Cell, CellState, Lacks
from learning.compliance.words import _
from learning.web.forms import refuse_repeated
from learning.web.templating import in_language

MAX_TEXT = 100
DAYS = (30, 60, 90, 180)
STATUS = {
    CellState.VALID: "pass",
    CellState.EXPIRING: "due",
    CellState.EXPIRED: "over",
    CellState.OVERDUE: "over",
    CellState.ENDED: "over",
    CellState.SUSPENDED: "over",
    CellState.UNCHECKED: "due",
    CellState.COMING: "info",
    CellState.MISSING: "over",
    CellState.EXEMPT: "frozen",
    CellState.NOT_ASKED: "none",
}


_PAST = (
    CellState.EXPIRED,
    CellState.OVERDUE,
    CellState.ENDED,
    CellState.SUSPENDED,
    CellState.UNCHECKED,
)


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell as printed; `status` is a data-s of the theme, "" for a mere dot."""

    text: str
    status: str
    date: str


def cell_view(cell: Cell, zone: ZoneInfo) -> CellView:
    """Return what a cell says: the state in a word, and the day that goes with it."""
    status = STATUS[cell.state]
    if cell.state in _PAST and not cell.is_required:
        status = "none"  # nobody asks it any more
    if cell.state is CellState.NOT_ASKED:
        return CellView(_("不要求"), "", "")
    return CellView(cell_text(cell), status, cell_date(cell, zone))


def cell_text(cell: Cell) -> str:
    """Return the state of a cell in a word."""
    if cell.state is CellState.EXPIRING:
        return _("还有 %(n)s 天", n=cell.days_left)
    return {
        CellState.VALID: _("有效"),
        CellState.EXPIRED: _("已过期"),
        CellState.OVERDUE: _("复审逾期"),
        CellState.ENDED: _("已失效"),
        CellState.SUSPENDED: _("暂停中"),
        CellState.UNCHECKED: _("待核对"),
        CellState.COMING: _("未生效"),
        CellState.MISSING: _("未持"),
        CellState.EXEMPT: _("免"),
        CellState.NOT_ASKED: "",
    }[cell.state]


def cell_date(cell: Cell, zone: ZoneInfo) -> str:
    """Return the day a cell speaks of, in the zone; "" for none."""
    if cell.state is CellState.VALID and cell.until is None:
        return _("长期")
    return "" if cell.until is None else cell.until.astimezone(zone).date().isoformat()


def cell_writer(zone: ZoneInfo) -> Callable[[Cell], str]:
    """Return what writes a cell of the file: its word and its day, "" for what is not asked.

    Words are looked up once, not once a cell: a file has hundreds of thousands.
    """
    words = {
        state: _("将到期") if state is CellState.EXPIRING else cell_text(Cell(state))
        for state in CellState
    }

    def write(cell: Cell) -> str:
        if cell.state is CellState.NOT_ASKED:
            return ""
        if cell.until is None:
            day = _("长期") if cell.state is CellState.VALID else ""
        else:
            day = cell.until.astimezone(zone).date().isoformat()
        return f"{words[cell.state]} {day}" if day else words[cell.state]

    return write


def asked_rows(asked: AskedOf, zone: str) -> list[tuple[AskedScheme, str, CellView]]:
    """Return what is asked of a person, with the title in the reader's language and the cell."""
    local = ZoneInfo(zone)
    return [
        (one, in_language(one.title, one.title_en), cell_view(one.cell, local))
        for one in asked.schemes
    ]


def row_state(row: GridRow) -> str:
    """Return how a row is marked at its edge: something missing, something ending, or nothing."""
    if row.gaps:
        return "over"
    return "due" if any(cell.state is CellState.EXPIRING for cell in row.cells) else ""


def lacks_choices() -> list[tuple[str, str]]:
    """Return the states to look for in cells, with their words."""
    return [
        (Lacks.ANY.value, _("全部")),
        (Lacks.MISSING.value, _("应持未持")),
        (Lacks.EXPIRING.value, _("将到期")),
        (Lacks.EXPIRED.value, _("已过期、复审逾期或失效")),
        (Lacks.HELD.value, _("持有")),
        (Lacks.NOT_HELD.value, _("未持有")),
    ]


def grid_filter(given: Any) -> GridFilter:
    """Return what an address or a form looks for; what is no criterion is left open."""
    refuse_repeated(given)
    raw_lacks, raw_days = given.get("lacks", ""), given.get("days", "")
    return GridFilter(
        unit=given.get("unit", "")[:MAX_TEXT],
        post=given.get("post", "")[:MAX_TEXT],
        scheme=given.get("scheme", "")[:MAX_TEXT],
        lacks=Lacks(raw_lacks) if raw_lacks in {one.value for one in Lacks} else Lacks.ANY,
        days=int(raw_days) if raw_days in {str(days) for days in DAYS} else GridFilter().days,
        search=given.get("q", "").replace("\0", "").strip()[:MAX_TEXT],
    )


def kept_of(wanted: GridFilter) -> dict[str, str]:
    """Return a filter as what a form or an address carries, without what is open."""
    given = {
        "unit": wanted.unit,
        "post": wanted.post,
        "scheme": wanted.scheme,
        "lacks": wanted.lacks.value,
        "days": "" if wanted.days == GridFilter().days else str(wanted.days),
        "q": wanted.search,
    }
    return {name: value for name, value in given.items() if value}


def count_words(count: int) -> str:
    """Return how many people fit, or that there are more than are counted."""
    if count > COUNT_CAP:
        return _("超过 %(n)s 人", n=f"{COUNT_CAP:,}")
    return _("共 %(n)s 人", n=f"{count:,}")


def scheme_title(scheme: Any, locale: str) -> str:
    """Return a scheme's title in the reader's language, Chinese where there is no English."""
    return str(scheme.title_en if locale == "en" and scheme.title_en else scheme.title)
