"""HTML of other systems, and plain text, as our Markdown; what it cannot say is named.

A page of another system may hold anything: this reads tags one after another, without a tree and
without recursion, in time proportional to the text. Nothing is fetched; scripts, frames and forms
never come through. Layout alone (fonts, colours, sizes) goes without a word, for pages pasted from
Word have it in every tag; what carries meaning and is lost is among the losses.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_HTML = 100_000
MAX_OPEN = 20  # markers, and lists in lists: what is nested deeper is laid down flat
Picture = Callable[[str, str], str | None]
"""Takes `src` and `alt` of a picture; returns the Markdown that shows it, or None."""

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:]*+)"
    r"(?P<rest>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z][\w:-]*+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_ACTIVE = re.compile(r"[\s\"'/]on[a-z]{3,30}\s*=|=\s*[\"']?\s*(?:java|vb)script:", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_HIDDEN = re.compile(r"[\u200b\ufeff\u00ad]")
_BLOCKS = frozenset(
    "p div section article header footer address center dl dt dd blockquote fieldset form "
    "figure figcaption h1 h2 h3 h4 h5 h6 tbody thead tfoot caption body html".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_MARKERS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "dfn": "*"}
_MARKERS |= dict.fromkeys(_HEADINGS, "**")
# Dropped with everything in them, and how the loss is called; "" where nothing is lost.
_DROPPED = {
    "script": "脚本",
    "style": "",
    "head": "",
    "title": "",
    "template": "",
    "noscript": "",
    "iframe": "嵌入的网页",
    "object": "嵌入的对象",
    "video": "视频",
    "audio": "音频",
    "svg": "矢量图（SVG）",
    "select": "下拉框",
    "textarea": "输入框",
    "button": "按钮",
    "canvas": "画布",
}
_NAMED = {
    "u": "下划线",
    "ins": "下划线",
    "s": "删除线",
    "del": "删除线",
    "strike": "删除线",
    "input": "输入框",
    "embed": "嵌入的对象",
    "math": "公式（MathML，只留下了文字）",
}
_RAISED = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True)) | {"−": "⁻"}
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True)) | {"−": "₋"}
_TEX_LINE = re.compile(r"\\\(((?:[^\\]|\\[^()]){1,2000}+)\\\)")
_TEX_DISPLAY = re.compile(r"\\\[((?:[^\\]|\\[^\[\]]){1,2000}+)\\\]")
_FORMULA = re.compile(
    r"(\\\((?:[^\\]|\\[^()]){1,2000}+\\\)|\\\[(?:[^\\]|\\[^\[\]]){1,2000}+\\\]"
    r"|\$\$[^$]{1,2000}\$\$)"
)
_LINK = re.compile(r"(?:https?://|mailto:)[^\s()<>]+")

_STARS = re.compile(r"\*(?=\S)|(?<=\S)\*")
_UNDERSCORES = re.compile(r"(?<![\w_])_{1,2}(?=[^\s_])|(?<=[^\s_])_{1,2}(?![\w_])")
_ESCAPED = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!$>|])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_REFERENCE = re.compile(r"\[(?=[^\[\]\n]*\][(\[:])")
_PRICE = re.compile(r"\$(?=\S)|(?<=\S)\$")
_LINE_START = re.compile(r"^([ ]{0,3})(#{1,6} |>|[-+*] |-{3,}$|`{3}|~{3})", re.MULTILINE)


def escape_markdown(text: str) -> str:
    r"""Write plain text so that Markdown shows it as it is; formulas in `\(…\)`, `$$…$$` stay.

    Only what Markdown would understand is escaped: `2*3` stays, `2*3*4` does not.
    """
    pieces = _FORMULA.split(text)
    return "".join(
        _as_formula(piece) if place % 2 else _escaped(piece) for place, piece in enumerate(pieces)
    )


def html_to_markdown(source: str, picture: Picture | None = None) -> tuple[str, tuple[str, ...]]:
    """Turn HTML, of any quality, into Markdown; return it with what was lost, in words.

    `picture` is asked for every image; without it, and where it returns None, the image is a loss.
    What stands beyond 100,000 characters is cut and named. Never raises.
    """
    writer = _Writer(picture or (lambda _src, _alt: None))
    if len(source) > MAX_HTML:
        writer.lose("过长的部分")
    _feed(writer, source[:MAX_HTML])
    return writer.finish(), tuple(writer.losses)


def one_line(text: str) -> str:
    """Bring Markdown into one line, as options and answers have to be."""
    return _SPACES.sub(" ", text).strip()


def _feed(writer: "_Writer", source: str) -> None:
    place = 0
    while place < len(source):
        start = source.find("<", place)
        if start < 0:
            writer.text(source[place:])
            return
        writer.text(source[place:start])
        place = _markup(writer, source, start)


def _markup(writer: "_Writer", source: str, start: int) -> int:
    """Read what begins with "<" and return where it ends; what is no tag is text."""
    if source.startswith(("<!", "<?"), start):
        end = "-->" if source.startswith("<!--", start) else ">"
        stop = source.find(end, start)
        return len(source) if stop < 0 else stop + len(end)
    tag = _TAG.match(source, start)
    if tag is None:
        writer.text("<")
        return start + 1
    name = tag["name"].lower().rpartition(":")[2]
    if tag["close"]:
        writer.close(name)
        return tag.end()
    if name in _DROPPED:
        writer.lose(_DROPPED[name])
        return _after(source, name, tag)
    writer.open(name, tag["rest"])
    return tag.end()


def _after(source: str, name: str, tag: re.Match[str]) -> int:
    """Find the end of an element that is dropped; one that never ends takes all the rest."""
    if tag["rest"].endswith("/"):
        return tag.end()
    closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(source, tag.end())
    return closing.end() if closing else len(source)


def _attributes(rest: str) -> dict[str, str]:
    return {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(rest)
    }


@dataclass(slots=True)
class _List:
    """A list that is open: `number` is that of the next item, None for bullets."""

    number: int | None


@dataclass(slots=True)
class _Table:
    rows: list[list[str]] = field(default_factory=list)


class _Writer:
    """Gathers inline text and lays it down block by block."""

    def __init__(self, picture: Picture) -> None:
        self.losses: dict[str, None] = {}
        self._picture = picture
        self._blocks: list[tuple[str, bool]] = []  # text, and whether it is an item of a list
        self._inline: list[str] = []
        self._markers: list[tuple[str, int]] = []  # tag, and where its text begins in the line
        self._links: list[str] = []
        self._lists: list[_List] = []
        self._bullet = ""
        self._table: _Table | None = None
        self._is_verbatim = False

    def lose(self, what: str) -> None:
        """Note that something was left out."""
        if what:
            self.losses.setdefault(what)

    def text(self, source: str) -> None:
        """Take text as it stands in the source."""
        if not source:
            return
        plain = _HIDDEN.sub("", html.unescape(source))
        self._inline.append(plain if self._is_verbatim else escape_markdown(_collapsed(plain)))

    def open(self, name: str, rest: str) -> None:
        """Begin an element, or put in one that has no content."""
        self.lose(_NAMED.get(name, ""))
        self.lose("脚本" if _ACTIVE.search(rest) else "")
        if name in _BLOCKS or name in {"br", "hr", "pre", "table"}:
            self._flush()
        if name in _MARKERS or name in {"sub", "sup", "code", "a"}:
            self._open_marker(name, rest)
        elif name == "img":
            self._image(_attributes(rest))
        elif name == "pre":
            self._is_verbatim = True
        else:
            self._open_structure(name, rest)

    def _open_marker(self, name: str, rest: str) -> None:
        if len(self._markers) < MAX_OPEN and not self._is_verbatim:
            self._markers.append((name, len(self._inline)))
            if name == "a":
                self._links.append(_attributes(rest).get("href", ""))

    def _open_structure(self, name: str, rest: str) -> None:
        if name in {"ul", "ol"}:
            self._flush()
            self._lists.append(_List(1 if name == "ol" else None))
        elif name == "li":
            self._flush()
            self._bullet = self._next_bullet()
        elif name == "table":
            self.lose("表格里的表格" if self._table else "")
            self._table = self._table or _Table()
        elif name == "tr" and self._table:
            self._flush()
            self._table.rows.append([])
        elif name in {"td", "th"} and self._table:
            self.lose("合并的单元格" if re.search(r"(?:col|row)span\s*=\s*.?[2-9]", rest) else "")
            self._cell()

    def close(self, name: str) -> None:
        """End an element; one that was never begun is ignored."""
        if name in _MARKERS or name in {"sub", "sup", "code", "a"}:
            self._close_marker(name)
        if name == "pre" and self._is_verbatim:
            self._verbatim()
        elif name in _BLOCKS or name in {"li", "tr", "td", "th"}:
            self._flush()
        elif name in {"ul", "ol"}:
            self._flush()
            self._lists[-1:] = []
        elif name == "table" and self._table:
            self._flush()
            rows, self._table = self._table.rows, None
            self._blocks += [(line, False) for line in _table_lines(rows)]

    def finish(self) -> str:
        """Return everything as Markdown."""
        self.close("pre")
        self._flush()
        self.close("table")
        text = ""
        was_item = False
        for block, is_item in self._blocks:
            text += ("\n" if was_item and is_item else "\n\n") + block
            was_item = is_item
        return text.strip()

    def _image(self, attributes: dict[str, str]) -> None:
        source, alt = attributes.get("src", ""), one_line(attributes.get("alt", ""))
        shown = self._picture(source, alt.replace("[", "").replace("]", ""))
        if shown is None:
            what = f"图片“{(alt or source)[:40]}”" if not source.startswith("data:") else "内嵌图片"
            self.lose(what)
            shown = escape_markdown(alt)
        self._inline.append(shown)

    def _close_marker(self, name: str) -> None:
        if any(open_name == name for open_name, _ in self._markers):
            while self._markers:
                innermost, start = self._markers.pop()
                self._wrap(innermost, start)
                if innermost == name:
                    return

    def _wrap(self, name: str, start: int) -> None:
        content = "".join(self._inline[start:])
        target = self._links.pop() if name == "a" and self._links else ""
        if content.strip():
            lead = content[: len(content) - len(content.lstrip())]
            trail = content[len(content.rstrip()) :]
            self._inline[start:] = [lead + _wrapped(name, content.strip(), target) + trail]

    def _next_bullet(self) -> str:
        if not self._lists or self._lists[-1].number is None:
            return "- "
        number = self._lists[-1].number
        self._lists[-1].number = number + 1
        return f"{number}. "

    def _flush(self) -> None:
        """Lay the line down as a block; markers that are open go on in the next one."""
        if self._is_verbatim:
            return
        still_open = [name for name, _ in self._markers if name != "a"]
        while self._markers:
            self._wrap(*self._markers.pop())
        self._markers = [(name, 0) for name in still_open]
        line = one_line("".join(self._inline))
        self._inline.clear()
        if not line:
            return
        if self._table:
            self._into_cell(line)
            return
        depth = min(len(self._lists), MAX_OPEN)
        indent = "    " * (max(0, depth - 1) if self._bullet else depth)
        self._blocks.append((indent + self._bullet + line, bool(self._bullet)))
        self._bullet = ""

    def _cell(self) -> None:
        self._flush()
        assert self._table is not None  # noqa: S101 - asked by the caller
        if not self._table.rows:
            self._table.rows.append([])
        self._table.rows[-1].append("")

    def _into_cell(self, line: str) -> None:
        rows = self._table.rows if self._table else []
        if rows and rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {line}".strip()
        else:
            self._blocks.append((line, False))

    def _verbatim(self) -> None:
        self._is_verbatim = False
        content = "".join(self._inline).strip("\n")
        self._inline.clear()
        self._markers.clear()
        if content.strip():
            self._blocks.append((f"```\n{content}\n```", False))


def _wrapped(name: str, content: str, target: str) -> str:
    if name == "a":
        return f"[{content}]({target})" if _LINK.fullmatch(target) else content
    if name == "code":
        return f"`{content}`" if "`" not in content else content
    if name in {"sub", "sup"}:
        return shifted(name, content)
    marker = _MARKERS[name]
    return content if content.startswith("*") else f"{marker}{content}{marker}"


def shifted(name: str, content: str) -> str:
    """Write raised ("sup") or lowered ("sub") text: as such characters, a formula, or ^( )."""
    signs = _RAISED if name == "sup" else _LOWERED
    if all(character in signs for character in content):
        return "".join(signs[character] for character in content)
    sign = "^" if name == "sup" else "_"
    if re.fullmatch(r"[A-Za-z0-9 ,+\-=]{1,40}", content):
        return f"${sign}{{{content}}}$"
    return f"{sign}({content})"


def _table_lines(rows: list[list[str]]) -> list[str]:
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or len(rows) < 2:
        return ["　".join(cell for cell in row if cell) for row in rows]
    lines = [[cell.replace("|", "\\|") for cell in row] + [""] * (width - len(row)) for row in rows]
    lines.insert(1, ["---"] * width)
    return ["\n".join(f"| {' | '.join(line)} |" for line in lines)]


def _collapsed(text: str) -> str:
    return _SPACES.sub(" ", text)


def _as_formula(piece: str) -> str:
    piece = _TEX_LINE.sub(lambda found: f"${found[1].strip()}$", piece)
    return _TEX_DISPLAY.sub(lambda found: f"$${found[1].strip()}$$", piece)


def _escaped(text: str) -> str:
    text = _ESCAPED.sub(r"\\\\", text)
    text = _ENTITY.sub("&amp;", text)
    text = _REFERENCE.sub(r"\\[", text)
    for sign, pattern in (("*", _STARS), ("`", re.compile("`")), ("$", _PRICE)):
        if text.count(sign) > 1:
            text = pattern.sub(rf"\\{sign}", text)
    if text.count("_") > 1:
        text = _UNDERSCORES.sub(lambda run: "\\_" * len(run[0]), text)
    return _LINE_START.sub(r"\1\\\2", text)
