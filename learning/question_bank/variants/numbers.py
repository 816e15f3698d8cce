"""The numbers of parametric items: decimal, the same on every machine, at a bounded cost.

Every operation works to 40 significant digits in `CONTEXT`, so sums, differences and products of
the numbers that people write are exact, and the rest (quotients, roots, powers, logarithms) is
correctly rounded far beyond what is shown. What people see and are marked against is rounded once,
to 12 significant digits. Where whole numbers or equality decide, digits beyond the 30th are taken
as the trace of a rounding: 2 / 3 * 3 is 2.
"""

from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

CONTEXT = Context(prec=40, Emax=999, Emin=-999, traps=[DivisionByZero, InvalidOperation, Overflow])
SHOWN_DIGITS = 12
PLAIN_DIGITS = 6
"""Significant digits at which a number that does not end is shown in a text."""
MAX_PLAIN, MIN_PLAIN = 15, -5
"""Powers of ten between which a number is written without an exponent."""

# Rounding up may add a power of ten to the largest number there is.
_SHOWN = Context(prec=SHOWN_DIGITS, Emax=2000, Emin=-2000, traps=[InvalidOperation])
_COMPARED = Context(prec=30, Emax=2000, Emin=-2000, traps=[InvalidOperation])
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def shown(number: Decimal) -> Decimal:
    """Round to 12 significant digits, without trailing zeros: 2.50 is 2.5, 1E+2 is 100."""
    return plain(_SHOWN.plus(number))


def compared(number: Decimal) -> Decimal:
    """Round away the trace of earlier roundings, for comparisons and whole numbers."""
    return _COMPARED.plus(number)


def plain(number: Decimal) -> Decimal:
    """Remove trailing zeros behind the point and exponents above it; -0 is 0."""
    reduced = number.normalize(_COMPARED)
    if not reduced:
        return Decimal(0)
    exponent = reduced.as_tuple().exponent
    is_large = isinstance(exponent, int) and 0 < exponent < MAX_PLAIN
    return Decimal(f"{reduced:f}") if is_large else reduced


def number_text(number: Decimal, places: int | None = None, *, is_formula: bool = False) -> str:
    """Write a number as a text shows it, with `places` decimals or as many as it needs.

    One that ends within 12 significant digits is written out; any other is rounded to 6, but never
    before the point. Very large and very small ones are written with a power of ten.
    """
    rounded = shown(number)
    if places is None and len(_SHOWN.plus(number).normalize().as_tuple().digits) == SHOWN_DIGITS:
        rounded = _shortened(number)
    power = rounded.adjusted() if rounded else 0
    if not MIN_PLAIN <= power < MAX_PLAIN:
        return _with_power(rounded, power, is_formula=is_formula)
    if places is not None:
        rounded = number.quantize(Decimal(1).scaleb(-places), context=CONTEXT)
        return f"{rounded or abs(rounded):f}"
    return f"{rounded:f}"


def _shortened(number: Decimal) -> Decimal:
    places = max(PLAIN_DIGITS - 1 - number.adjusted(), 0)
    if number.adjusted() >= MAX_PLAIN:
        return shown(number)
    return plain(number.quantize(Decimal(1).scaleb(-places), context=CONTEXT))


def _with_power(number: Decimal, power: int, *, is_formula: bool) -> str:
    mantissa = f"{plain(number.scaleb(-power)):f}"
    if is_formula:
        return f"{mantissa}\\times 10^{{{power}}}"
    return f"{mantissa}×10{str(power).translate(_SUPERSCRIPTS)}"
