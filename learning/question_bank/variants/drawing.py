"""What a variant draws: values of variables by hashing, and all that follows from them."""

import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from learning.question_bank.rules import Draw, Variable
from learning.question_bank.variants.expressions import (
    Expression,
    Value,
    parse_expression,
)

VARIANTS = 1000


def draw_values(draw: Draw, code: str, variant: int) -> dict[str, Value]:
    """Draw a value for every variable: the same for the same code, variant and name, for ever."""
    return drawer(draw, code)(variant)


def drawer(draw: Draw, code: str) -> Callable[[int], dict[str, Value]]:
    """Return what draws the values of a variant as `draw_values`: for a thousand of one item."""
    plan = [
        (variable.name, f"|{variable.name}".encode(), _values(variable))
        for variable in draw.variables
    ]
    sha256 = hashlib.sha256

    def values_of(variant: int) -> dict[str, Value]:
        drawn, start = {}, f"{code}|{variant}".encode()
        for name, end, values in plan:
            number = int.from_bytes(sha256(start + end).digest()[:8])
            drawn[name] = values[number % len(values)]
        return drawn

    return values_of


@lru_cache(maxsize=4096)
def _values(variable: Variable) -> tuple[Value, ...]:
    return tuple(read_value(text) for text in variable.values)


def read_value(text: str) -> Value:
    """Read a value as stored: a number if it is one, otherwise a word."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


class Scope(dict[str, Value]):
    """The names of a variant; what is computed is computed when it is first asked for.

    So that a requirement may refuse a variant before anything fails in it.
    """

    def __init__(self, drawn: Mapping[str, Value], computed: Mapping[str, Expression]) -> None:
        super().__init__(drawn)
        self.computed = computed

    def __missing__(self, name: str) -> Value:
        value = self.computed[name].evaluate(self)
        self[name] = value
        return value


def computed_names(draw: Draw, formula: str = "") -> dict[str, Expression]:
    """Return what is computed from the drawn values: the lets, and `value` where it is known."""
    pairs = (*draw.lets, *([("value", formula)] if formula else []))
    return {name: parse_expression(text) for name, text in pairs}


def document_names(draw: Draw) -> frozenset[str]:
    """Return the names that the texts of the document may use."""
    return frozenset([*(each.name for each in draw.variables), *(name for name, _ in draw.lets)])
