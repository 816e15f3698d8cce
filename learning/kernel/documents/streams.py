"""Writes .xlsx files while they are read: the first bytes leave before the last row is known.

For long lists that go straight to a browser. The same promises as `workbooks`: text stays text,
numbers of more than 15 digits too, and memory does not grow with the rows.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from learning.kernel.documents.workbooks import MAX_CELL_CHARS, Column, Value, clean, is_exact

PART = 256 * 1024  # bytes of XML put together before they are packed
FAST = 1  # zlib's level: a third of the time of the default, a tenth more bytes
EPOCH = (2026, 1, 1, 0, 0, 0)  # a fixed date: the same list is the same file
MOMENT = "%Y-%m-%d %H:%M:%S"
REMEMBERED = 8192  # texts: the cells of a long list say much the same
MAX_ROWS = 1_048_575  # below the head; Excel opens no more

_DELICATE = re.compile(r"[&<>\x00-\x1f\ufffe\uffff\ud800-\udfff]|^\s|\s$")  # not as it is

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
)
_BOOK = f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
# Formats of cells: 0 general, 1 text, 2 the bold head.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
    '</font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf fontId="1" '
    'applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
    'builtinId="0"/></cellStyles></styleSheet>'
)


class _Pipe:
    """A file that cannot be sought: what is written waits until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def stream_workbook(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    sheet_name: str = "Sheet1",
    notes: Sequence[str] = (),
    notes_name: str = "Notes",
    timezone: str = "Asia/Shanghai",
) -> Iterator[bytes]:
    """Yield an .xlsx of one header row and the rows, at most 1,048,575 of them.

    As `write_workbook`, but the notes, a second sheet, must be known beforehand.
    """
    pipe = _Pipe()
    names = [sheet_name, *([notes_name] if notes else [])]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:  # type: ignore[call-overload] # it only writes
        for path, text in _frame(names):
            archive.writestr(_entry(path), text)
        if notes:
            page = [Column("", 80)]
            sheet = "".join(_sheet(page, ([line] for line in notes), timezone, has_head=False))
            archive.writestr(_entry("xl/worksheets/sheet2.xml"), sheet)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as target:
            for part in _joined(_sheet(columns, rows, timezone, has_head=True)):
                target.write(part)
                yield pipe.take()
    yield pipe.take()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _joined(pieces: Iterable[str]) -> Iterator[bytes]:
    """Yield pieces in parts of some size."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PART:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _sheet(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]], timezone: str, *, has_head: bool
) -> Iterator[str]:
    zone = ZoneInfo(timezone)
    starts = [f'<c r="{_letters(n)}' for n in range(len(columns))]
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1" '
        f'style="{int(column.is_text)}"/>'
        for n, column in enumerate(columns, start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        f"{pane if has_head else ''}</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
    )
    number = 0
    if has_head:
        number = 1
        cells = "".join(
            f'{start}1" s="2" t="inlineStr"><is>{_shown(column.title)}</is></c>'
            for start, column in zip(starts, columns, strict=True)
        )
        yield f'<row r="1">{cells}</row>'
    styles = [f'" s="{int(column.is_text)}" ' for column in columns]
    for number, row in enumerate(rows, start=number + 1):  # noqa: B020 - goes on from the head
        cells = "".join(
            [
                f'{start}{number}{style}t="inlineStr"><is>{_shown(value)}</is></c>'
                if isinstance(value, str)
                else f"{start}{number}{style}{_content(value, zone)}</c>"
                for start, value, style in zip(starts, row, styles, strict=True)
                if value != "" and value is not None
            ]
        )
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _content(value: Value, zone: ZoneInfo) -> str:
    """Return the end of a cell's tag and what stands in it."""
    if isinstance(value, bool):
        return f't="b"><v>{int(value)}</v>'
    if isinstance(value, int | float | Decimal) and is_exact(value):
        return f"><v>{value}</v>"
    text = value.astimezone(zone).strftime(MOMENT) if isinstance(value, datetime) else str(value)
    return f't="inlineStr"><is>{_shown(text)}</is>'


@lru_cache(maxsize=REMEMBERED)
def _shown(value: str) -> str:
    """Return a text as it stands in a cell."""
    if len(value) <= MAX_CELL_CHARS and not _DELICATE.search(value):
        return f"<t>{value}</t>"
    return f'<t xml:space="preserve">{escape(clean(value), quote=False)}</t>'


def _letters(number: int) -> str:
    """Return a column's letters, 0 for A."""
    letters = ""
    number += 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the small parts that say what the large ones are."""
    numbered = list(enumerate(names, start=1))
    parts = {"workbook": "sheet.main", "styles": "styles"}
    parts |= {f"worksheets/sheet{n}": "worksheet" for n, _name in numbered}
    kinds = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in parts.items()
    )
    yield "[Content_Types].xml", f"{_TYPES}{kinds}</Types>"
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    sheets = "".join(
        f'<sheet name="{escape(clean(name)[:31])}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in numbered
    )
    yield "xl/workbook.xml", f"{_BOOK}<sheets>{sheets}</sheets></workbook>"
    linked = [("worksheet", f"worksheets/sheet{n}.xml") for n, _name in numbered]
    yield "xl/_rels/workbook.xml.rels", _relations([*linked, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
