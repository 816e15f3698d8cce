"""Our Markdown as a tree of HTML for formats of other systems.

The tree is what the page would show, without classes, ids or scripts: a gap is `<span
class="gap">`, a task box a sign, a formula what the format makes of its LaTeX. The way back is
`markup.html_to_markdown`.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from learning.kernel.markdown import render_abroad

Formula = Callable[[str, bool], str]
"""Takes LaTeX and whether it is displayed; returns HTML that is well formed."""

GAP = "gap"
_KEPT = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "span": {"class"}}
_VOID = frozenset("br hr img input".split())
_PICTURE = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\]\((?P<scheme>/media/|asset:)(?P<name>[\w.-]+)\)")


def html_tree(text: str, formula: Formula, *, is_inline: bool = False) -> Element:
    """Return a `div` with the Markdown's elements; never fails.

    Pictures are `img` with the `src` "/media/<name>", whichever way the text refers to them.
    """
    local = _PICTURE.sub(r"![\g<alt>](/media/\g<name>)", text)
    builder = _Builder()
    builder.feed(render_abroad(local, formula, is_inline=is_inline))
    builder.close()
    return builder.root


def inner_html(element: Element) -> str:
    """Write what an element holds as HTML."""
    outer = ET.tostring(element, encoding="unicode", method="html")
    return outer[outer.index(">") + 1 : outer.rindex("<")] if outer.endswith("</div>") else ""


def plain_text(element: Element) -> str:
    """Return the text alone, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def picture_names(text: str) -> Iterator[str]:
    """Yield the names of the bank's pictures that a text shows."""
    return (found["name"] for found in _PICTURE.finditer(text))


def as_assets(text: str) -> str:
    """Refer to pictures as an import does until it is applied: by `asset:`."""
    return _PICTURE.sub(lambda found: f"![{found['alt']}](asset:{found['name']})", text)


def tex_in_brackets(tex: str, is_display: bool) -> str:  # noqa: FBT001 - the form of Formula
    r"""Write a formula as `\(…\)` or `\[…\]`, which other systems' MathJax understands."""
    opening, closing = (r"\[", r"\]") if is_display else (r"\(", r"\)")
    escaped = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{opening}{escaped}{closing}"


class _Builder(HTMLParser):
    """Builds the tree from HTML that the sanitiser wrote, hence balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("div")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.handle_data("☑" if ("checked", "") in attrs else "☐")
            return
        kept = _KEPT.get(tag, set())
        in_formula = any(element.tag == "math" for element in self._open) or tag == "math"
        element = ET.SubElement(
            self._open[-1], tag, {n: v or "" for n, v in attrs if n in kept or in_formula}
        )
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data
