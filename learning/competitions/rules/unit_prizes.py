"""Prizes for organisations and provinces 组织奖: what an organiser announces of them. Pure.

One goes to the first ones of the unit board within a division, or to all that reach what was
announced ("参赛率 80% 以上"). Bounds hold for either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from learning.competitions.rules.enterprises import FULL_COVERAGE, MAX_HEADCOUNT

MAX_UNIT_PRIZES = 20
MAX_UNITS = 10_000  # of one prize
MAX_MEAN_CENTI = 10_000_000


class UnitPrizeKind(StrEnum):
    """How the holders of a prize are found."""

    RANK = "rank"
    REACHED = "reached"  # all who reach the bounds


class PrizeOf(StrEnum):
    """By which board a prize goes."""

    UNITS = "units"
    PROVINCES = "provinces"
    STAGE = "stage"  # organisations by the live final's standings


@dataclass(frozen=True, slots=True)
class UnitPrize:
    """A prize for `count` organisations (0: all that reach the bounds), both ends included.

    `least_coverage` is in tenths of a percent, `least_mean` in hundredths of a point; None and 0
    bound nothing. `division` is a division's code, "" for all; `reserve` stand ready to follow.
    """

    code: str
    title: str
    kind: UnitPrizeKind = UnitPrizeKind.RANK
    count: int = 0
    of: PrizeOf = PrizeOf.UNITS
    division: str = ""
    least_participants: int = 0
    least_coverage: int | None = None
    least_mean: int | None = None
    reserve: int = 0

    @property
    def is_bound(self) -> bool:
        """Tell whether anything is to be reached."""
        bounds = (self.least_coverage, self.least_mean)
        return self.least_participants > 0 or any(bound is not None for bound in bounds)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "UnitPrize":
        """Read what `dataclasses.asdict` gave, through JSON."""
        kinds = {"kind": UnitPrizeKind(stored["kind"]), "of": PrizeOf(stored["of"])}
        return cls(**{**stored, **kinds})


def wrong_parts(prize: UnitPrize, divisions: Collection[str]) -> list[str]:
    """Return what is wrong with a prize beside its code and title, by field.

    A province declares no headcount, and its people are of every division. On the stage there is
    nothing but the place.
    """
    is_ranked, is_of_units = prize.kind is UnitPrizeKind.RANK, prize.of is PrizeOf.UNITS
    coverage, mean = prize.least_coverage, prize.least_mean
    is_on_board = prize.of is not PrizeOf.STAGE
    most_participants = MAX_HEADCOUNT if is_on_board else 0
    checks = {
        "kind": is_ranked if prize.of is PrizeOf.STAGE else is_ranked or prize.is_bound,
        "count": 1 <= prize.count <= MAX_UNITS if is_ranked else prize.count == 0,
        "reserve": 0 <= prize.reserve <= (MAX_UNITS if is_ranked else 0),
        "division": prize.division in divisions and (is_of_units or not prize.division),
        "least_participants": 0 <= prize.least_participants <= most_participants,
        "least_coverage": coverage is None or (is_of_units and 0 <= coverage <= FULL_COVERAGE),
        "least_mean": mean is None or (is_on_board and abs(mean) <= MAX_MEAN_CENTI),
    }
    return [part for part, holds in checks.items() if not holds]
