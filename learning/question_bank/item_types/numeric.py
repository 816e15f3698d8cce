"""计算: a number with a printed unit, right within a tolerance."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types.folding import widths_folded
from learning.question_bank.item_types.parts import (
    AnswerLine,
    Finding,
    ItemBlock,
    ItemParts,
    Tally,
    Written,
    text_of,
)
from learning.question_bank.item_types.quantities import (
    MAX_LENGTH,
    read_quantity,
    split_quantity,
    unit_folded,
)
from learning.question_bank.item_types.units import IncompatibleError, conversion
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    Response,
    ResponseInvalid,
    ToleranceKind,
)

KIND = ItemKind.NUMERIC
WORD = N_("计算")
HELP = N_(
    "答案写成“= 数值 单位 ± 容差”，容差是数（绝对）或百分数（相对）；"
    "也可在标题行写“3 位有效数字”。答题时写成其他可换算的单位也可以。"
)
COUNTS_PARTS = False
IS_SCORED = True
ATTRIBUTES = re.compile(r"(?P<figures>[1-9]|10) ?位有效数字")
SYNTAX = "写成“= 数值 单位 ± 容差”，容差是数（绝对）或百分数（相对）"
_TOLERANCE = re.compile(r"^(?P<relative>相对)? *(?P<number>[^%％]+?) *(?P<percent>[%％])?$")


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the one answer line: `= 49200 h ± 0.5 %`, `= 89.4 % ± 0.1`, `= 63.2 % ± 相对 1 %`.

    Without a tolerance the value must be met exactly. A percentage behind a value in % could be
    either, so it is refused unless marked 相对 (relative).
    """
    findings = [
        Finding(option.line, "option_line", f"计算题没有选项，答案{SYNTAX}")
        for option in block.options
    ]
    if block.gaps > 1:
        message = f"计算题至多一个空（____），现有 {block.gaps} 个"
        findings.append(Finding(block.line, "gap_count", message))
    if len(block.answers) != 1:
        message = f"计算题应恰有一行答案，现有 {len(block.answers)} 行；{SYNTAX}"
        return ItemParts(), (*findings, Finding(block.line, "key_count", message))
    parts, finding = _parse_answer(block.answers[0])
    if finding is None:
        parts, finding = _with_figures(parts, block)
    return parts, (*findings, finding) if finding else tuple(findings)


def write(item: Item) -> Written:
    """Write the answer line."""
    key = item.key
    line = f"= {key.value} {item.document.unit}".rstrip()
    if figures := key.setting("figures"):
        return Written((line,), attributes=(f"{figures} 位有效数字",))
    if key.tolerance is None:
        return Written((line,))
    if key.tolerance_kind == "absolute":
        return Written((f"{line} ± {key.tolerance}",))
    mark = "相对 " if unit_folded(item.document.unit) == "%" else ""
    return Written((f"{line} ± {mark}{_shifted(key.tolerance, 2)} %",))


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept the text as typed, up to 64 characters; it need not be a number yet; "" is None."""
    del document
    return text_of(raw, MAX_LENGTH) or None


def is_answered(response: Response) -> bool:
    """Any text answers."""
    return bool(response)


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Compare exactly with the value and its tolerance.

    A typed unit is converted to the printed one; one that measures something else is wrong. Raises
    ResponseInvalid for no number and for an unknown unit.
    """
    found = split_quantity(response) if isinstance(response, str) else None
    if found is None or key.value is None:
        raise ResponseInvalid("number")
    try:
        value = _converted(*found, document.unit)
    except IncompatibleError:
        return Tally(right=0, wrong=1, of=1)
    is_right = abs(value - Fraction(key.value)) <= _allowed(key, Fraction(key.value))
    return Tally(right=int(is_right), wrong=int(not is_right), of=1)


def _converted(value: Decimal, typed: str, printed: str) -> Fraction:
    """Bring a number to the printed unit: a bare one is in it already."""
    if unit_folded(typed) in {"", unit_folded(printed)}:
        return Fraction(value)
    found = conversion(typed.strip(), printed)
    if found is None:
        raise ResponseInvalid("number")
    return found.apply(Fraction(value))


