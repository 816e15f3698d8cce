"""The pictures that lie on a sheet, by the row at which they begin.

Excel and WPS let a picture float over the cells; its upper left corner says which question it
belongs to. WPS also keeps pictures inside a cell, as the formula DISPIMG, found by their name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake import Package, parse_xml
from learning.question_bank.formats.sheets.strings import local_name

_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
_IN_CELLS = "xl/cellimages.xml"
_NAMED = re.compile(r"DISPIMG\(\s*\"?([\w-]{1,80})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture at a cell, row and column from 1; `path` is its file in the package."""

    row: int
    column: int
    path: str


def pictures_on(package: Package, sheet: str) -> tuple[Placed, ...]:
    """Return the pictures that lie on a sheet, from the top; a damaged drawing has none."""
    found: list[Placed] = []
    for kind, path in relations(package, sheet).values():
        if kind == "drawing" and path in package:
            try:
                found += _placed(package, path)
            except Unreadable:
                continue
    return tuple(sorted(found, key=lambda placed: (placed.row, placed.column)))


def pictures_in_cells(package: Package) -> dict[str, str]:
    """Return the files of the pictures that WPS keeps in cells, by their names."""
    if _IN_CELLS not in package:
        return {}
    files = relations(package, _IN_CELLS)
    found = {}
    for picture in parse_xml(package.read(_IN_CELLS)):
        names = [e.get("name", "") for e in picture.iter() if local_name(e.tag) == "cNvPr"]
        path = _blip(picture, files)
        if names and path:
            found[names[0]] = path
    return found


def picture_name(formula: str) -> str:
    """Return the name that a DISPIMG formula shows, "" for any other formula."""
    found = _NAMED.search(formula)
    return found[1] if found else ""


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to inside the package: id to the kind's last word and the path."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels"
    if path not in package:
        return {}
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            _joined(folder, each.get("Target", "")),
        )
        for each in parse_xml(package.read(path))
        if each.get("TargetMode") != "External"
    }


def _placed(package: Package, path: str) -> Iterator[Placed]:
    files = relations(package, path)
    for anchor in parse_xml(package.read(path)):
        start = next((each for each in anchor if local_name(each.tag) == "from"), None)
        file = _blip(anchor, files)
        if start is not None and file:
            places = {local_name(each.tag): each.text or "" for each in start}
            yield Placed(_number(places.get("row")) + 1, _number(places.get("col")) + 1, file)


def _blip(element: Element, files: dict[str, tuple[str, str]]) -> str:
    for each in element.iter():
        if local_name(each.tag) == "blip":
            identity = each.get(f"{_RELATIONS}embed") or each.get(f"{_STRICT}embed") or ""
            kind, path = files.get(identity, ("", ""))
            if kind == "image":
                return path
    return ""


def _joined(folder: str, target: str) -> str:
    """Follow a target from a folder; what leads out of the package leads nowhere."""
    if target.startswith("/"):
        return target.removeprefix("/")
    parts = folder.split("/")
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in {"", "."}:
            parts.append(step)
    return "/".join(parts)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 0
