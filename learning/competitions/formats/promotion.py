"""Who goes on to the next round 晋级: the top so many, a share, or a cut score.

Several may be set at once: then all of them must be met. With `by_division` counts and shares are
of each division by itself. A share is rounded up: 0.05 % of 761 000 are 380.5, so 381 go on. Who
ties with the last place goes on too, or all of the tied stay behind; the order in which a list
prints equals never decides.

Whoever withdraws leaves a place that the next of the same list takes by the same rule: the places
are counted as before, the ranked without those who are gone. Nobody who went on loses by it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
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


def places_of(chosen: Promotion, total: int) -> int:
    """Return how many of a list of so many may go on, ties and the cut score apart."""
    places = [total]
    if chosen.top:
        places.append(chosen.top)
    if chosen.percent:
        places.append(share_of(total, chosen.percent))
    return min(places)


def list_of(chosen: Promotion, division: str) -> str:
    """Return the list on which a subject of a division is counted: "" is the whole."""
    return division if chosen.by_division else ""


def promote(
    chosen: Promotion,
    rows: Sequence[Ranked],
    *,
    totals: Mapping[str, int] | None = None,
    gone: Collection[str] = (),
) -> list[str]:
    """Return the subjects that go on, in the order of `rows`, which may be any.

    `totals` says how many are ranked on each list (`list_of`) where `rows` hold only the head of
    it: at least the places and those gone, one more, and all who tie with that one. `gone` are
    subjects that withdrew.
    """
    counted = totals or Counter(list_of(chosen, row.division) for row in rows)
    lists: dict[str, list[Ranked]] = defaultdict(list)
    for row in rows:
        if row.subject not in gone:
            lists[list_of(chosen, row.division)].append(row)
    going = {
        row.subject
        for code, part in lists.items()
        for row in _within(chosen, part, places_of(chosen, counted[code]))
    }
    return [row.subject for row in rows if row.subject in going]


def _within(chosen: Promotion, rows: Sequence[Ranked], places: int) -> list[Ranked]:
    going = _first(rows, places, chosen.border)
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
