"""Pictures beside item files: found in `assets/`, judged by what they are, put into the texts.

Texts of a bank's files say `![什么](assets/x.png)`; what is loaded says `/media/<sha256>.png`, the
address it is kept under. So a picture that changes makes a new version of the items that show it.
Reads files of the one folder alone, each once; writes nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from learning.kernel.content import Line, ProblemList, Section
from learning.kernel.pictures import picture_type
from learning.kernel.svg import check_svg
from learning.question_bank.rules import Picture

FOLDER = "assets/"
MAX_BYTES = 5_000_000
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
_NAME = re.compile(r"\w[\w.-]{0,99}")
_SHOWN = re.compile(
    r"(?P<head>!\[(?P<alt>(?:[^\[\]\\]|\\.){0,500})\]\(\s*)"
    r"(?:<(?P<quoted>[^<>\n]{1,500})>|(?P<plain>[^\s()<>]{1,500}))"
)
_KEPT = re.compile(r"/media/[0-9a-f]{64}\.[a-z]{3,4}")

Report = Callable[[int, str, str], None]
"""Takes a line, a code and a message."""


@dataclass(slots=True)
class PictureFolder:
    """The pictures of one bank: `shown` are those that its texts show, by name."""

    folder: Path
    shown: dict[str, Picture] = field(default_factory=dict)
    _faults: dict[str, tuple[str, str]] = field(default_factory=dict)

    def addressed(self, section: Section, report: Report, remark: Report) -> Section:
        """Return a section whose texts show its pictures by their addresses; report what cannot.

        Code is left alone, and the picture that cannot be shown.
        """
        lines = (
            line if line.is_code or "](" not in line.text else self._line(line, report, remark)
            for line in section.lines
        )
        return replace(section, lines=tuple(lines))

    def list_unused(self) -> list[Path]:
        """Return the pictures that no text shows, in order of name."""
        there = sorted((self.folder / FOLDER).glob("*"))
        known = self.shown.keys() | self._faults.keys()
        return [p for p in there if p.suffix.lower() in TYPES and p.name not in known]

    def _line(self, line: Line, report: Report, remark: Report) -> Line:
        def mended(found: re.Match[str]) -> str:
            source = found["quoted"] or found["plain"]
            if not found["alt"].strip():
                remark(line.number, "picture_alt", "图没有替代文字：![图里是什么](assets/…)")
            if _KEPT.fullmatch(source):
                return found[0]
            picture, code, message = self._find(source)
            if picture is None:
                report(line.number, code, message)
                return found[0]
            return f"{found['head']}{picture.address}"

        return replace(line, text=_SHOWN.sub(mended, line.text))

    def _find(self, source: str) -> tuple[Picture | None, str, str]:
        """Return a picture by what a text calls it, or why there is none."""
        name = unquote(source.removeprefix(FOLDER))
        if not source.startswith(FOLDER) or not _NAME.fullmatch(name):
            message = f"图只能取自题库的 assets/，写成 assets/文件名，现为“{source[:60]}”"
            return None, "picture_src", message
        if name not in self.shown and name not in self._faults:
            found = _read(self.folder / FOLDER / name)
            if isinstance(found, Picture):
                self.shown[name] = found
            else:
                self._faults[name] = found
        return self.shown.get(name), *self._faults.get(name, ("", ""))


def _read(path: Path) -> Picture | tuple[str, str]:
    """Read a picture, or say with a code and in words why it is none."""
    name, media_type = path.name, TYPES.get(path.suffix.lower())
    if media_type is None:
        return "picture_type", f"{name}：图片应是 PNG、JPEG、GIF、WebP 或 SVG"
    # A link might lead anywhere on the machine that syncs.
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        return "picture_missing", f"assets/ 里没有 {name}"
    if path.stat().st_size > MAX_BYTES:
        return "picture_size", f"{name} 大于 {MAX_BYTES // 1_000_000} MB"
    content = path.read_bytes()
    if media_type == "image/svg+xml":
        problems = ProblemList()
        check_svg(content, problems.at(name))
        for problem in problems:
            return "picture_type", f"{name} 第 {problem.line} 行：{problem.message}"
    elif picture_type(content) != media_type:
        return "picture_type", f"{name} 的内容不是 {path.suffix[1:].upper()} 图片，或尺寸过大"
    return Picture(media_type, content)
