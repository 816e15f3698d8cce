"""Who goes on to the next round 晋级: the top so many, a share, or a cut score.

Several may be set at once: then all of them must be met. With `by_division` counts and shares are
of each division by itself. A share is rounded up: 0.05 % of 761 000 are 380.5, so 381 go on. Who
ties with the last place goes on too, or all of the tied stay behind; the order in which a list
prints equals never decides.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any

MAX_TOP = 1_000_000
HUNDRED = Decimal(100)


class Border(StrEnum):
    """What becomes of those who tie across the last place."""

    TAKE = "take"  # all of them go on
    LEAVE = "leave"  # none of them does


@dataclass(frozen=True, slots=True)
class Promotion:
    """How many go on: `top` places, `percent` of the ranked, at least `cut` points.

    0 and None set no such condition; without any everybody with a result goes on.
    """

    top: int = 0
    percent: Decimal = Decimal(0)
    cut: Decimal | None = None
    by_division: bool = False
    border: Border = Border.TAKE

    @property
    def problem(self) -> str:
        """Return the field of what is wrong, "" for nothing."""
        if not 0 <= self.top <= MAX_TOP:
            return "top"
        if not (self.percent.is_finite() and 0 <= self.percent <= HUNDRED):
            return "percent"
        if self.cut is not None and not (self.cut.is_finite() and abs(self.cut) < MAX_TOP):
            return "cut"
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        said = {**asdict(self), "percent": str(self.percent), "border": self.border.value}
        return said | {"cut": None if self.cut is None else str(self.cut)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Promotion":
        """Read what `to_dict` wrote."""
        cut = data["cut"]
        return cls(
            top=data["top"],
            percent=Decimal(data["percent"]),
            cut=None if cut is None else Decimal(cut),
            by_division=data["by_division"],
            border=Border(data["border"]),
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A subject on the round's list; a higher `key` is better, equal keys are tied."""

    subject: str
    key: int
    points_milli: int
    division: str = ""


def share_of(total: int, percent: Decimal) -> int:
    """Return how many a share of a number is, rounded up, exactly."""
    return int((total * percent / HUNDRED).to_integral_value(ROUND_CEILING))


def promote(chosen: Promotion, rows: Sequence[Ranked]) -> list[str]:
    """Return the subjects that go on, in the order of `rows`, which may be any."""
    lists: dict[str, list[Ranked]] = defaultdict(list)
    for row in rows:
        lists[row.division if chosen.by_division else ""].append(row)
    going = {row.subject for part in lists.values() for row in _within(chosen, part)}
    return [row.subject for row in rows if row.subject in going]


def _within(chosen: Promotion, rows: Sequence[Ranked]) -> list[Ranked]:
    places = [len(rows)]
    if chosen.top:
        places.append(chosen.top)
    if chosen.percent:
        places.append(share_of(len(rows), chosen.percent))
    going = _first(rows, min(places), chosen.border)
    if chosen.cut is None:
        return going
    return [row for row in going if row.points_milli >= chosen.cut * 1000]


def _first(rows: Sequence[Ranked], places: int, border: Border) -> list[Ranked]:
    """Return the best `places`, with or without those who tie across the last one."""
    ordered = sorted(rows, key=lambda row: -row.key)
    if places >= len(ordered):
        return ordered
    last, following = ordered[places - 1].key, ordered[places].key
    if last != following:
        return ordered[:places]
    if border is Border.TAKE:
        return [row for row in ordered if row.key >= last]
    return [row for row in ordered if row.key > last]
