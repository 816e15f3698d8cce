r"""A GIFT file cut into questions, its escapes set aside so that what is left is structure.

Escaped signs (`\~ \= \# \{ \} \: \n \\`) become characters that no text holds, until `unescaped`
turns them into what they mean. Questions are parted by blank lines; a blank line inside braces
parts them only if the braces never close.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_LOOK_AHEAD = 20_000
NEW_LINE = "\ufdd7"
_SIGNS = "~=#{}:"
_ASIDE = {f"\\{sign}": chr(0xFDD0 + n) for n, sign in enumerate(_SIGNS)}
_ASIDE |= {"\\n": NEW_LINE, "\\\\": "\ufdd8"}
_BACK = {aside: "\n" if source == "\\n" else source[1] for source, aside in _ASIDE.items()}
_ESCAPED = re.compile(r"\\[~=#{}:n\\]")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_SET_ASIDE = re.compile("[\ufdd0-\ufdd8]")
_MARK = re.compile(r"\[(id|tag):([^\]\n]{1,200})\]")
_KEPT = "// [draft] "
_CATEGORY = re.compile(r"\s*\$CATEGORY\s*:\s*(.*)", re.IGNORECASE)
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

    A category without a question of its own is a block without text.
    """
    block = Block(1)
    lines: list[str] = []
    category = ""
    start = 0
    for number, line in enumerate(source.split("\n"), 1):
        end = start + len(line) + 1
        found = _CATEGORY.fullmatch(line)
        is_inside = bool(lines) and _is_open("\n".join(lines), source, end)
        if found or (not line.strip() and not is_inside) or _begins(line, lines):
            yield from _ended(block, lines, category)
            if lines or found:
                block, lines = Block(number), []
        if found:
            category = found[1].strip()
            yield Block(number, category=category)
        elif line.lstrip().startswith("//"):
            _comment(block, line)
        elif line.strip() or lines:
            block.line = block.line if lines else number
            lines.append(set_aside(line))
        start = end
    yield from _ended(block, lines, category)


def _ended(block: Block, lines: list[str], category: str) -> Iterator[Block]:
    if lines:
        block.text, block.category = "\n".join(lines).strip(), category
        yield block


def _begins(line: str, lines: list[str]) -> bool:
    """Tell whether a line begins a new question without a blank line above it."""
    return bool(lines) and line.startswith("::") and lines[-1].rstrip().endswith("}")


def _is_open(text: str, source: str, end: int) -> bool:
    """Tell whether braces are open that will be closed before others open."""
    if text.count("{") <= text.count("}"):
        return False
    ahead = set_aside(source[end : end + MAX_LOOK_AHEAD])
    closing, opening = ahead.find("}"), ahead.find("{")
    return closing >= 0 and (opening < 0 or closing < opening)


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
