"""Hours of study 学时 that a pass of a contest is worth. Pure.

The contest promises; the ledger of hours, which lies above, credits, once the participant's own
organisation has approved. Hours are thousandths, in hundredths; points are thousandths.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MOST_HOURS = Decimal(24)  # what a claim of one day may have
MOST_POINTS = Decimal(1_000_000)  # sums of daily quizzes have no most of their own
_GRAIN = Decimal("0.01")


class HourField(StrEnum):
    """What the hours count as; twin of the CHECK constraint and of the ledger's own."""

    PROFESSIONAL = "professional"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class HoursPledge:
    """From how many points of the first round on a participant earns how many hours, as what."""

    cut: Decimal
    hours: Decimal
    field: HourField

    @property
    def cut_milli(self) -> int:
        """Return the points needed, in thousandths."""
        return int(self.cut * 1000)

    @property
    def hours_milli(self) -> int:
        """Return the hours, in thousandths."""
        return int(self.hours * 1000)


def problem_places(pledge: HoursPledge, most_points: Decimal | None) -> list[str]:
    """Return the fields of what is wrong; `most_points` are those of the paper, None without."""
    most = MOST_POINTS if most_points is None else most_points
    checks = {
        "cut": _is_within(pledge.cut, most),
        "hours": _is_within(pledge.hours, MOST_HOURS),
    }
    return [place for place, holds in checks.items() if not holds]


def _is_within(number: Decimal, most: Decimal) -> bool:
    """Tell whether a number is above nothing, not above the most, and in hundredths."""
    return number.is_finite() and 0 < number <= most and number == number.quantize(_GRAIN)
