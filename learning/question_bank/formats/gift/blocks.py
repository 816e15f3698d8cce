r"""A GIFT file cut into questions, its escapes set aside so that what is left is structure.

Escaped signs (`\~ \= \# \{ \} \: \n \\`) become characters that no text holds, until `unescaped`
turns them into what they mean. Questions are parted by blank lines; a blank line inside braces
parts them only if the braces never close.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_QUESTION = 100_000
NEW_LINE = "\ufdd7"
_SIGNS = "~=#{}:"
_ASIDE = {f"\\{sign}": chr(0xFDD0 + n) for n, sign in enumerate(_SIGNS)}
_ASIDE |= {"\\n": NEW_LINE, "\\\\": "\ufdd8"}
_BACK = {aside: "\n" if source == "\\n" else source[1] for source, aside in _ASIDE.items()}
_ESCAPED = re.compile(r"\\[~=#{}:n\\]")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_SET_ASIDE = re.compile("[\ufdd0-\ufdd8]")
_NEXT_BRACE = re.compile(r"(?<!\\)[{}]")
_MARK = re.compile(r"\[(id|tag):([^\]\n]{1,200})\]")
_KEPT = "// [draft] "
_CATEGORY = re.compile(r"\s*\$CATEGORY\s*:\s*(.*)", re.IGNORECASE)
_ANSWERS = re.compile(r"\s*\{\s*(?:[=~#}]|T\b|F\b|TRUE\b|FALSE\b|\Z)", re.IGNORECASE)
_TO_ESCAPE = re.compile(r"[~=#{}:\\]")
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class Block:
    """One question as it stands, from `line` on; `ids` and `tags` come from the comments above.

    `kept` is the item's own draft in a comment of our exports.
    """

    line: int
    text: str = ""
    category: str = ""
    ids: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    kept: str = ""
    is_too_long: bool = False


def unescaped(text: str) -> str:
    """Turn what was set aside into what it means."""
    return _SET_ASIDE.sub(lambda found: _BACK[found[0]], text)


def escape(text: str) -> str:
    r"""Write a text so that nothing in it is structure; a line end becomes \n."""
    return _TO_ESCAPE.sub(lambda found: "\\" + found[0], text).replace("\n", "\\n")


def kept_line(draft: str) -> str:
    """Write the comment that carries an item's own draft."""
    return _KEPT + draft


def set_aside(text: str) -> str:
    """Set the escapes of a text aside."""
    return _ESCAPED.sub(lambda found: _ASIDE[found[0]], _RESERVED.sub("", text))


def blocks_of(source: str) -> Iterator[Block]:
    """Yield the questions and descriptions of a file, in order; categories with a line of theirs.

    A category without a question of its own is a block without text; so is one question of more
    than 100,000 characters, which `is_too_long`.
    """
    cutter = _Cutter(source)
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        cutter.place += len(line) + 1
        category = _CATEGORY.fullmatch(line[:2000]) if "$" in line else None
        below = lines[number] if number < len(lines) else ""
        if category or cutter.is_end(line, below):
            yield from cutter.cut(number)
        if category:
            cutter.category = category[1].strip()
            yield Block(number, category=cutter.category)
        elif line.lstrip().startswith("//"):
            _comment(cutter.block, line)
        elif line or cutter.lines:
            cutter.take(number, line)
    yield from cutter.cut(0)


class _Cutter:
    """The question being gathered; `place` is where the next line begins."""

    def __init__(self, source: str) -> None:
        self.place = 0
        self.category = ""
        self.block = Block(1)
        self.lines: list[str] = []
        self._source = source
        self._open = 0
        self._length = 0
        self._next_brace = -1
        self._closes_next = False
        self._has_closed = False

    def take(self, number: int, line: str) -> None:
        """Add a line; a question that grows too long keeps none of them."""
        if not self.lines:
            if not line.strip():
                return
            self.block.line = number
        self._length += len(line) + 1
        if self._length > MAX_QUESTION:
            self.block.is_too_long = True
            self.lines = ["…"]
            self._open = 0
            return
        text = set_aside(line)
        self._open += text.count("{") - text.count("}")
        self._has_closed = self._has_closed or "}" in text
        self.lines.append(text)

    def is_end(self, line: str, below: str) -> bool:
        """Tell whether a line ends the question above it; `below` is the line that follows."""
        if not self.lines:
            return False
        if not line.strip():
            return not (self._open > 0 and self._will_close())
        return self._begins(line, below)

    def _begins(self, line: str, below: str) -> bool:
        """Tell whether a line begins a new question without a blank line above it.

        A question has one pair of braces: with it closed, a line with braces is the next one's.
        """
        if line.startswith("::") and self.lines[-1].rstrip().endswith("}"):
            return True
        if not self._has_closed or self._open > 0:
            return False
        here = _ANSWERS.search(set_aside(line[:MAX_QUESTION]))
        return bool(here and here.start()) or bool(_ANSWERS.match(set_aside(below[:2000])))

    def cut(self, number: int) -> Iterator[Block]:
        """Yield what was gathered, if anything, and begin anew."""
        if not self.lines:
            return
        self.block.text = "" if self.block.is_too_long else "\n".join(self.lines).strip()
        self.block.category = self.category
        yield self.block
        self.block, self.lines = Block(number), []
        self._open = self._length = 0
        self._has_closed = False

    def _will_close(self) -> bool:
        """Tell whether the next brace closes; looked up once for all lines before it."""
        if self._next_brace < self.place:
            found = _NEXT_BRACE.search(self._source, self.place)
            self._next_brace = found.start() if found else len(self._source) + 1
            self._closes_next = bool(found) and self._source[self._next_brace] == "}"
        return self._closes_next


def _comment(block: Block, line: str) -> None:
    if line.startswith(_KEPT):
        block.kept = line.removeprefix(_KEPT).strip()
    for name, value in _MARK.findall(line[:2000]):
        (block.ids if name == "id" else block.tags).append(value.strip())


def category_name(path: str) -> str:
    """Return the last part of a category's path, "" for the ones that Moodle makes by itself."""
    parts = [part.strip().replace("\0", "/") for part in path.replace("//", "\0").split("/")]
    parts = [part for part in parts if part and part.strip("$") not in {"course", "system", "top"}]
    if not parts or parts[-1].startswith(("Default for ", "$")):
        return ""
    return _SPACE.sub(" ", unescaped(parts[-1]))[:120]
