"""An .xlsx file as tables of text: only what is in cells, nothing computed, nothing fetched.

calamine is not used here: it lays a sheet out as a rectangle and copies a shared string into every
cell, so that two cells can cost gigabytes, and it does not tell a formula or a percentage from a
number. This takes cells one by one as they come.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.gathering import Album
from learning.question_bank.formats.intake import Package, feed_xml, open_package, parse_xml
from learning.question_bank.formats.sheets.drawings import (
    Placed,
    picture_name,
    pictures_in_cells,
    pictures_on,
    relations,
)
from learning.question_bank.formats.sheets.formats import (
    date_text,
    number_text,
    percent_text,
    read_styles,
)
from learning.question_bank.formats.sheets.strings import (
    BOUNDS,
    RichText,
    local_name,
    plain,
    read_strings,
)
from learning.question_bank.formats.sheets.tables import MAX_CELL, Note, Place, Table

MAX_SHEETS = 100
MAX_PICTURES = 2_000
MAX_FORMULA = 200
MAX_CELLS = 4_000_000
MAX_CHARACTERS = 60_000_000
_BOOK = "xl/workbook.xml"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def read_workbook(content: bytes, album: Album) -> list[Table]:
    """Read all sheets that are not hidden, in order, pictures into `album`; raises Unreadable."""
    package = open_package(content)
    if _BOOK not in package:
        raise Unreadable("unreadable", "这不是 .xlsx 表格。")
    book = _Book(
        read_strings(package.read(_STRINGS)) if _STRINGS in package else [],
        read_styles(package.read(_STYLES)) if _STYLES in package else {},
    )
    tables = []
    for name, path in _sheets(package):
        book.table = Table(name)
        book.shown = {}
        feed_xml(package.read(path), book, BOUNDS)
        _illustrate(book, package, path, album)
        tables.append(book.table)
    return tables


def _illustrate(book: "_Book", package: Package, sheet: str, album: Album) -> None:
    """Put every picture at its cell, or at that of the nearest row above that holds something."""
    named = pictures_in_cells(package) if book.shown else {}
    placed = [
        Placed(row, column, named.get(name, "")) for (row, column), name in book.shown.items()
    ]
    placed += pictures_on(package, sheet)
    rows = sorted(book.table.rows)
    for picture in placed[:MAX_PICTURES]:
        above = bisect_right(rows, picture.row)
        place = (rows[above - 1] if above else picture.row, picture.column)
        found = picture.path in package and package.read(picture.path)
        shown = album.add(picture.path, found, "") if found else None
        if shown is None:
            message = "这里的图片不是 PNG、JPEG、GIF 或 WebP，没有带入。"
            book.table.notes[place] = Note("picture", message)
            book.table.rows.setdefault(place[0], {}).setdefault(place[1], "")
            continue
        book.table.pictures.setdefault(place, []).append(shown)
        book.table.rows.setdefault(place[0], {}).setdefault(place[1], "")
    if len(placed) > MAX_PICTURES:
        raise Unreadable("too_large", f"图片超过 {MAX_PICTURES} 张，请分成几个文件导入。")


def _sheets(package: Package) -> list[tuple[str, str]]:
    parts = relations(package, _BOOK).items()
    paths = {identity: path for identity, (kind, path) in parts if kind == "worksheet"}
    found = []
    for element in parse_xml(package.read(_BOOK)).iter():
        if local_name(element.tag) == "sheet" and element.get("state", "visible") == "visible":
            path = paths.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "", "")
            if path in package:
                found.append((element.get("name", "")[:31], path))
    if len(found) > MAX_SHEETS:
        raise Unreadable("too_large", f"工作表超过 {MAX_SHEETS} 张，请分成几个文件导入。")
    return found


@dataclass(slots=True)
class _Book:
    """Hears of a sheet's XML and fills the table."""

    strings: list[str]
    styles: dict[str, str]
    table: Table = field(default_factory=lambda: Table(""))
    shown: dict[Place, str] = field(default_factory=dict)
    _formula: str = ""
    _cells: int = 0
    _characters: int = 0
    _row: int = 0
    _column: int = 0
    _type: str = ""
    _style: str = ""
    _is_cell: bool = False
    _is_formula: bool = False
    _is_in_formula: bool = False
    _is_value: bool = False
    _value: list[str] = field(default_factory=list)
    _text: RichText = field(default_factory=RichText)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell, or what is in one."""
        name = local_name(tag)
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._is_value = True
        elif name == "f":
            self._is_formula = self._is_in_formula = True
        elif name == "sheetData":
            self._row = 0
        elif name == "row":
            raw = attributes.get("r", "")
            self._row = int(raw) if raw.isdecimal() and len(raw) < 9 else self._row + 1
            self._column = 0
        elif self._is_cell:
            self._text.start(name, attributes)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise Unreadable("too_large", "表格的单元格太多，请分成几个文件导入。")
        self._column += 1
        found = _ADDRESS.fullmatch(attributes.get("r", ""))
        if found:
            self._column, self._row = _column(found[1]), int(found[2])
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._is_cell, self._is_formula = True, False
        self._formula = ""
        self._value.clear()
        if self._type == "inlineStr":
            self._text.clear()

    def data(self, text: str) -> None:
        """Take text inside a value."""
        if self._is_value:
            if len(self._value) <= MAX_CELL:
                self._value.append(text)
        elif self._is_in_formula:
            if len(self._formula) < MAX_FORMULA:
                self._formula += text[:MAX_FORMULA]
        elif self._is_cell and self._type == "inlineStr":
            self._text.data(text)

    def end(self, tag: str) -> None:
        """End a cell, or what is in one."""
        name = local_name(tag)
        if name == "v":
            self._is_value = False
        elif name == "f":
            self._is_in_formula = False
        elif name == "c":
            self._is_cell = False
            self._end_cell()
        elif self._is_cell:
            self._text.end(name)

    def close(self) -> None:
        """Nothing is left to do."""

    def _end_cell(self) -> None:
        text, note = self._meaning("".join(self._value))
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise Unreadable("too_large", "表格的内容太多，请分成几个文件导入。")
        if len(text) > MAX_CELL:
            note = Note("too_large", f"单元格的文字超过 {MAX_CELL} 字，未予读取。")
            text = text[:100]
        picture = picture_name(self._formula) if self._is_formula else ""
        if picture:
            self.shown[self._row, self._column] = picture
            return
        if self._is_formula:
            note = _formula_note(text)
        if text:
            self.table.rows.setdefault(self._row, {})[self._column] = text
        if note:
            self.table.notes[self._row, self._column] = note

    def _meaning(self, raw: str) -> tuple[str, Note | None]:
        match self._type:
            case "s" | "inlineStr" | "str":
                return self._string(raw), None
            case "b":
                return {"1": "TRUE", "0": "FALSE"}.get(raw, raw), None
            case "e":
                return "", Note("cell_error", f"单元格是错误值“{raw[:20]}”，请改正后再导入。")
            case "d":
                return raw[:40], _date_note(raw[:40])
            case _:
                return self._number(raw)

    def _string(self, raw: str) -> str:
        if self._type == "inlineStr":
            return plain(self._text.text()).strip()
        if self._type == "str":
            return plain(raw).strip()
        place = int(raw) if raw.isdecimal() and len(raw) < 9 else len(self.strings)
        return self.strings[place] if place < len(self.strings) else ""

    def _number(self, raw: str) -> tuple[str, Note | None]:
        try:
            kind = self.styles.get(self._style, "")
            if not raw or kind == "date":
                shown = date_text(raw) if raw else ""
                return shown, _date_note(shown) if raw else None
            return (percent_text(raw) if kind == "percent" else number_text(raw)), None
        except (ValueError, OverflowError, ArithmeticError):
            return plain(raw).strip(), None


def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _date_note(shown: str) -> Note:
    message = (
        f"表格把这一格当成了日期（{shown or '日期'}），原来写的可能是“3-2”一类。"
        "请把单元格设为文本，重新填写。"
    )
    return Note("date_cell", message)


def _formula_note(text: str) -> Note:
    if text:
        return Note("formula_cell", f"单元格是公式，只导入了它的结果“{text[:40]}”。", is_loss=True)
    return Note("formula_cell", "单元格是公式，文件里没有它的结果，请粘贴为数值再导入。")
