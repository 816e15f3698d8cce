"""Marking rules as data: what a partly right answer is worth.

With r = right parts, w = wrong parts, n = parts of the key, P = the item's points:

- `all_or_nothing`: P if r = n and w = 0, else 0.
- `proportional`: P · max(0, r − w) / n, the "number right minus number wrong" rule for items with
  several keys. Worked: P = 2, n = 3, two right and one wrong chosen: 2 · 1/3 = 0.667.
- `partial_no_wrong` (少选得分、错选不得分): any wrong part 0; all P; some `partial_ratio` · P if
  given, else P · r / n. Worked: P = 2, n = 3, two chosen, both right: 1.333, with ratio 0.5: 1.
- `negative`: all right P, otherwise −`penalty`; unanswered 0 is decided before the rule is asked.
- `per_blank`: P · r / n where the kind counts its parts (blanks, pairs, places). On other kinds,
  where choosing everything would pay, it is `all_or_nothing`.

A case is the sum of its sub-items, each under the same rule for its share of P (and of a penalty).
Worked: P = 6, weights 1 and 2, the first right, the second wrong: 6 · 1/3 = 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from learning.kernel.errors import Invalid, Problem
from learning.question_bank.item_types import Tally, get_type
from learning.question_bank.rules import ItemKind


class MarkingKind(StrEnum):
    """How parts become points; see the module."""

    ALL_OR_NOTHING = "all_or_nothing"
    PROPORTIONAL = "proportional"
    PARTIAL_NO_WRONG = "partial_no_wrong"
    NEGATIVE = "negative"
    PER_BLANK = "per_blank"


@dataclass(frozen=True, slots=True)
class MarkingRule:
    """A marking rule.

    `penalty` (points ≥ 0, of `negative` alone) is taken off for a wrong answer; `partial_ratio`
    (0–1, of `partial_no_wrong` alone) is what an incomplete answer is worth. Raises Invalid.
    """

    kind: MarkingKind
    penalty: Decimal = Decimal(0)
    partial_ratio: Decimal | None = None

    def __post_init__(self) -> None:
        problems = [*self._kind_problems(), *self._number_problems()]
        if problems:
            raise Invalid(problems, "marking_rule")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "MarkingRule":
        """Read what `to_dict` wrote, or an author: numbers as text. Raises Invalid."""
        unknown = sorted(set(data) - {"kind", "penalty", "partial_ratio"})
        if unknown:
            raise Invalid([_problem(key, "unknown_key") for key in unknown], "marking_rule")
        ratio = data.get("partial_ratio")
        return cls(
            kind=data.get("kind", ""),
            penalty=_decimal("penalty", data.get("penalty", "0")),
            partial_ratio=None if ratio is None else _decimal("partial_ratio", ratio),
        )

    def to_dict(self) -> dict[str, str]:
        """Write the rule as plain data; what has its default is left out."""
        data = {"kind": str(self.kind)}
        if self.penalty:
            data["penalty"] = str(self.penalty)
        if self.partial_ratio is not None:
            data["partial_ratio"] = str(self.partial_ratio)
        return data

    def earned(self, kind: ItemKind, points: Decimal, tally: Tally) -> Fraction:
        """Compute the exact points for an answered item, before rounding."""
        return self._earned(kind, Fraction(points), Fraction(self.penalty), tally)

    def _earned(self, kind: ItemKind, whole: Fraction, penalty: Fraction, tally: Tally) -> Fraction:
        if tally.parts:
            return self._earned_by_parts(whole, penalty, tally)
        if tally.is_pending or tally.is_all_right:
            return Fraction(0) if tally.is_pending else whole
        if self.kind is MarkingKind.PARTIAL_NO_WRONG:
            return self._incomplete(whole, tally)
        if self.kind is MarkingKind.NEGATIVE:
            return -penalty
        return whole * self._share(kind, tally)

    def _share(self, kind: ItemKind, tally: Tally) -> Fraction:
        """Return what of the points the right parts of an incomplete answer are worth."""
        if self.kind is MarkingKind.PROPORTIONAL:
            return Fraction(max(0, tally.right - tally.wrong), tally.of)
        if self.kind is MarkingKind.PER_BLANK and get_type(kind).COUNTS_PARTS:
            return Fraction(tally.right, tally.of)
        return Fraction(0)

    def _earned_by_parts(self, whole: Fraction, penalty: Fraction, tally: Tally) -> Fraction:
        total = sum((Fraction(part.weight) for part in tally.parts), Fraction(0))
        earned = Fraction(0)
        for part in tally.parts:
            share = Fraction(part.weight) / total
            if part.tally is not None:
                earned += self._earned(part.kind, whole * share, penalty * share, part.tally)
        return earned

    def _incomplete(self, whole: Fraction, tally: Tally) -> Fraction:
        if tally.wrong or not tally.right:
            return Fraction(0)
        if self.partial_ratio is not None:
            return whole * Fraction(self.partial_ratio)
        return whole * tally.right / tally.of

    def _kind_problems(self) -> list[Problem]:
        try:
            # Data may bring the plain word; afterwards it is the member, for every caller.
            object.__setattr__(self, "kind", MarkingKind(self.kind))
        except ValueError:
            return [_problem("kind", "unknown_kind")]
        return []

    def _number_problems(self) -> list[Problem]:
        problems = []
        ratio = self.partial_ratio
        if not self.penalty.is_finite() or self.penalty < 0:
            problems.append(_problem("penalty", "range"))
        if self.penalty and self.kind != MarkingKind.NEGATIVE:
            problems.append(_problem("penalty", "not_of_this_kind"))
        if ratio is not None and not (ratio.is_finite() and 0 <= ratio <= 1):
            problems.append(_problem("partial_ratio", "range"))
        if ratio is not None and self.kind != MarkingKind.PARTIAL_NO_WRONG:
            problems.append(_problem("partial_ratio", "not_of_this_kind"))
        return problems


_MESSAGES = {
    "unknown_kind": "没有这种计分方式",
    "unknown_key": "计分方式没有这一项",
    "range": "数值超出范围",
    "not_of_this_kind": "这种计分方式不用这一项",
    "number": "不是数",
}


def _problem(place: str, code: str) -> Problem:
    return Problem("", None, place, code, f"{place}：{_MESSAGES[code]}")


def _decimal(place: str, raw: object) -> Decimal:
    # Text or whole numbers only: 0.1 as a float would no longer be what was written.
    if isinstance(raw, (str, int, Decimal)) and not isinstance(raw, bool):
        try:
            return Decimal(raw)
        except InvalidOperation:
            pass
    raise Invalid([_problem(place, "number")], "marking_rule")
