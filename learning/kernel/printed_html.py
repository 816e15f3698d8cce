"""Rendered Markdown as a tree of plain data that a Typst template draws: `print/html.typ`.

What a candidate reads on a page and on paper comes from one text and one renderer, so the two
cannot part. The input is HTML of `kernel.markdown` alone; whatever else is in it gives its text.
Nothing here is source to Typst: the tree holds names of this module and texts.

A node is a dictionary: `k` names it, `c` are its children, other keys are its own. Depth is
bounded, since Typst draws by recursion: what lies deeper gives its text.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from learning.kernel.printed_math import formula_node

MAX_DEPTH = 12
WIDE = 0x2E80  # from here on characters are as wide as they are high
Node = dict[str, Any]
Pictures = Mapping[str, str]
"""What `img` addresses show: SVG texts, see `kernel.printing.as_svg`."""
_BLOCKS = frozenset({"p", "head", "aside", "hr", "pre", "ul", "ol", "table"})
_COLLAPSED = re.compile(r"[ \t\n\r\f\v\xa0\u2000-\u200a\u2028\u2029]+")
_VOID = frozenset({"br", "hr", "img", "input"})
_INLINE = {"strong": "b", "b": "b", "em": "i", "i": "i", "sub": "sub", "sup": "sup", "del": "del"}
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Element:
    """An element as parsed; its children are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def elements(self) -> "list[Element]":
        """Return the children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """Return all text within; without recursion, for it may be as deep as it likes."""
        texts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            each = waiting.pop()
            if isinstance(each, str):
                texts.append(each)
            else:
                waiting += reversed(each.children)
        return "".join(texts)


def printed(html: str, pictures: Pictures | None = None) -> list[Node]:
    """Return the nodes of rendered Markdown; `pictures` are found by the address in `src`.

    A picture that is not among them is named in brackets by its alternative text.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _Writer(pictures or {}).nodes(reader.root, MAX_DEPTH)


def picture_addresses(html: str) -> list[str]:
    """Return the addresses of the pictures, each once, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found: dict[str, None] = {}
    waiting = [reader.root]
    while waiting:
        each = waiting.pop()
        if each.tag == "img":
            found[each.attributes.get("src", "")] = None
        waiting += reversed(each.elements)
    return list(found)


class _Reader(HTMLParser):
    """Build the tree; the sanitiser has closed whatever it opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        names = [element.tag for element in self._open[1:]]
        if tag in names:
            del self._open[len(names) - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


class _Writer:
    """Turn elements into nodes."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._makers: dict[str, Callable[[Element, int], list[Node]]] = {
            "br": lambda _element, _depth: [{"k": "br"}],
            "hr": lambda _element, _depth: [{"k": "hr"}],
            "img": self._image,
            "input": lambda element, _depth: _text("☑" if "checked" in element.attributes else "☐"),
            "math": lambda element, _depth: [formula_node(element)],
            "ol": self._list,
            "pre": lambda element, _depth: [{"k": "pre", "s": _lines(element.text)}],
            "code": lambda element, _depth: [{"k": "code", "s": spaced(element.text)}],
            "span": self._span,
            "table": self._table,
            "ul": self._list,
        }

    def nodes(self, element: Element, depth: int) -> list[Node]:
        """Return the nodes of an element's children."""
        found: list[Node] = []
        for child in element.children:
            if isinstance(child, str):
                found += _text(child)
            elif depth == 0:
                found += _text(child.text)
            else:
                found += self._node(child, depth - 1)
        return _without_gaps(found)

    def _node(self, element: Element, depth: int) -> list[Node]:
        tag = element.tag
        if tag in self._makers:
            return self._makers[tag](element, depth)
        inner = self.nodes(element, depth)
        if tag in _INLINE:
            return [{"k": _INLINE[tag], "c": inner}]
        if tag in _HEADINGS:
            return [{"k": "head", "c": inner}]
        if tag == "p":
            return [{"k": "p", "c": inner}]
        if tag == "blockquote" or "admonition" in element.attributes.get("class", "").split():
            return [{"k": "aside", "c": inner}]
        return inner

    def _span(self, element: Element, depth: int) -> list[Node]:
        if element.attributes.get("class") == "gap":
            return [{"k": "gap"}]
        return self.nodes(element, depth)

    def _image(self, element: Element, _depth: int) -> list[Node]:
        svg = self._pictures.get(element.attributes.get("src", ""))
        alternative = spaced(element.attributes.get("alt", "")).strip()
        if svg is None:
            return _text(f"〔{alternative}〕")
        return [{"k": "img", "s": svg, "alt": alternative}]

    def _list(self, element: Element, depth: int) -> list[Node]:
        start = element.attributes.get("start", "1")
        return [
            {
                "k": element.tag,
                "start": int(start) if start.isdecimal() and len(start) < 7 else 1,
                "c": [self.nodes(item, depth) for item in element.elements if item.tag == "li"],
            }
        ]

    def _table(self, element: Element, depth: int) -> list[Node]:
        rows = [row for part in element.elements for row in part.elements if row.tag == "tr"]
        head = [row.elements[0].tag == "th" for row in rows if row.elements]
        return [
            {
                "k": "table",
                "columns": max((len(row.elements) for row in rows), default=1),
                "align": [cell.attributes.get("align", "left") for cell in _first(rows)],
                "head": bool(head) and head[0],
                "rows": [[self.nodes(cell, depth) for cell in row.elements] for row in rows],
            }
        ]


def _without_gaps(nodes: list[Node]) -> list[Node]:
    """Drop the line ends of the source beside blocks: they would be paragraphs of their own."""
    blocks = [is_block(node) for node in nodes]
    beside = [
        any(blocks[max(0, place - 1) : place]) or any(blocks[place + 1 : place + 2])
        for place in range(len(nodes))
    ]
    return [
        node
        for node, is_beside in zip(nodes, beside, strict=True)
        if not (is_beside and node.get("s") == " ")
    ]


def is_block(node: Node) -> bool:
    """Tell whether a node stands in lines of its own."""
    return node["k"] in _BLOCKS or bool(node.get("display"))


def width_of(nodes: Sequence[Any]) -> float:
    """Return about how wide nodes are in one line, in em; infinite where they need lines.

    An estimate: measured by Typst, each item of a paper would be laid out several times.
    """
    return sum(_width(node) for node in nodes)


def _width(node: Any) -> float:
    if isinstance(node, list):
        return width_of(node)
    if (is_block(node) and node["k"] != "p") or node["k"] in {"img", "br", "mat"}:
        return math.inf
    own = sum(0.55 if ord(character) < WIDE else 1.0 for character in node.get("s", ""))
    scripts = [node[place] for place in ("t", "b", "tl", "bl") if place in node]
    return own + width_of([*node.get("c", ()), *scripts]) + (7.0 if node["k"] == "gap" else 0.0)


def _first(rows: Sequence[Element]) -> Iterable[Element]:
    return rows[0].elements if rows else ()


def _text(text: str) -> list[Node]:
    shown = spaced(text)
    return [{"k": "t", "s": shown}] if shown else []


def spaced(text: str) -> str:
    """Return a text as it is printed within a line, white space as a browser shows it.

    The ideographic space stays: "（　）" is where an answer goes.
    """
    return _COLLAPSED.sub(" ", _visible(text))


def _lines(text: str) -> str:
    return _visible(text.expandtabs(4))


def _visible(text: str) -> str:
    """Drop controls and marks that turn or hide letters; see `printing.printable`."""
    return "".join(
        character
        for character in text
        if character.isspace()
        or character in "\u200c\u200d"
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
