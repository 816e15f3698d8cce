"""Reading content files: TOML and Markdown with line numbers, problems collected, never thrown.

It knows files, lines and tables of settings; it must not know items or lessons. Whoever reads
content makes one `ProblemList`, hands `problems.at(path)` down, and goes on after every problem,
so that an author sees all of them at once.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from learning.kernel.errors import Invalid, Problem

MAX_BYTES = 2_000_000
_TOML_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")


class ProblemList:
    """Problems in order of discovery, over any number of files."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def at(self, path: Path | str) -> "FileProblems":
        """Give the collector for one file, named as the person named it."""
        return FileProblems(self, path.as_posix() if isinstance(path, Path) else path)

    def add(self, problem: Problem) -> None:
        """Add one problem."""
        self._problems.append(problem)

    def raise_if_any(self) -> None:
        """Raise Invalid with everything collected, if there is anything."""
        if self._problems:
            raise Invalid(self._problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems)

    def __len__(self) -> int:
        return len(self._problems)


@dataclass(frozen=True, slots=True)
class FileProblems:
    """Collects the problems of one file into the list it came from."""

    collected: ProblemList
    path: str

    def add(self, line: int | None, place: str, code: str, message: str) -> None:
        """Add a problem at a line (from 1) and a place (a key, an item code, or "")."""
        self.collected.add(Problem(self.path, line, place, code, message))


def read_text(path: Path, problems: FileProblems) -> str | None:
    """Read a UTF-8 file of at most 2 MB with plain line ends; None after a problem."""
    try:
        raw = path.read_bytes()
    except OSError:
        problems.add(None, "", "unreadable", "文件不存在或无法读取")
        return None
    return decode_text(raw, problems)


def decode_text(raw: bytes, problems: FileProblems) -> str | None:
    """Decode a file's UTF-8 of at most 2 MB and make its line ends plain; None after a problem."""
    if len(raw) > MAX_BYTES:
        problems.add(None, "", "too_large", f"文件大于 {MAX_BYTES // 1_000_000} MB")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(line, "", "encoding", "文件不是 UTF-8 编码")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(slots=True)
class TomlTable:
    """One TOML table being read: every getter reports what is wrong and gives a usable default.

    Call `refuse_unknown` last: a misspelt key must not pass as a default.
    """

    data: Mapping[str, Any]
    problems: FileProblems
    source: str = ""
    first_line: int = 1
    place: str = ""
    _asked: set[str] = field(default_factory=set)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Read a text; without a default it must be there and not empty."""
        value = self._get(key, str, is_required=default is None)
        if value is None:
            return default or ""
        if default is None and not value.strip():
            self.report(key, "empty", f"{key} 不能为空")
        return str(value).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; absent is empty."""
        value = self._get(key, list) or []
        if not all(isinstance(each, str) and each.strip() for each in value):
            self.report(key, "type", f"{key} 应为文字的列表")
            return ()
        return tuple(each.strip() for each in value)

    def lines(self, key: str) -> tuple[str, ...]:
        """Read a list of texts of which some may be blank: each has its place; absent is empty."""
        value = self._get(key, list) or []
        if not all(isinstance(each, str) for each in value):
            self.report(key, "type", f"{key} 应为文字的列表")
            return ()
        return tuple(each.strip() for each in value)

    def whole(self, key: str, *, default: int | None = None) -> int:
        """Read a whole number; without a default it must be there."""
        value = self._get(key, int, is_required=default is None)
        return value if value is not None else default or 0

    def decimal(self, key: str, *, default: Decimal | None = None) -> Decimal:
        """Read an exact number; without a default it must be there."""
        value = self._get(key, (Decimal, int), is_required=default is None)
        return Decimal(value) if value is not None else default or Decimal(0)

    def flag(self, key: str) -> bool:
        """Read true or false; absent is false."""
        return bool(self._get(key, bool))

    def one_of(self, key: str, allowed: Mapping[str, Any], *, default: str | None = None) -> Any:
        """Read a word of a fixed vocabulary and return what it stands for; None after a problem."""
        word = self.text(key, default=default)
        if word in allowed:
            return allowed[word]
        if word:
            choices = "、".join(allowed)
            self.report(key, "unknown_value", f"{key} 应为 {choices} 之一，现为“{word}”")
        return None

    def tables(self, key: str) -> list["TomlTable"]:
        """Read a list of tables; absent is empty."""
        value = self._get(key, list) or []
        if not all(isinstance(each, dict) for each in value):
            self.report(key, "type", f"{key} 应为表的列表")
            return []
        return [
            TomlTable(each, self.problems, self.source, self.first_line, f"{key}[{number}]")
            for number, each in enumerate(value, 1)
        ]

    def refuse_unknown(self) -> None:
        """Report every key that no getter asked for."""
        for key in self.data:
            if key not in self._asked:
                self.report(key, "unknown_key", f"不认识 {key}")

    def report(self, key: str, code: str, message: str) -> None:
        """Report a problem at the line where the key is written, as far as that can be told."""
        place = f"{self.place}.{key}" if self.place else key
        self.problems.add(self._line_of(key), place, code, message)

    def _get(
        self, key: str, kinds: type | tuple[type, ...], *, is_required: bool = False
    ) -> Any | None:
        self._asked.add(key)
        value = self.data.get(key)
        if value is None:
            if is_required:
                self.report(key, "missing", f"缺少 {key}")
            return None
        is_flag = isinstance(value, bool)
        if not isinstance(value, kinds) or is_flag != (kinds is bool):
            self.report(key, "type", f"{key} 的类型不对")
            return None
        return value

    def _line_of(self, key: str) -> int | None:
        # Inside a list of tables the same key stands many times: better no line than a wrong one.
        if self.place or not self.source:
            return None
        found = re.search(rf"^\s*(?:\[+)?\"?{re.escape(key)}\b", self.source, re.MULTILINE)
        return self.first_line + self.source.count("\n", 0, found.end()) if found else None


