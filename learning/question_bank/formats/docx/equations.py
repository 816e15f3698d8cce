"""LaTeX formulas as equations of Word, by way of the MathML that the pages show."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn

from learning.kernel.mathml import FormulaError, to_mathml
from learning.question_bank.formats.docx.parts import local

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")
_ACCENTS = {"^": "̂", "ˆ": "̂", "~": "̃", "˜": "̃", "˙": "̇", ".": "̇", "→": "⃗", "¯": "̅", "‾": "̅"}
_INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))
_SKIPPED = frozenset({"annotation", "mspace", "mphantom", "none"})


def omml_of(formula: str) -> Any | None:
    """Return an m:oMath element, None for a formula that cannot be set or translated."""
    try:
        tree = ET.fromstring(to_mathml(formula))  # noqa: S314 - written by our own converter
        equation = _element("oMath")
        _put(equation, tree)
    except (FormulaError, ET.ParseError, KeyError):
        return None
    return equation


def _element(name: str) -> Any:
    return OxmlElement(f"m:{name}")


def _into(parent: Any, name: str, *sources: ET.Element) -> None:
    target = _element(name)
    for source in sources:
        _put(target, source)
    parent.append(target)


def _put(target: Any, source: ET.Element) -> None:
    name = local(source.tag)
    if name in _SKIPPED:
        return
    if name in {"mi", "mn", "mo", "mtext", "ms"}:
        _text(target, source)
    elif name in _WRITERS:
        target.append(_WRITERS[name](source))
    elif name in {"math", "mrow", "mstyle", "semantics", "mpadded", "menclose"}:
        for each in source:
            _put(target, each)
    else:
        raise KeyError(name)


def _text(target: Any, source: ET.Element) -> None:
    text = "".join(source.itertext()).translate(_INVISIBLE)
    if not text:
        return
    run, content = _element("r"), _element("t")
    is_plain = local(source.tag) == "mtext" or (local(source.tag) == "mi" and len(text) > 1)
    if is_plain or source.get("mathvariant") == "normal":
        properties, style = _element("rPr"), _element("sty")
        style.set(qn("m:val"), "p")
        properties.append(style)
        run.append(properties)
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(content)
    target.append(run)


def _fixed(name: str, *parts: str) -> Callable[[ET.Element], Any]:
    def write(source: ET.Element) -> Any:
        element = _element(name)
        for part, child in zip(parts, source, strict=False):
            _into(element, part, child)
        return element

    return write


def _root(source: ET.Element) -> Any:
    element = _element("rad")
    children = list(source)
    is_square = local(source.tag) == "msqrt"
    if is_square:
        properties, hidden = _element("radPr"), _element("degHide")
        hidden.set(qn("m:val"), "1")
        properties.append(hidden)
        element.append(properties)
    _into(element, "deg", *([] if is_square else children[1:]))
    _into(element, "e", *(children if is_square else children[:1]))
    return element


def _over(source: ET.Element) -> Any:
    base, mark = list(source)[:2]
    sign = "".join(mark.itertext()).strip()
    if sign in _ACCENTS:
        element, properties, char = _element("acc"), _element("accPr"), _element("chr")
        char.set(qn("m:val"), _ACCENTS[sign])
        properties.append(char)
        element.append(properties)
        _into(element, "e", base)
        return element
    element = _element("limUpp")
    _into(element, "e", base)
    _into(element, "lim", mark)
    return element


def _under(source: ET.Element) -> Any:
    return _fixed("limLow", "e", "lim")(source)


def _both(source: ET.Element) -> Any:
    return _fixed("sSubSup", "e", "sub", "sup")(source)


def _matrix(source: ET.Element) -> Any:
    element = _element("m")
    for row in source:
        line = _element("mr")
        for cell in row:
            _into(line, "e", *cell)
        element.append(line)
    return element


_WRITERS: dict[str, Callable[[ET.Element], Any]] = {
    "mfrac": _fixed("f", "num", "den"),
    "msup": _fixed("sSup", "e", "sup"),
    "msub": _fixed("sSub", "e", "sub"),
    "msubsup": _both,
    "munderover": _both,
    "msqrt": _root,
    "mroot": _root,
    "mover": _over,
    "munder": _under,
    "mtable": _matrix,
}
