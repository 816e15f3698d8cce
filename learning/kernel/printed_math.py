"""Formulas set by `kernel.mathml`, as a tree of plain data that a Typst template draws.

MathML says how a formula looks, and so does Typst's mathematics; each element has its counterpart.
Only what `kernel.mathml` writes is known: another element gives its children.

Nodes: `sym` one character, slanted where mathematics slants it · `txt` upright text · `op` a name
like “lim” · `sp` space in em · `row` · `frac` · `stack` (a binomial's two lines) · `sqrt` · `root`
· `att` scripts `t b tl bl` at a base, above and below it by `limits`: always, never, display ·
`acc` an accent `s` · `line` a bar or brace `s` over or under · `mat` rows of cells · `lr` a row
with growing brackets · `cancel` · `hide`.
"""

import re
from collections.abc import Callable
from typing import Any, Protocol

MAX_DEPTH = 30  # twin of mathml.MAX_DEPTH, which counts brackets: here a level may be two
Node = dict[str, Any]
_INVISIBLE = frozenset("\u2061\u2062\u2063\u2064\u200b")
_FENCES = frozenset("([{|‖⟨⌈⌊)]}⟩⌉⌋")
_ACCENTS = {
    "¯": "\u0304",
    "‾": "\u0304",
    "ˆ": "\u0302",
    "^": "\u0302",
    "˜": "\u0303",
    "~": "\u0303",
    "˙": "\u0307",
    "¨": "\u0308",
    "⃗": "\u20d7",
    "→": "\u20d7",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "´": "\u0301",
    "`": "\u0300",
    "˚": "\u030a",
}
_BARS = {
    ("over", "‾"): "overline",
    ("under", "‾"): "underline",
    ("over", "_"): "overline",
    ("under", "_"): "underline",
    ("over", "⏞"): "overbrace",
    ("under", "⏟"): "underbrace",
}
_LARGE = frozenset("∑∏∐⋀⋁⋂⋃⨀⨁⨂")
_EM = re.compile(r"(-?\d+(?:\.\d+)?)em")


class Element(Protocol):
    """What is read of an element (`printed_html.Element`)."""

    tag: str
    attributes: dict[str, str]
    children: list[Any]

    @property
    def elements(self) -> list[Any]:
        """Return the children that are elements."""

    @property
    def text(self) -> str:
        """Return all text within."""


def formula_node(element: Element) -> Node:
    """Return the node of a `math` element: `display` tells whether it stands in a line alone."""
    is_display = element.attributes.get("display") == "block"
    return {"k": "math", "display": is_display, "c": _children(element, MAX_DEPTH)}


def _children(element: Element, depth: int) -> list[Node]:
    return [node for child in element.elements if (node := _node(child, depth))]


def _node(element: Element, depth: int) -> Node | None:
    if depth == 0:
        return _upright(element.text)
    if element.tag in _TOKENS:
        return _TOKENS[element.tag](element)
    if element.tag in _MAKERS:
        return _MAKERS[element.tag](element, depth - 1)
    return _row(_children(element, depth - 1))