def parse_toml(text: str, problems: FileProblems, *, first_line: int = 1) -> TomlTable | None:
    """Parse TOML with exact decimals; `first_line` is where the text starts in its file."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ArithmeticError) as error:
        message = str(error)
        found = _TOML_LINE.search(message)
        line = None
        if found:
            line = first_line + int(found.group(1) or text.count("\n") + 1) - 1
        problems.add(line, "", "toml", f"TOML 语法错误：{_TOML_LINE.sub('', message)}")
        return None
    return TomlTable(data, problems, text, first_line)


def read_toml(path: Path, problems: FileProblems) -> TomlTable | None:
    """Read a TOML file; None after a problem."""
    text = read_text(path, problems)
    return None if text is None else parse_toml(text, problems)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A Markdown file's head between two lines `+++`, and the body; both know their first line."""

    toml: str
    toml_line: int
    body: str
    body_line: int


def split_front_matter(text: str, problems: FileProblems) -> FrontMatter | None:
    """Split a file that starts with `+++`; None after a problem."""
    lines = text.split("\n")
    if lines[0].rstrip() != "+++":
        problems.add(1, "", "front_matter", "文件应以 +++ 开头的信息块起始")
        return None
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "+++"), None)
    if end is None:
        problems.add(1, "", "front_matter", "信息块没有以 +++ 结束")
        return None
    return FrontMatter("\n".join(lines[1:end]), 2, "\n".join(lines[end + 1 :]), end + 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `is_code` inside a fence, fences included."""

    number: int
    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (`level` 0 before the first one) and the lines up to the next."""

    line: int
    level: int
    title: str
    lines: tuple[Line, ...]


def numbered_lines(text: str, *, first_line: int = 1) -> list[Line]:
    """Number the lines of a Markdown text and mark those inside fences."""
    lines: list[Line] = []
    fence = ""
    for number, line in enumerate(text.split("\n"), first_line):
        found = _FENCE.match(line)
        lines.append(Line(number, line.rstrip(), is_code=bool(fence or found)))
        if not fence:
            fence = found.group(1) if found else ""
        elif found and found.group(1).startswith(fence) and not line.strip(" `~"):
            fence = ""
    return lines


def split_sections(text: str, *, deepest: int = 2, first_line: int = 1) -> list[Section]:
    """Split a Markdown text at its headings down to level `deepest`; fences hide headings.

    The first section has level 0 and may be empty.
    """
    head = (first_line, 0, "")
    collected: list[Line] = []
    sections: list[Section] = []
    for line in numbered_lines(text, first_line=first_line):
        found = None if line.is_code else _HEADING.match(line.text)
        if found and len(found.group(1)) <= deepest:
            sections.append(Section(*head, tuple(collected)))
            head = (line.number, len(found.group(1)), found.group(2))
            collected = []
        else:
            collected.append(line)
    return [*sections, Section(*head, tuple(collected))]
