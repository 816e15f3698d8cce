"""Filling the cells of a blueprint: which item goes where, when cells share items.

Cells may overlap (“any item of the area” and “any easy item”), also between sections. Drawing one
after the other could leave the last one short although the pool suffices: an item is then moved
from one cell to another along the shortest chain of cells that ends at an unused item. That is the
augmenting path of bipartite matching (Kuhn 1955), on cells instead of places, so that a paper of
120 items from thousands of candidates stays a matter of milliseconds.
"""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What one cell asks: `count` of the items `fits`, each at most once over all cells."""

    count: int
    fits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Cells that ask more than they have together: `needed` items of `found` different ones.

    `cells` are the indices of the demands, the one that fell short first.
    """

    cells: tuple[int, ...]
    needed: int
    found: int


def fill(demands: Sequence[Demand], rng: random.Random) -> list[list[int]]:
    """Return the items of each demand, drawn at random; no item twice.

    A demand gets fewer than it asks only where no choice whatever would fill all of them.
    """
    return _Filling(demands).run(rng)[0]


def find_shortages(demands: Sequence[Demand]) -> list[Shortage]:
    """Return what cannot be filled, by the cells that stand in each other's way; [] if all can.

    Exact (Hall 1935): the cells named ask more than there are items that fit any of them.
    """
    return _Filling(demands).run(random.Random(0))[1]


class _Filling:
    """One run: who holds which item, and the chains that free one."""

    def __init__(self, demands: Sequence[Demand]) -> None:
        self.demands = demands
        self.held: list[list[int]] = [[] for _ in demands]
        self.holder: dict[int, int] = {}

    def run(self, rng: random.Random) -> tuple[list[list[int]], list[Shortage]]:
        shortages: list[Shortage] = []
        for cell, demand in enumerate(self.demands):
            free = [item for item in demand.fits if item not in self.holder]
            for item in rng.sample(free, min(demand.count, len(free))):
                self._give(cell, item)
            while len(self.held[cell]) < demand.count:
                blocked = self._free_one(cell, rng)
                if blocked:
                    if not any(cell in earlier.cells for earlier in shortages):
                        shortages.append(self._shortage(blocked))
                    break
        return self.held, shortages

    def _give(self, cell: int, item: int) -> None:
        self.held[cell].append(item)
        self.holder[item] = cell

    def _free_one(self, cell: int, rng: random.Random) -> list[int]:
        """Get the cell one more item by moving others on; else return the cells that block it."""
        came: dict[int, tuple[int, int]] = {}  # cell → (cell that takes its item, the item)
        seen, waiting = [cell], deque([cell])
        while waiting:
            at = waiting.popleft()
            unused = [item for item in self.demands[at].fits if item not in self.holder]
            if unused:
                self._move_along(at, rng.choice(unused), came)
                return []
            for item in rng.sample(self.demands[at].fits, len(self.demands[at].fits)):
                other = self.holder[item]
                if other not in came and other != cell:
                    came[other] = (at, item)
                    seen.append(other)
                    waiting.append(other)
        return seen

    def _move_along(self, at: int, item: int, came: dict[int, tuple[int, int]]) -> None:
        self._give(at, item)
        while at in came:
            taker, moved = came[at]
            self.held[at].remove(moved)
            self._give(taker, moved)
            at = taker

    def _shortage(self, blocked: list[int]) -> Shortage:
        needed = sum(self.demands[cell].count for cell in blocked)
        found = {item for cell in blocked for item in self.demands[cell].fits}
        return Shortage(tuple(blocked), needed, len(found))