def _allowed(key: AnswerKey, value: Fraction) -> Fraction:
    """Return how far off an answer may be, ends included.

    For n significant figures it is half a unit of the n-th figure of the value: 4.9249 to 3 figures
    takes what lies within 0.005, so 4.92 and 4.925, not 4.93.
    """
    if figures := key.setting("figures"):
        assert key.value is not None  # noqa: S101 - the caller has compared with it
        return Fraction(10) ** (key.value.adjusted() - int(figures) + 1) / 2
    allowed = Fraction(key.tolerance or 0)
    return allowed * abs(value) if key.tolerance_kind == "relative" else allowed


def _parse_answer(answer: AnswerLine) -> tuple[ItemParts, Finding | None]:
    quantity, sign, tolerance_text = answer.text.partition("±")
    found = split_quantity(quantity)
    if found is None:
        message = f"“{quantity.strip()[:40]}”不是数；{SYNTAX}"
        return ItemParts(), Finding(answer.line, "key_number", message)
    value, rest = found
    unit = _as_written(quantity, rest)
    if re.match(r"[0-9.,+\-^*]", unit_folded(unit)):
        message = f"“{quantity.strip()[:40]}”里的数读不懂；{SYNTAX}"
        return ItemParts(), Finding(answer.line, "key_number", message)
    parts = ItemParts(blank_count=1, unit=unit, value=value)
    if not sign:
        return parts, None
    return _with_tolerance(parts, answer.line, tolerance_text.strip())


def _with_figures(parts: ItemParts, block: ItemBlock) -> tuple[ItemParts, Finding | None]:
    matches = [found for each in block.attributes if (found := ATTRIBUTES.fullmatch(each))]
    if not matches:
        return parts, None
    if len(matches) > 1:
        return parts, Finding(block.line, "tolerance", "有效数字写了两次")
    if parts.tolerance is not None:
        message = "有效数字和容差只写一种"
        return parts, Finding(block.line, "tolerance", message)
    if not parts.value:
        return parts, Finding(block.line, "tolerance", "数值为 0 时没有有效数字")
    return replace(parts, key_settings=(("figures", matches[0]["figures"]),)), None


def _as_written(quantity: str, rest: str) -> str:
    """Find the unit as its author wrote it; `rest` is the folded text behind the number."""
    starts = range(len(quantity), -1, -1)
    ends = (quantity[start:].strip() for start in starts)
    return next((end for end in ends if widths_folded(end).strip() == rest.strip()), rest.strip())


def _with_tolerance(parts: ItemParts, line: int, text: str) -> tuple[ItemParts, Finding | None]:
    found = _TOLERANCE.match(text)
    tolerance = read_quantity(found["number"], parts.unit) if found else None
    if found is None or tolerance is None or tolerance < 0:
        return parts, Finding(line, "tolerance", f"容差“{text[:40]}”读不懂；{SYNTAX}")
    if found["relative"] and not found["percent"]:
        return parts, Finding(line, "tolerance", "相对容差要写百分数，如“± 相对 1 %”")
    if found["percent"] and not found["relative"] and unit_folded(parts.unit) == "%":
        message = "单位是 % 时，“± 1 %”可有两种理解：绝对容差写“± 1”，相对容差写“± 相对 1 %”"
        return parts, Finding(line, "tolerance_ambiguous", message)
    kind: ToleranceKind = "relative" if found["percent"] else "absolute"
    if kind == "relative" and not parts.value:
        return parts, Finding(line, "tolerance", "数值为 0 时只能用绝对容差")
    ratio = _shifted(tolerance, -2) if kind == "relative" else tolerance
    return (
        ItemParts(
            blank_count=1,
            unit=parts.unit,
            value=parts.value,
            tolerance=ratio,
            tolerance_kind=kind,
        ),
        None,
    )


def _shifted(value: Decimal, places: int) -> Decimal:
    """Multiply by a power of ten without rounding: 0.5 % is 0.005 and comes back as 0.5."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - a finite number
    return Decimal((sign, digits, exponent + places))
