"""Runs of consecutive phone numbers 连号 among those who entered. Pure.

Somebody who enters under many names buys many SIM cards at once, and their numbers follow one
another; so do the numbers that an enterprise orders for its staff. A run therefore only flags.

Chance: where a share p of all numbers entered, so that neighbours enter independently, n entrants
give about n · p^(k-1) runs of at least k by chance. A million entrants of a province of 50 million
numbers (p = 0.02) give some 400 runs of three, 0.2 of five.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

LONGEST = 10_000
"""Numbers of a run that are looked at together; a longer one is looked at in parts."""


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers that follow one another, both ends within, digits with the country's."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return how many numbers it has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose number it is: the entry, its organisation's row or None."""

    entry: str
    unit_id: int | None


def number_of(name: str) -> int | None:
    """Return the number of a log-in name as it is kept, `+8613800000000`; None for no phone."""
    digits = name.removeprefix("+")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def runs_of(numbers: "array[int]", least: int) -> Iterator[Run]:
    """Return the runs of at least `least` numbers, in their order; nothing where that is 0.

    Sorts a copy of 8 bytes a number: ten million take some 80 MB more and a second.
    """
    if not least or len(numbers) < least:
        return
    ordered = np.unique(np.frombuffer(numbers, dtype=np.int64))
    ends = np.append(np.flatnonzero(np.diff(ordered) != 1), len(ordered) - 1)
    starts = np.append(0, ends[:-1] + 1)
    for place in np.flatnonzero(ends - starts + 1 >= least):
        yield from _parts(int(ordered[starts[place]]), int(ordered[ends[place]]), least)


def _parts(first: int, last: int, least: int) -> Iterator[Run]:
    """Cut a run where it is too long; what would be left over too short stays with the part."""
    while last - first + 1 >= LONGEST + least:
        yield Run(first, first + LONGEST - 1)
        first += LONGEST
    yield Run(first, last)


def evidence_of(
    holders: Sequence[Holder], holder: Holder, ends: tuple[str, str]
) -> dict[str, int | str]:
    """Return what stands in the flag of one of a run; `ends` are its numbers, masked.

    `people` are those who entered with one of its numbers, `same_unit` how many of them belong to
    the holder's organisation, the holder included: 0 for who belongs to none.
    """
    units = {each.entry: each.unit_id for each in holders}
    own = holder.unit_id
    same = sum(unit_id == own for unit_id in units.values()) if own is not None else 0
    return {"people": len(units), "first": ends[0], "last": ends[1], "same_unit": same}
