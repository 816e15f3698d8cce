"""Units as people type them, and exact conversion between those that measure the same.

Only the units of the list below are known: those of quality, reliability and metrology. What is
left out on purpose: 年 and 月 (8 760 h or 365.25 d?), r/min (an angle or a count?), 件 and 次 (no
measure). An unknown unit is compared as text. Conversion is pint's, in whole fractions, so 30 min
is exactly 0.5 h; the registry is made once, when a typed unit first differs from the printed one.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from learning.question_bank.item_types.folding import widths_folded

MAX_FACTORS = 6
MAX_LENGTH = 40

_DEFINITIONS = (
    "qa_yuan = [qa_currency]",
    "qa_plane_degree = [qa_plane_angle]",
    "qa_arcminute = 1/60 qa_plane_degree",
    "qa_arcsecond = 1/3600 qa_plane_degree",
    "qa_permille = 1/1000",
    "qa_ppb = 1/1000000000",
    "qa_fit = 1/1000000000 / hour",
)
_PREFIXES = {
    "": "",
    "n": "nano",
    "μ": "micro",
    "u": "micro",
    "m": "milli",
    "c": "centi",
    "d": "deci",
    "k": "kilo",
    "M": "mega",
    "G": "giga",
}
_PREFIXED = (
    ("m", "meter", "nμumcdk"),
    ("g", "gram", "μumk"),
    ("s", "second", "nμum"),
    ("Hz", "hertz", "kMG"),
    ("Pa", "pascal", "mkMG"),
    ("bar", "bar", "m"),
    ("N", "newton", "mk"),
    ("J", "joule", "mkM"),
    ("W", "watt", "μumkMG"),
    ("V", "volt", "μumk"),
    ("A", "ampere", "nμumk"),
    ("Ω", "ohm", "mkM"),
    ("F", "farad", "nμum"),
    ("H", "henry", "μum"),
    ("L", "liter", "m"),
)
_PLAIN = {
    "t": "metric_ton",
    "in": "inch",
    "ft": "foot",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "℃": "degree_Celsius",
    "°C": "degree_Celsius",
    "°F": "degree_Fahrenheit",
    "K": "kelvin",
    "°": "qa_plane_degree",
    "'": "qa_arcminute",
    '"': "qa_arcsecond",
    "%": "percent",
    "‰": "qa_permille",
    "ppm": "ppm",
    "ppb": "qa_ppb",
    "FIT": "qa_fit",
    "秒": "second",
    "分": "minute",
    "分钟": "minute",
    "小时": "hour",
    "时": "hour",
    "天": "day",
    "日": "day",
    "米": "meter",
    "厘米": "centimeter",
    "毫米": "millimeter",
    "微米": "micrometer",
    "公里": "kilometer",
    "千米": "kilometer",
    "克": "gram",
    "千克": "kilogram",
    "公斤": "kilogram",
    "吨": "metric_ton",
    "元": "qa_yuan",
    "千元": "1000 * qa_yuan",
    "万元": "10000 * qa_yuan",
    "亿元": "100000000 * qa_yuan",
}
_NAMES = _PLAIN | {
    prefix + symbol: _PREFIXES[prefix] + name
    for symbol, name, prefixes in _PREFIXED
    for prefix in ("", *prefixes)
}
_FACTOR = re.compile(
    r"(?P<symbol>[A-Za-zμΩ°℃%‰'\"\u4e00-\u9fff]+)(?:\^?\(?(?P<power>[+-]?[1-9])\)?)?"
)
_JOIN = re.compile(r"\s*(?P<sign>[·*×/.]?)\s*")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a number in one unit becomes one in another: times `factor`, plus `offset`."""

    factor: Fraction
    offset: Fraction

    def apply(self, value: Fraction) -> Fraction:
        """Convert a number."""
        return value * self.factor + self.offset


class IncompatibleError(Exception):
    """Both units are known, but they do not measure the same."""


@lru_cache(maxsize=4096)
def conversion(typed: str, printed: str) -> Conversion | None:
    """Find the way from the typed unit to the printed one; None if either is unknown.

    Raises IncompatibleError.
    """
    source, target = read_unit(typed), read_unit(printed)
    if source is None or target is None:
        return None
    registry = _registry()
    from pint.errors import PintError

    try:
        at_0, at_1 = (
            registry.Quantity(Fraction(number), registry.parse_units(source[1]))
            .to(registry.parse_units(target[1]))
            .magnitude
            for number in (0, 1)
        )
    except PintError:
        raise IncompatibleError from None
    scale = source[0] / target[0]
    # A multiple in front (万元) and a shift (°C) never meet: money has no zero point to move.
    return Conversion(scale * (at_1 - at_0), Fraction(at_0))


@lru_cache(maxsize=4096)
def read_unit(text: str) -> tuple[Fraction, str] | None:
    """Read a unit as a multiple and an expression of the library; None for an unknown one.

    "" is the number itself. Factors are joined by ·, *, a dot or white space; each / counts for the
    factor behind it.
    """
    folded = re.sub(r"^1 ?(?=/)", "", widths_folded(text).strip())
    if len(folded) > MAX_LENGTH:
        return None
    position = 0
    multiple = Fraction(1)
    factors: list[str] = []
    while position < len(folded) or (not factors and folded):
        join = _JOIN.match(folded, position)
        found = _FACTOR.match(folded, join.end()) if join else None
        if join is None or found is None or (join["sign"] not in {"", "/"} and not factors):
            return None
        power = int(found["power"] or 1) * (-1 if join["sign"] == "/" else 1)
        name = _NAMES.get(found["symbol"])
        if name is None or len(factors) == MAX_FACTORS:
            return None
        number, _times, bare = name.rpartition(" * ")
        multiple *= Fraction(number or 1) ** power
        factors.append(f"{bare} ** {power}")
        position = found.end()
    return multiple, " * ".join(factors) or "dimensionless"


@lru_cache(maxsize=1)
def _registry() -> Any:
    # Late: the library takes a second to load, and most answers come without a unit.
    import pint

    registry = pint.UnitRegistry(non_int_type=Fraction)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
