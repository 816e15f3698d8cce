"""MathML as LaTeX, for the structures that formulas of items are made of.

A formula that came from LaTeX usually carries it as an annotation, which is then taken. What cannot
be turned, or would not be set by the product, is None: the caller keeps the text and says so.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from learning.kernel.mathml import FormulaError, to_mathml

MAX_LENGTH = 2000
_SIGNS = {
    "×": r"\times", "÷": r"\div", "±": r"\pm", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx",
    "∞": r"\infty", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "→": r"\to", "⇒": r"\Rightarrow",
    "∂": r"\partial", "∇": r"\nabla", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset", "∪": r"\cup",
    "∩": r"\cap", "·": r"\cdot", "⋅": r"\cdot", "∗": "*", "−": "-", "′": "'", "…": r"\dots",
    "⋯": r"\cdots", "∝": r"\propto", "√": r"\surd", "°": r"^{\circ}", "∘": r"\circ", "¯": r"\bar{}",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon",
    "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu",
    "ν": r"\nu", "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau",
    "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta",
    "Θ": r"\Theta", "Λ": r"\Lambda", "Π": r"\Pi", "Σ": r"\Sigma", "Φ": r"\Phi", "Ω": r"\Omega",
    "\u2061": "", "\u2062": "", "\u2063": "", "\u200b": "", "\xa0": " ",
}  # fmt: skip
_SPECIAL = re.compile(r"[\\{}$&#%_^~]")
_FUNCTIONS = frozenset("sin cos tan cot ln log lg exp lim max min arcsin arccos arctan det".split())
_OVER = {"¯": r"\overline", "‾": r"\overline", "_": r"\underline", "^": r"\hat", "ˆ": r"\hat",
         "~": r"\tilde", "˜": r"\tilde", "→": r"\vec", "⃗": r"\vec", "˙": r"\dot"}  # fmt: skip
_WRAPPED = re.compile(r"\\\[(.*)\\\]|\\\((.*)\\\)|\$\$(.*)\$\$|\$(.*)\$", re.DOTALL)
_BIG = (r"\sum", r"\prod", r"\int", r"\lim", r"\max", r"\min")


class _Unknown(Exception):  # noqa: N818 - never leaves this module
    """Something this module does not turn."""


def to_latex(math: Element) -> str | None:
    """Return the LaTeX of a `math` element without namespaces, None if it cannot be had."""
    annotation = next(
        (each for each in math.iter("annotation") if "tex" in each.get("encoding", "").lower()),
        None,
    )
    try:
        latex = _children(math) if annotation is None else _unwrapped(annotation.text or "")
    except (_Unknown, RecursionError):
        return None
    latex = latex.strip()
    if not latex or len(latex) > MAX_LENGTH or "$" in latex.replace(r"\$", ""):
        return None
    try:
        to_mathml(latex, is_display=False)
    except FormulaError:
        return None
    return latex


def _unwrapped(latex: str) -> str:
    r"""Take off what stands around LaTeX in a text: `\[…\]`, `$…$`."""
    found = _WRAPPED.fullmatch(latex.strip())
    inner = next(filter(None, found.groups()), "") if found else latex
    return " ".join(inner.split())


def _children(element: Element) -> str:
    return _joined([_one(child) for child in element])


def _joined(pieces: list[str]) -> str:
    """Join pieces, a space where a command would otherwise swallow a letter."""
    text = ""
    for piece in pieces:
        is_glued = re.search(r"\\[A-Za-z]+$", text) and piece[:1].isalpha()
        text += f" {piece}" if is_glued else piece
    return text


def _one(element: Element) -> str:
    turn = _TURNS.get(element.tag)
    if turn is None:
        raise _Unknown(element.tag)
    return turn(element)


def _group(element: Element) -> str:
    return "{" + _one(element) + "}"


def _arguments(element: Element, count: int) -> list[str]:
    if len(element) != count:
        raise _Unknown(element.tag)
    return [_group(child) for child in element]


def _identifier(element: Element) -> str:
    text = _own(element)
    if text in _FUNCTIONS:
        return f"\\{text}"
    return _signs(text) if len(text) <= 1 else f"\\mathrm{{{_signs(text)}}}"


def _operator(element: Element) -> str:
    text = _own(element)
    return f"\\{text}" if text in _FUNCTIONS else _signs(text)


def _text(element: Element) -> str:
    text = _own(element)
    return f"\\text{{{_SPECIAL.sub(_escaped, text)}}}" if text else ""


def _own(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _signs(text: str) -> str:
    return _joined(
        [_SIGNS.get(c) or ("" if c in _SIGNS else _SPECIAL.sub(_escaped, c)) for c in text]
    )


def _escaped(found: re.Match[str]) -> str:
    return {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim "}.get(found[0], f"\\{found[0]}")


def _fraction(element: Element) -> str:
    return "\\frac" + "".join(_arguments(element, 2))


def _root(element: Element) -> str:
    base, index = _arguments(element, 2)
    return f"\\sqrt[{index[1:-1]}]{base}"


def _raised(element: Element) -> str:
    base, above = _arguments(element, 2)
    return f"{_base(base)}^{above}"


def _lowered(element: Element) -> str:
    base, below = _arguments(element, 2)
    return f"{_base(base)}_{below}"


def _both(element: Element) -> str:
    base, below, above = _arguments(element, 3)
    return f"{_base(base)}_{below}^{above}"


def _base(group: str) -> str:
    """Take needless braces off: x^{2}, and big operators must stand bare for their limits."""
    inner = group[1:-1]
    return inner if len(inner) == 1 or inner in _BIG else group


def _over(element: Element) -> str:
    base, above = _arguments(element, 2)
    accent = _OVER.get(_own(element[1]))
    if accent:
        return accent + base
    return f"{_base(base)}^{above}" if base[1:-1] in _BIG else f"\\overset{above}{base}"


def _under(element: Element) -> str:
    base, below = _arguments(element, 2)
    return f"{_base(base)}_{below}" if base[1:-1] in _BIG else f"\\underset{below}{base}"


def _fenced(element: Element) -> str:
    opening, closing = element.get("open", "("), element.get("close", ")")
    separator = (element.get("separators", ",").strip() or " ")[0]
    inner = separator.join(_one(child) for child in element)
    fences = [_SPECIAL.sub(_escaped, each) or "." for each in (opening, closing)]
    return f"\\left{fences[0]}{inner}\\right{fences[1]}"


def _table(element: Element) -> str:
    rows = [" & ".join(_one(cell) for cell in row) for row in element]
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


def _semantics(element: Element) -> str:
    return _one(element[0]) if len(element) else ""


_TURNS: dict[str, Callable[[Element], str]] = {
    **dict.fromkeys(("mrow", "mstyle", "mtd", "mpadded", "mphantom", "menclose"), _children),
    "mi": _identifier,
    "mn": _operator,
    "mo": _operator,
    "mtext": _text,
    "ms": _text,
    "mspace": lambda _element: r"\,",
    "mfrac": _fraction,
    "msqrt": lambda element: f"\\sqrt{{{_children(element)}}}",
    "mroot": _root,
    "msup": _raised,
    "msub": _lowered,
    "msubsup": _both,
    "munderover": _both,
    "mover": _over,
    "munder": _under,
    "mfenced": _fenced,
    "mtable": _table,
    "semantics": _semantics,
}
