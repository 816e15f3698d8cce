r"""Texts of parametric items: `{expression}` gives way to its value, `{x:2}` shows 2 decimals.

Inside `$…$` the braces stay, so that LaTeX groups survive. Braces whose content is not an
expression over declared names are left alone, as is code, and what stands behind `\text`,
`\mathrm` and their like: those are words.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from learning.question_bank.variants.expressions import (
    Expression,
    ExpressionError,
    Scope,
    Value,
    parse_expression,
)
from learning.question_bank.variants.numbers import number_text

# Twin of the dollars of `kernel.markdown`.
_PARTS = re.compile(
    r"(?P<code>`[^`]*`)"
    r"|(?P<display>\$\$.+?\$\$)"
    r"|(?P<inline>(?<![\\$])\$(?![\s$])(?:\\.|[^\\$])+?(?<!\s)\$(?![\d$]))",
    re.DOTALL,
)
_HOLE = re.compile(
    r"\\(?:text|mathrm|mathit|mathbf|mathsf|operatorname|begin|end)\{[^{}]*\}"
    r"|\{(?P<content>[^{}\n]{1,300})\}"
)
_PLACES = re.compile(r":\s*([0-9])$")
_NAME_LIKE = re.compile(r"\s*[A-Za-z]\w*\s*(?:[-+*/:(].*)?")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place of a text where a value goes; `places` decimals, or as many as needed."""

    expression: Expression
    places: int | None
    is_formula: bool

    def text(self, scope: Scope) -> str:
        """Write the value; raises ExpressionError."""
        value = self.expression.evaluate(scope)
        written = value_text(value, self.places, is_formula=self.is_formula)
        return f"{{{written}}}" if self.is_formula else written


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut at its holes; `strangers` are braces that look meant and name nothing known."""

    pieces: tuple[str | Hole, ...]
    strangers: tuple[str, ...] = ()

    @property
    def holes(self) -> Iterator[Hole]:
        """Yield the holes in order."""
        return (piece for piece in self.pieces if isinstance(piece, Hole))

    def fill(self, scope: Scope) -> str:
        """Put the values in; raises ExpressionError."""
        return "".join(
            piece if isinstance(piece, str) else piece.text(scope) for piece in self.pieces
        )


def value_text(value: Value, places: int | None = None, *, is_formula: bool = False) -> str:
    """Write a value as a text shows it; raises ExpressionError for a condition."""
    if isinstance(value, Decimal):
        return number_text(value, places, is_formula=is_formula)
    if isinstance(value, bool):
        raise ExpressionError("条件不能写进文字")
    return value


@lru_cache(maxsize=4096)
def parse_template(text: str, names: frozenset[str]) -> Template:
    """Cut a text at the expressions over these names."""
    pieces: list[str | Hole] = []
    strangers: list[str] = []
    end = 0
    for part in _PARTS.finditer(text):
        _cut(text[end : part.start()], names, pieces, strangers.append)
        if part["code"] is not None:
            pieces.append(part.group())
        else:
            _cut(part.group(), names, pieces, None)
        end = part.end()
    _cut(text[end:], names, pieces, strangers.append)
    return Template(tuple(pieces), tuple(strangers))


def _cut(
    text: str,
    names: frozenset[str],
    pieces: list[str | Hole],
    report: Callable[[str], None] | None,
) -> None:
    """Cut text outside formulas, or (without `report`) a formula."""
    end = 0
    for found in _HOLE.finditer(text):
        content = found["content"]
        if content is None:
            continue
        hole = _hole(content, names, is_formula=report is None)
        if hole is not None:
            pieces += [text[end : found.start()], hole]
            end = found.end()
        elif report is not None and _NAME_LIKE.fullmatch(content):
            report(content.strip())
    pieces.append(text[end:])


def _hole(content: str, names: frozenset[str], *, is_formula: bool) -> Hole | None:
    found = _PLACES.search(content)
    try:
        expression = parse_expression(content[: found.start()] if found else content)
    except ExpressionError:
        return None
    if not expression.names or not expression.names <= names:
        return None
    return Hole(expression, int(found[1]) if found else None, is_formula)
