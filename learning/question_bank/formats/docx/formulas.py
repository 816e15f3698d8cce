"""Formulas of Word (OMML) as LaTeX: the structures of school and quality mathematics."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from learning.question_bank.formats.docx.parts import child, local, value_of

_SYMBOLS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon",
    "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu",
    "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi",
    "ϕ": r"\phi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta",
    "Θ": r"\Theta", "Λ": r"\Lambda", "Π": r"\Pi", "Σ": r"\Sigma", "Φ": r"\Phi", "Ψ": r"\Psi",
    "Ω": r"\Omega", "×": r"\times", "÷": r"\div", "±": r"\pm", "∓": r"\mp", "·": r"\cdot",
    "⋅": r"\cdot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∞": r"\infty",
    "∂": r"\partial", "→": r"\to", "∈": r"\in", "∑": r"\sum", "∏": r"\prod", "∫": r"\int",
    "∪": r"\cup", "∩": r"\cap", "⊂": r"\subset", "∝": r"\propto", "…": r"\dots", "⋯": r"\cdots",
    "−": "-", "∗": "*", "′": "'", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\sim", "^": r"\hat{}", "\\": r"\backslash", "∣": r"\mid",
    "‖": r"\|", "≡": r"\equiv", "√": r"\surd", "°": r"^{\circ}",
}  # fmt: skip
_FUNCTIONS = frozenset("sin cos tan cot ln log lg exp max min lim sup inf det Pr gcd".split())
_ACCENTS = {
    "̂": r"\hat", "̅": r"\overline", "̄": r"\bar", "¯": r"\bar", "̃": r"\tilde", "̇": r"\dot",
    "̈": r"\ddot", "⃗": r"\vec",
}  # fmt: skip
_PARTS = frozenset({"e", "sub", "sup", "num", "den", "deg", "fName", "lim"})


class NotRepresentable(Exception):  # noqa: N818 - reads as a statement
    """A structure that is not translated; the message is its name."""


def latex_of(element: Element) -> str:
    """Translate an oMath element; raises NotRepresentable for a structure not known."""
    return _children(element).strip()


def _children(element: Element | None) -> str:
    if element is None:
        return ""
    return "".join(_one(each) for each in element)


def _one(element: Element) -> str:
    name = local(element.tag)
    if name in _WRITERS:
        return _WRITERS[name](element)
    if name in _PARTS or name in {"oMath", "oMathPara", "ins", "box", "borderBox", "phant"}:
        return _children(element)
    if name.endswith("Pr") or name in {"del", "bookmarkStart", "bookmarkEnd", "proofErr"}:
        return ""
    raise NotRepresentable(name)


def _run(element: Element) -> str:
    text = "".join(each.text or "" for each in element if local(each.tag) == "t")
    properties = child(element, "rPr")
    style = value_of(properties, "sty")
    is_words = any("\u4e00" <= character <= "\u9fff" for character in text)
    if is_words or child(properties, "nor") is not None:
        return rf"\text{{{''.join(c for c in text if c not in _BREAKING)}}}" if text else ""
    if text.strip() in _FUNCTIONS:
        return rf"\{text.strip()} "
    written = "".join(_symbol(character) for character in text)
    is_upright = style == "p" and len(text) > 1 and text.isalpha()
    return rf"\mathrm{{{written}}}" if is_upright else written


_BREAKING = "\\{}$^_%#&~"


def _symbol(character: str) -> str:
    known = _SYMBOLS.get(character)
    if known is None:
        return character
    return f"{known} " if known[-1].isalpha() else known


def _of(element: Element, name: str) -> str:
    return _children(child(element, name)).strip()


def _fraction(element: Element) -> str:
    kind = value_of(child(element, "fPr"), "type")
    over, under = _of(element, "num"), _of(element, "den")
    if kind == "noBar":
        return rf"\binom{{{over}}}{{{under}}}"
    return f"{over}/{under}" if kind == "lin" else rf"\frac{{{over}}}{{{under}}}"


def _base(element: Element) -> str:
    base = _of(element, "e")
    return (
        base if len(base) <= 1 or (base.startswith("\\") and base[1:].isalpha()) else f"{{{base}}}"
    )


def _sup(element: Element) -> str:
    return f"{_base(element)}^{{{_of(element, 'sup')}}}"


def _sub(element: Element) -> str:
    return f"{_base(element)}_{{{_of(element, 'sub')}}}"


def _subsup(element: Element) -> str:
    return f"{_base(element)}_{{{_of(element, 'sub')}}}^{{{_of(element, 'sup')}}}"


def _before(element: Element) -> str:
    return f"{{}}_{{{_of(element, 'sub')}}}^{{{_of(element, 'sup')}}}{_of(element, 'e')}"


def _radical(element: Element) -> str:
    degree, base = _of(element, "deg"), _of(element, "e")
    return rf"\sqrt[{degree}]{{{base}}}" if degree else rf"\sqrt{{{base}}}"


def _nary(element: Element) -> str:
    sign = value_of(child(element, "naryPr"), "chr") or "∫"
    if sign not in _SYMBOLS:
        raise NotRepresentable("nary")
    low, high = _of(element, "sub"), _of(element, "sup")
    limits = (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
    return f"{_SYMBOLS[sign]}{limits} {_of(element, 'e')}"


def _fenced(element: Element) -> str:
    properties = child(element, "dPr")
    left, right, between = "(", ")", "|"
    for name in ("begChr", "endChr", "sepChr"):
        found = child(properties, name)
        if found is not None:
            value = value_of(properties, name)
            left = value if name == "begChr" else left
            right = value if name == "endChr" else right
            between = value if name == "sepChr" else between
    inner = between.join(_children(each) for each in element if local(each.tag) == "e")
    return rf"\left{_fence(left)} {inner}\right{_fence(right)}"


def _fence(sign: str) -> str:
    if sign in {"{", "}"}:
        return f"\\{sign}"
    known = {"": ".", "∣": "|", "‖": r"\|", "⌊": r"\lfloor", "⌋": r"\rfloor", "〈": r"\langle"}
    if sign in known:
        return known[sign]
    if sign not in "()[]|":
        raise NotRepresentable("d")
    return sign


def _accent(element: Element) -> str:
    sign = value_of(child(element, "accPr"), "chr") or "̂"
    if sign not in _ACCENTS:
        raise NotRepresentable("acc")
    return rf"{_ACCENTS[sign]}{{{_of(element, 'e')}}}"


def _bar(element: Element) -> str:
    is_top = value_of(child(element, "barPr"), "pos") == "top"
    return rf"{chr(92)}{'overline' if is_top else 'underline'}{{{_of(element, 'e')}}}"


def _function(element: Element) -> str:
    return f"{_of(element, 'fName')} {_of(element, 'e')}"


def _low(element: Element) -> str:
    return f"{_of(element, 'e')}_{{{_of(element, 'lim')}}}"


def _high(element: Element) -> str:
    return f"{_of(element, 'e')}^{{{_of(element, 'lim')}}}"


def _matrix(element: Element) -> str:
    rows = [
        " & ".join(_children(cell) for cell in row if local(cell.tag) == "e")
        for row in element
        if local(row.tag) == "mr"
    ]
    return r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"


def _lines(element: Element) -> str:
    rows = [_children(each) for each in element if local(each.tag) == "e"]
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"


_WRITERS: dict[str, Callable[[Element], str]] = {
    "r": _run,
    "f": _fraction,
    "sSup": _sup,
    "sSub": _sub,
    "sSubSup": _subsup,
    "sPre": _before,
    "rad": _radical,
    "nary": _nary,
    "d": _fenced,
    "acc": _accent,
    "bar": _bar,
    "func": _function,
    "limLow": _low,
    "limUpp": _high,
    "m": _matrix,
    "eqArr": _lines,
}
