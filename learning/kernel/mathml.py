r"""One formula in, one safe MathML element out; the only module that knows math-core.

It must not know Markdown, and must not let a formula end the process: math-core parses by
recursion and overflows the C stack on deep input, which no `except` catches, so length, depth and
the number of commands are bounded before it is called.

Styles. The pages' policy allows no `style` attribute (trap T4), while math-core writes a fixed set
of declarations for `cases`, `aligned`, `array` and `\!`. `STYLE_CLASSES` maps each declaration to a
class, `stylesheet()` writes the rules the theme must contain. The classes are:

- `math-left` `math-right`: alignment of a cell in `cases`, `aligned`, `array`;
- `math-flush-left` `math-flush-right` `math-flush-top` `math-flush-bottom`: no padding there;
- `math-gap-left`: the space between the two columns of `cases`;
- `math-near-left` `math-near-right` `math-row-gap`: narrow columns (`smallmatrix`), row spacing;
- `math-line-left|right|top` and `math-dash-left|right|top`: rules of an `array`;
- `math-back-thin` `math-back-medium` `math-back-thick`: negative spaces;
- `menclose-updiagonalstrike`, `menclose-downdiagonalstrike` (from math-core itself, for `\cancel`).

A formula that needs any other style (colour, free negative space, numbered equations) is refused:
colour alone says nothing to a person who cannot see it, and numbers would need ids. Several lines
are written with `aligned` inside `$$…$$`, not with `align`.
"""

import re
from functools import lru_cache

import nh3
from math_core import LatexError, LatexToMathML

from learning.kernel.errors import DomainError

MAX_LENGTH = 2000
MAX_DEPTH = 30
MAX_COMMANDS = 200
MAX_EXPANSIONS = 500

STYLE_CLASSES: dict[str, str] = {
    "text-align:left": "math-left",
    "justify-items:start": "math-left",
    "text-align:right": "math-right",
    "justify-items:end": "math-right",
    "padding-left:0": "math-flush-left",
    "padding-right:0": "math-flush-right",
    "padding-top:0": "math-flush-top",
    "padding-bottom:0": "math-flush-bottom",
    "padding-left:1em": "math-gap-left",
    "padding-left:0.1em": "math-near-left",
    "padding-right:0.1em": "math-near-right",
    "padding-top:0.1667em": "math-row-gap",
    "border-left:0.05em solid currentcolor": "math-line-left",
    "border-right:0.05em solid currentcolor": "math-line-right",
    "border-top:0.05em solid currentcolor": "math-line-top",
    "border-left:0.05em dashed currentcolor": "math-dash-left",
    "border-right:0.05em dashed currentcolor": "math-dash-right",
    "border-top:0.05em dashed currentcolor": "math-dash-top",
    "margin-left:-0.16666667em": "math-back-thin",
    "margin-left:-0.22222222em": "math-back-medium",
    "margin-left:-0.2777778em": "math-back-thick",
}
_TEXT_TAGS = frozenset({"b", "i", "em", "code", "u", "s"})
_TAGS = frozenset(
    "math maction menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot "
    "mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
_ATTRIBUTES = frozenset(
    "accent accentunder class columnalign columnspan depth display displaystyle fence form height "
    "largeop linethickness lspace mathvariant maxsize minsize movablelimits notation rspace "
    "scriptlevel separator stretchy symmetric voffset width".split()
)
_DEFINES = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|[egx]?def|let|global|futurelet|label|tag|ref"
    r"|eqref|color|textcolor|definecolor)(?![A-Za-z])"
    r"|\\begin\{(?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?\}"
)
# math-core draws \overline and \underline with U+0332, which has no advance: the bar comes out too
# wide over one letter, and beside it without STIX. U+203E stretches to the letters below it.
_COMBINING_BAR = '<mo stretchy="true">\u0332</mo>'
_SPACING_BAR = '<mo stretchy="true">\u203e</mo>'
_STYLE = re.compile(r' style="([^"]*)"')
_TAG_NAME = re.compile(r"<([A-Za-z][\w-]*)")
_POSITION = re.compile(r"^\d+: ")
_converter = LatexToMathML(fancy_error=False, max_expansions=MAX_EXPANSIONS)
_cleaner = nh3.Cleaner(
    tags=set(_TAGS | _TEXT_TAGS),
    attributes={tag: set(_ATTRIBUTES) for tag in _TAGS},
    link_rel=None,
)


class FormulaError(DomainError):
    """A formula that cannot be set; `formula` is its source, `reason` one English line."""

    def __init__(self, formula: str, reason: str) -> None:
        super().__init__("formula", formula=formula, reason=reason)
        self.formula = formula
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} [{self.formula[:80]}]"


@lru_cache(maxsize=4096)
def to_mathml(formula: str, *, is_display: bool = False) -> str:
    """Set a LaTeX formula as one `<math>` element without styles, ids or links.

    Raises FormulaError for anything math-core refuses, for definitions, colours, labels, an empty
    formula, and for input beyond the bounds of this module.
    """
    _check_bounds(formula)
    try:
        mathml = _converter.convert_with_local_state(formula, displaystyle=is_display)
    except LatexError as error:
        raise FormulaError(formula, _POSITION.sub("", str(error))) from error
    mathml = mathml.replace(_COMBINING_BAR, _SPACING_BAR)
    mathml = _STYLE.sub(lambda match: _to_classes(formula, match.group(1)), mathml)
    strange = {name.lower() for name in _TAG_NAME.findall(mathml)} - _TAGS - _TEXT_TAGS
    if strange:
        raise FormulaError(formula, f"Not supported here: {', '.join(sorted(strange))}.")
    return _cleaner.clean(mathml)


def stylesheet() -> str:
    """Write the CSS rules behind `STYLE_CLASSES`, one line a declaration, for the theme."""
    rules = [f".{name}{{{declared}}}" for declared, name in STYLE_CLASSES.items()]
    return "\n".join(rules) + "\n"


def _check_bounds(formula: str) -> None:
    if not formula.strip():
        raise FormulaError(formula, "The formula is empty.")
    if len(formula) > MAX_LENGTH:
        raise FormulaError(formula, f"Longer than {MAX_LENGTH} characters.")
    if formula.count("\\") > MAX_COMMANDS:
        raise FormulaError(formula, f"More than {MAX_COMMANDS} commands.")
    if _depth(formula) > MAX_DEPTH:
        raise FormulaError(formula, f"Nested deeper than {MAX_DEPTH}.")
    refused = _DEFINES.search(formula)
    if refused:
        raise FormulaError(formula, f"{refused.group(0)} is not supported here.")


def _depth(formula: str) -> int:
    """Count the deepest nesting of brackets, never too low: a closing one without partner is 0."""
    depth = deepest = 0
    for character in formula:
        if character in "{[(":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}])":
            depth = max(0, depth - 1)
    return deepest


def _to_classes(formula: str, style: str) -> str:
    names: list[str] = []
    for declaration in filter(None, (part.strip() for part in style.split(";"))):
        key, _, value = declaration.partition(":")
        name = STYLE_CLASSES.get(f"{key.strip()}:{value.strip()}")
        if name is None:
            raise FormulaError(formula, f"The style “{declaration}” is not supported here.")
        if name not in names:
            names.append(name)
    return f' class="{" ".join(names)}"'