def _row(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else {"k": "row", "c": nodes}


def _inner(element: Element, depth: int) -> Node:
    return _row(_children(element, depth))


def _mrow(element: Element, depth: int) -> Node:
    """Return a row; brackets that grow with what they hold are its first and last."""
    inner = element.elements
    if len(inner) > 1 and all(_grows(end) for end in (inner[0], inner[-1])):
        return {"k": "lr", "c": _children(element, depth)}
    return _inner(element, depth)


def _grows(element: Element) -> bool:
    text = element.text.strip()
    is_fence = text in _FENCES or text in _INVISIBLE or not text
    return element.tag == "mo" and element.attributes.get("stretchy") != "false" and is_fence


def _upright(text: str) -> Node | None:
    shown = "".join(c for c in text.replace("\xa0", " ") if c not in _INVISIBLE)
    return {"k": "txt", "s": shown} if shown else None


def _identifier(element: Element) -> Node | None:
    text = element.text.strip()
    if len(text) == 1 and element.attributes.get("mathvariant") != "normal":
        return {"k": "sym", "s": text}
    return {"k": "op", "s": text} if len(text) > 1 and text.isalpha() else _upright(text)


def _operator(element: Element) -> Node | None:
    text = element.text.strip()
    if text in _INVISIBLE:
        return None
    return {"k": "sym", "s": text} if len(text) == 1 else _upright(text)


def _space(element: Element) -> Node | None:
    found = _EM.fullmatch(element.attributes.get("width", ""))
    return {"k": "sp", "w": max(-1.0, min(4.0, float(found[1])))} if found else None


def _pair(kind: str) -> Callable[[Element, int], Node]:
    def make(element: Element, depth: int) -> Node:
        first, second = _parts(element, depth, 2)
        return {"k": kind, "c": [first, second]}

    return make


def _parts(element: Element, depth: int, count: int) -> list[Node]:
    """Return so many children as nodes, an empty row for one that is nothing."""
    empty: Node = {"k": "row", "c": []}
    found = [_node(child, depth) or empty for child in element.elements[:count]]
    return found + [empty] * (count - len(found))


def _fraction(element: Element, depth: int) -> Node:
    is_stack = element.attributes.get("linethickness") == "0"
    return {"k": "stack" if is_stack else "frac", "c": _parts(element, depth, 2)}


def _scripts(places: str, limits: str) -> Callable[[Element, int], Node]:
    def make(element: Element, depth: int) -> Node:
        base, *scripts = _parts(element, depth, 1 + len(places))
        is_large = limits == "always" and base.get("s") in _LARGE
        at = dict(zip(places, scripts, strict=True))
        return {"k": "att", "limits": "display" if is_large else limits, "c": [base], **at}

    return make


def _over_or_under(side: str) -> Callable[[Element, int], Node]:
    plain = _scripts("t" if side == "over" else "b", "always")

    def make(element: Element, depth: int) -> Node:
        mark = element.elements[1].text.strip() if len(element.elements) > 1 else ""
        is_wide = element.elements[-1].attributes.get("stretchy") != "false"
        bar = _BARS.get((side, mark)) if is_wide else None
        if bar:
            return {"k": "line", "s": bar, "c": _parts(element, depth, 1)}
        if side == "over" and mark in _ACCENTS:
            return {"k": "acc", "s": _ACCENTS[mark], "c": _parts(element, depth, 1)}
        return plain(element, depth)

    return make


def _multiscripts(element: Element, depth: int) -> Node:
    """Return a base with scripts on both sides: after, then before it."""
    names = [child.tag for child in element.elements]
    split = names.index("mprescripts") if "mprescripts" in names else len(names)
    rows = [_node(child, depth) for child in element.elements]
    empty: Node = {"k": "row", "c": []}
    made: Node = {"k": "att", "limits": "never", "c": [rows[0] if rows and rows[0] else empty]}
    for place, node in zip("bt", rows[1:split], strict=False):
        made |= {place: node} if node else {}
    for place, node in zip(("bl", "tl"), rows[split + 1 :], strict=False):
        made |= {place: node} if node else {}
    return made


def _table(element: Element, depth: int) -> Node:
    """Return rows of cells; `align` is "pairs" where columns meet two by two, as in `aligned`."""
    rows = [[cell for cell in row.elements if cell.tag == "mtd"] for row in element.elements]
    classes = rows[0][0].attributes.get("class", "") if rows and rows[0] else ""
    align = "left" if "math-left" in classes else "center"
    return {
        "k": "mat",
        "align": "pairs" if "math-right" in classes.split() else align,
        "rows": [[_inner(cell, depth) for cell in row] for row in rows],
    }


def _around(kind: str) -> Callable[[Element, int], Node]:
    return lambda element, depth: {"k": kind, "c": [_inner(element, depth)]}


_TOKENS: dict[str, Callable[[Element], Node | None]] = {
    "mi": _identifier,
    "mn": lambda element: _upright(element.text.strip()),
    "mo": _operator,
    "mspace": _space,
    "mtext": lambda element: _upright(element.text),
    "none": lambda _element: None,
    "mprescripts": lambda _element: None,
}
_MAKERS: dict[str, Callable[[Element, int], Node]] = {
    "menclose": _around("cancel"),
    "mfrac": _fraction,
    "mmultiscripts": _multiscripts,
    "mover": _over_or_under("over"),
    "mphantom": _around("hide"),
    "mroot": _pair("root"),
    "mrow": _mrow,
    "msqrt": _around("sqrt"),
    "msub": _scripts("b", "never"),
    "msubsup": _scripts("bt", "never"),
    "msup": _scripts("t", "never"),
    "mtable": _table,
    "munder": _over_or_under("under"),
    "munderover": _scripts("bt", "always"),
}
