"""The text of a paragraph: runs, breaks, scripts, formulas, pictures, and what is set apart."""

import re
from collections.abc import Callable, Iterable, Iterator
from xml.etree.ElementTree import Element

from learning.question_bank.formats.docx.formulas import NotRepresentable, latex_of
from learning.question_bank.formats.docx.parts import attribute, child, is_on, local, value_of
from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN

_PLAIN_COLOURS = frozenset({"", "auto", "000000", "FFFFFF", "333333", "262626", "0D0D0D"})
_SKIPPED = frozenset(
    "del moveFrom instrText delText rPr pPr fldChar commentReference lastRenderedPageBreak "
    "footnoteReference endnoteReference annotationRef bookmarkStart bookmarkEnd".split()
)
_BASE = re.compile(r"(?:\$[^$]{1,60}\$|[0-9A-Za-zα-ωΑ-Ωμ]{1,8}|[)）])\Z")
_NEAR = 80
_ADJACENT = re.compile(f"{KEY_CLOSE}{KEY_OPEN}")
_SYMBOL_FONTS = {"F0FE": "√", "F052": "√", "F0FC": "√", "F0FB": "×", "F0FD": "×", "F054": "×"}

Report = Callable[[str, str], None]
"""Takes a code and a message; the caller knows the place."""


class Runs:
    """Collects the text of paragraphs; `picture` turns a relation id into what stands for it."""

    def __init__(self, picture: Callable[[str], str], report: Report, *, with_bold: bool) -> None:
        self._picture = picture
        self._report = report
        self._with_bold = with_bold
        self._pieces: list[str] = []
        self._boxes: list[Element] = []

    def read(self, paragraph: Element) -> tuple[str, list[Element]]:
        """Return the text of a paragraph, soft breaks as line feeds, and the text boxes in it."""
        self._pieces, self._boxes = [], []
        for each in paragraph:
            self._take(each, None)
        return _ADJACENT.sub("", "".join(self._pieces)), self._boxes

    def _take(self, element: Element, properties: Element | None) -> None:
        name = local(element.tag)
        if name in _SKIPPED:
            return
        if name == "r":
            self._run(element)
        elif name in {"oMath", "oMathPara"}:
            self._formula(element)
        elif name == "AlternateContent":
            self._alternative(element, properties)
        elif name in _TEXTS:
            self._add(_TEXTS[name](element), properties)
        elif name in {"drawing", "pict", "object"}:
            self._drawing(element)
        else:
            for each in element:
                self._take(each, properties)

    def _run(self, element: Element) -> None:
        properties = child(element, "rPr")
        if is_on(properties, "vanish"):
            return
        for each in element:
            self._take(each, properties)

    def _alternative(self, element: Element, properties: Element | None) -> None:
        first = child(element, "Choice")
        if first is None:
            first = child(element, "Fallback")
        for each in first if first is not None else ():
            self._take(each, properties)

    def _add(self, text: str, properties: Element | None) -> None:
        script = value_of(properties, "vertAlign")
        if script in {"superscript", "subscript"} and text.strip():
            self._script(text.strip(), "^" if script == "superscript" else "_")
        elif is_underlined(properties) and text and not text.strip(" \t\xa0\u3000\u2002\u2003"):
            self._pieces.append("____")
        elif text.strip() and is_set_apart(properties, with_bold=self._with_bold):
            self._pieces.append(f"{KEY_OPEN}{text}{KEY_CLOSE}")
        else:
            self._pieces.append(text)

    def _script(self, text: str, sign: str) -> None:
        """Write a raised or lowered text as a formula together with what it stands on."""
        before = self._pieces.pop() if self._pieces else ""
        found = _BASE.search(before[-_NEAR:])
        base = found.group() if found else ""
        self._pieces.append(before[: len(before) - len(base)])
        inner = base.strip("$")
        safe = re.sub(r"([%#&_$])", r"\\\1", text.replace("\\", ""))
        plain = safe if safe.isascii() else rf"\text{{{re.sub('[{}]', '', text)}}}"
        self._pieces.append(f"${inner or '{}'}{sign}{{{plain}}}$")

    def _formula(self, element: Element) -> None:
        try:
            latex = latex_of(element)
        except NotRepresentable as error:
            self._report("not_representable", f"有一个公式含有不支持的结构（{error}），请补写")
            latex = ""
        if latex:
            self._pieces.append(f"${latex}$")
        else:
            self._pieces.extend(each.text or "" for each in element.iter() if _is_text(each))

    def _drawing(self, element: Element) -> None:
        found = False
        for each in _outermost(element):
            name = local(each.tag)
            if name == "blip":
                self._pieces.append(self._picture(attribute(each, "embed")))
                found = True
            elif name == "imagedata":
                self._pieces.append(self._picture(attribute(each, "id")))
                found = True
            elif name == "txbxContent":
                self._boxes.append(each)
                found = True
        if not found and local(element.tag) != "pict":
            self._report("not_representable", "有一个图形（形状、图表或嵌入对象）没有导入")


def _outermost(element: Element) -> Iterator[Element]:
    """Walk through a drawing, but not into its text boxes: they are read on their own."""
    stack = [element]
    while stack:
        each = stack.pop()
        yield each
        if local(each.tag) != "txbxContent":
            stack.extend(reversed(each))


def _is_text(element: Element) -> bool:
    return local(element.tag) == "t"


def _symbol(element: Element) -> str:
    return _SYMBOL_FONTS.get(attribute(element, "char").upper(), "")


_TEXTS: dict[str, Callable[[Element], str]] = {
    "t": lambda element: element.text or "",
    "tab": lambda _: "\t",
    "br": lambda element: "" if attribute(element, "type") == "page" else "\n",
    "cr": lambda _: "\n",
    "noBreakHyphen": lambda _: "-",
    "sym": _symbol,
}


def is_underlined(properties: Element | None) -> bool:
    """Tell whether a run is underlined."""
    return is_on(properties, "u")


def is_strongly_set_apart(properties: Element | None) -> bool:
    """Tell whether a run is coloured, highlighted or underlined."""
    colour = value_of(properties, "color").upper()
    has_highlight = is_on(properties, "highlight")
    shade = child(properties, "shd")
    is_shaded = shade is not None and attribute(shade, "fill").upper() not in _PLAIN_COLOURS
    is_coloured = colour not in _PLAIN_COLOURS
    return is_coloured or has_highlight or is_shaded or is_underlined(properties)


def is_set_apart(properties: Element | None, *, with_bold: bool) -> bool:
    """Tell whether a run may mark a right option by its look."""
    return is_strongly_set_apart(properties) or (with_bold and is_on(properties, "b"))


def has_strong_runs(document: Element) -> bool:
    """Tell whether anything is coloured, highlighted or underlined: bold then means nothing."""
    return any(
        is_strongly_set_apart(child(run, "rPr"))
        and any((t.text or "").strip() for t in _texts(run))
        for run in document.iter()
        if local(run.tag) == "r"
    )


def _texts(run: Element) -> Iterable[Element]:
    return (each for each in run if local(each.tag) == "t")
