r"""Numbers as people type them, read exactly, at a bounded cost.

Accepted, after folding full and half width: `49200`, `49,200`, `49 200`, `-0.5`, `.5`, `1.2e3`,
`1.2×10^3`, `1.2x10³`, `1.2*10**3`, `10^-5`, each with an optional unit behind. Refused: other
groupings (`1,5` might mean two numbers), more than 64 characters, exponents beyond ±99.
Values are `Decimal`, made from text without rounding; never float.
"""

import re
from decimal import Decimal

from learning.question_bank.item_types.folding import widths_folded

MAX_LENGTH = 64
MAX_EXPONENT = 99

_GROUPED = r"[0-9]{1,3}(?P<separator>[ ,'])[0-9]{3}(?:(?P=separator)[0-9]{3})*"
_RAISED = r"10 *(?:\^|\*\*) *[({]?(?P<power>[+-]?[0-9]+)[)}]?"
_MANTISSA = re.compile(
    rf"(?P<sign>[+-]?) *(?:(?P<whole>{_GROUPED}|[0-9]+)(?:\.(?P<part>[0-9]*))?|\.(?P<only>[0-9]+))"
)
_POWER = re.compile(rf" *(?:e(?P<e>[+-]?[0-9]+)|[x×*·] *{_RAISED})", re.IGNORECASE)
_BARE_POWER = re.compile(rf"(?P<sign>[+-]?) *{_RAISED}")
_SEPARATORS = re.compile(r"[ ,']")


def split_quantity(text: str) -> tuple[Decimal, str] | None:
    """Read the number at the start of a text; return it with the rest, or None if there is none."""
    if len(text) > MAX_LENGTH:
        return None
    folded = widths_folded(text).strip()
    bare = _BARE_POWER.match(folded)
    if bare:
        return _quantity(bare["sign"] + "1", bare["power"], folded[bare.end() :])
    mantissa = _MANTISSA.match(folded)
    if not mantissa:
        return None
    power = _POWER.match(folded, mantissa.end())
    whole = _SEPARATORS.sub("", mantissa["whole"] or "0")
    part = mantissa["part"] or mantissa["only"] or ""
    digits = f"{mantissa['sign']}{whole}.{part}"
    if not power:
        return _quantity(digits, "0", folded[mantissa.end() :])
    return _quantity(digits, power["e"] or power["power"], folded[power.end() :])


def read_quantity(text: str, unit: str) -> Decimal | None:
    """Read a number with or without the printed unit behind it; None for anything else."""
    found = split_quantity(text)
    if found is None:
        return None
    value, rest = found
    return value if unit_folded(rest) in {"", unit_folded(unit)} else None


def unit_folded(unit: str) -> str:
    """Fold a unit for comparison: width, white space, ^; case counts (mW is not MW)."""
    return "".join(widths_folded(unit).replace("^", "").split())


def _quantity(digits: str, exponent: str, rest: str) -> tuple[Decimal, str] | None:
    power = int(exponent)
    if abs(power) > MAX_EXPONENT:
        return None
    # A factor of one power of ten keeps the digits as they were typed: 49200 stays 49200.
    value = Decimal(digits.removesuffix("."))
    sign, numerals, exponent_of = value.as_tuple()
    assert isinstance(exponent_of, int)  # noqa: S101 - built from digits alone
    return Decimal((sign, numerals, exponent_of + power)), rest
