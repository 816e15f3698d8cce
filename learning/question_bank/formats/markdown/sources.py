"""What an upload holds: an item file, or a zip of item files with the pictures that they show.

Such a zip is a folder as authors keep it: item files, and beside them `assets/` with pictures. A
picture of the package becomes one of the import; one that is not there is named where it is shown.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from learning.kernel.content import numbered_lines
from learning.question_bank.formats.contract import SourceProblem, Unreadable, Upload
from learning.question_bank.formats.gathering import Album
from learning.question_bank.formats.intake import (
    MAX_TEXT_BYTES,
    Package,
    decode,
    open_package,
)
from learning.question_bank.formats.intake.sizes import MEGABYTE

ZIP = b"PK\x03\x04"
PICTURES = "assets/"
Source = tuple[Package, str]
"""An opened zip and the folder in it from which a file's paths count."""
_DIRECTORY = 1_000_000  # bytes at the end of a zip, where its names stand
_HEADING = re.compile(rb"^##[ \t]+[a-z0-9]+(?:-[a-z0-9]+)*[ \t]+\S", re.MULTILINE)
_SHOWN = re.compile(r"(?P<before>!\[[^\[\]\n]{0,500}\]\(\s?<?)(?P<path>assets/[^()\s<>]{1,200})")
_LOOKED_AT = 200_000
_SURE, _LIKELY = 95, 90


@dataclass(frozen=True, slots=True)
class Text:
    """An item file: its name in the package ("" for a file alone), and what stands in it."""

    name: str
    text: str
    problems: Mapping[int, tuple[SourceProblem, ...]]
    """What is wrong with its pictures, by line."""


def certainty(upload: Upload) -> int:
    """Be sure of a text with a heading like `## re-03-001 单选 · …`, and a zip of such."""
    content = upload.content
    if content.startswith(ZIP):
        names = content[-_DIRECTORY:]
        is_other = b"imsmanifest.xml" in names or b"[Content_Types].xml" in names
        return 0 if is_other or b".md" not in names else _LIKELY
    return _SURE if _is_item_file(content) else 0


def list_texts(upload: Upload, album: Album) -> list[Text]:
    """Return the item files of an upload; their pictures are in the album afterwards.

    Raises Unreadable where there is nothing to be read, `too_large` beyond 32 MB of text.
    """
    if not upload.content.startswith(ZIP):
        return [_with_pictures("", decode(upload.content), None, album)]
    package = open_package(upload.content)
    files = list(_item_files(package))
    if not files:
        raise Unreadable(
            "unreadable", "压缩包里没有试题文件（.md，试题以“## 题号 题型 · …”开头）。"
        )
    return [
        _with_pictures(
            name if len(files) > 1 else "",
            decode(content),
            (package, posixpath.dirname(name)),
            album,
        )
        for name, content in files
    ]


def _item_files(package: Package) -> Iterator[tuple[str, bytes]]:
    size = 0
    for name in package.names:
        content = package.read(name) if name.lower().endswith(".md") else b""
        size += len(content)
        if size > MAX_TEXT_BYTES:
            message = f"试题文件解开后超过 {MAX_TEXT_BYTES // MEGABYTE} MB，请分成几个压缩包导入。"
            raise Unreadable("too_large", message)
        if _is_item_file(content):
            yield name, content


def _is_item_file(content: bytes) -> bool:
    head = content[:_LOOKED_AT]
    found = _HEADING.search(head)
    return found is not None and "·".encode() in head[found.start() :]


def _with_pictures(name: str, text: str, source: Source | None, album: Album) -> Text:
    """Let a text refer to the pictures of the import; lines stay where they are."""
    if PICTURES not in text:
        return Text(name, text, {})
    lines: list[str] = []
    problems: dict[int, tuple[SourceProblem, ...]] = {}
    for line in numbered_lines(text):
        changed, missing = line.text, list[str]()
        if PICTURES in line.text and not line.is_code:
            changed, missing = _line(line.text, source, album)
        lines.append(changed)
        if missing:
            where = f"第 {line.number} 行"
            problems[line.number] = tuple(_left(where, path, source) for path in missing)
    return Text(name, "\n".join(lines), problems)


def _line(text: str, source: Source | None, album: Album) -> tuple[str, list[str]]:
    """Return a line that shows the import's pictures, and the paths that lead to none."""
    missing: list[str] = []

    def shown(found: re.Match[str]) -> str:
        address = _address(found["path"], source, album)
        if address is None:
            missing.append(found["path"])
        return found[0] if address is None else found["before"] + address

    return _SHOWN.sub(shown, text[:_LOOKED_AT]) + text[_LOOKED_AT:], missing


def _address(path: str, source: Source | None, album: Album) -> str | None:
    """Return how texts refer to a picture of the package, None where there is no such picture."""
    if source is None:
        return None
    package, folder = source
    place = posixpath.normpath(posixpath.join(folder, unquote(path)))
    shown = album.add(place, package.read(place), "") if place in package else None
    return None if shown is None else shown[len("![](") : -1]


def _left(where: str, path: str, source: Source | None) -> SourceProblem:
    place = "这个文件里" if source is None else "这个压缩包里，或不是图片"
    message = f"图片“{path[:60]}”不在{place}，没有带入，请在试题里重新插入。"
    return SourceProblem(where, "picture", message)
