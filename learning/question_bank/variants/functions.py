"""The functions that expressions of parametric items may call: those of quality and reliability.

Each takes and returns decimals, refuses arguments it is not defined for (`OutOfDomainError`), and
takes a bounded time. Distributions come from scipy as binary numbers and are rounded to 12
significant digits at once, so that the last bits, which differ between machines, never show.

    exp(1) = 2.718…                    normal_cdf(1.96) = 0.975002104852
    chi2_quantile(0.95, 4) = 9.48772903678    t_quantile(0.975, 9) = 2.26215716280
    f_quantile(0.95, 3, 10) = 3.70826481905   poisson_cdf(2, 1.5) = 0.808846830538
    binomial_cdf(1, 20, 0.02) = 0.940101021451
"""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from learning.question_bank.variants.numbers import CONTEXT, SHOWN_DIGITS, compared

MAX_FACTORIAL = 170
MAX_COMB = 1000
MAX_COUNT = 100_000
"""The largest count, degree of freedom or number of trials of a distribution."""

Function = Callable[..., Decimal]


class OutOfDomainError(ArithmeticError):
    """An argument is outside what the function is defined for."""


def _whole(number: Decimal, highest: int) -> int:
    rounded = compared(number)
    if rounded != rounded.to_integral_value() or not 0 <= rounded <= highest:
        raise OutOfDomainError
    return int(rounded)


def _factorial(number: Decimal) -> Decimal:
    return CONTEXT.create_decimal(math.factorial(_whole(number, MAX_FACTORIAL)))


def _comb(total: Decimal, chosen: Decimal) -> Decimal:
    return CONTEXT.create_decimal(math.comb(_whole(total, MAX_COMB), _whole(chosen, MAX_COMB)))


def _gamma(number: Decimal) -> Decimal:
    if not 0 < number <= MAX_FACTORIAL:
        raise OutOfDomainError
    try:
        return _from_float(math.gamma(float(number)))
    except (OverflowError, ValueError):  # closer to 0 than binary numbers go
        raise OutOfDomainError from None


def _ln(number: Decimal) -> Decimal:
    return CONTEXT.ln(_positive(number))


def _log10(number: Decimal) -> Decimal:
    return CONTEXT.log10(_positive(number))


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise OutOfDomainError
    return number


def _floor(number: Decimal) -> Decimal:
    return compared(number).to_integral_value(rounding=ROUND_FLOOR)


def _ceil(number: Decimal) -> Decimal:
    return compared(number).to_integral_value(rounding=ROUND_CEILING)


def _round(number: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    """Round half up, as people do: round(2.5) is 3, round(0.125, 2) is 0.13."""
    step = Decimal(1).scaleb(-_whole(places, SHOWN_DIGITS))
    return compared(number).quantize(step, rounding=ROUND_HALF_UP, context=CONTEXT)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise to a power; a negative base takes whole exponents only."""
    if not base and exponent <= 0:
        raise OutOfDomainError
    return CONTEXT.power(base, exponent)


def _from_float(number: float) -> Decimal:
    if not math.isfinite(number):
        raise OutOfDomainError
    return Decimal(f"{number:.{SHOWN_DIGITS - 1}e}")


def _special(name: str, *arguments: Decimal | int) -> Decimal:
    # Late: scipy takes longer to load than everything else, and most banks need none of it.
    from scipy import special

    numbers = [each if isinstance(each, int) else float(each) for each in arguments]
    return _from_float(float(getattr(special, name)(*numbers)))


def _ratio(number: Decimal) -> Decimal:
    if not 0 < number < 1:
        raise OutOfDomainError
    return number


def _freedom(number: Decimal) -> Decimal:
    if not 0 < number <= MAX_COUNT:
        raise OutOfDomainError
    return number


def _normal_cdf(x: Decimal) -> Decimal:
    return _special("ndtr", x)


def _normal_quantile(p: Decimal) -> Decimal:
    return _special("ndtri", _ratio(p))


def _chi2_quantile(p: Decimal, df: Decimal) -> Decimal:
    return CONTEXT.multiply(Decimal(2), _special("gammaincinv", _freedom(df) / 2, _ratio(p)))


def _t_quantile(p: Decimal, df: Decimal) -> Decimal:
    return _special("stdtrit", _freedom(df), _ratio(p))


def _f_quantile(p: Decimal, df1: Decimal, df2: Decimal) -> Decimal:
    return _special("fdtri", _freedom(df1), _freedom(df2), _ratio(p))


def _poisson_cdf(k: Decimal, mean: Decimal) -> Decimal:
    return _special("pdtr", _whole(k, MAX_COUNT), _freedom(mean))


def _binomial_cdf(k: Decimal, n: Decimal, p: Decimal) -> Decimal:
    count, trials = _whole(k, MAX_COUNT), _whole(n, MAX_COUNT)
    if count > trials:
        raise OutOfDomainError
    return _special("bdtr", count, trials, _ratio(p))


FUNCTIONS: dict[str, tuple[Function, int, int]] = {
    "exp": (CONTEXT.exp, 1, 1),
    "ln": (_ln, 1, 1),
    "log10": (_log10, 1, 1),
    "sqrt": (CONTEXT.sqrt, 1, 1),
    "abs": (CONTEXT.abs, 1, 1),
    "min": (min, 2, 10),
    "max": (max, 2, 10),
    "round": (_round, 1, 2),
    "floor": (_floor, 1, 1),
    "ceil": (_ceil, 1, 1),
    "factorial": (_factorial, 1, 1),
    "comb": (_comb, 2, 2),
    "gamma": (_gamma, 1, 1),
    "normal_cdf": (_normal_cdf, 1, 1),
    "normal_quantile": (_normal_quantile, 1, 1),
    "chi2_quantile": (_chi2_quantile, 2, 2),
    "t_quantile": (_t_quantile, 2, 2),
    "f_quantile": (_f_quantile, 3, 3),
    "poisson_cdf": (_poisson_cdf, 2, 2),
    "binomial_cdf": (_binomial_cdf, 3, 3),
}
"""Name → function, fewest and most arguments."""


@lru_cache(maxsize=16_384)
def _remembered(name: str, *arguments: Decimal) -> Decimal:
    return FUNCTIONS[name][0](*arguments)


def call(name: str, *arguments: Decimal) -> Decimal:
    """Call a function; the same arguments are computed once: variants repeat them."""
    return _remembered(name, *arguments)
