"""Filling the cells of a blueprint: which item goes where, when cells share items.

Cells may overlap (“any item of the area” and “any easy item”), also between sections. Drawing one
after the other could leave the last one short although the pool suffices: an item is then moved
from one cell to another along the shortest chain of cells that ends at an unused item. That is the
augmenting path of bipartite matching (Kuhn 1955), on cells instead of places, so that a paper of
120 items from thousands of candidates stays a matter of milliseconds.

Enemies are never held together: an item whose enemy is held already is passed over. Where that
leaves a cell short, the choice is looked for: of two enemies that a filling holds, either the one
goes or all enemies of the one do, and each way is filled again. That finds a choice if there is
one, within `MAX_FILLINGS`: banks where enemies are few need one filling or two.
"""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from learning.attempts.rules.enemies import NONE, Enemies, find_clash

MAX_FILLINGS = 200


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


def fill(demands: Sequence[Demand], rng: random.Random, enemies: Enemies = NONE) -> list[list[int]]:
    """Return the items of each demand, drawn at random; no item twice, no two enemies.

    A demand gets fewer than it asks only where no choice whatever would fill all of them. What is
    found for one state of `rng` is found for any: the last way tried is the same for all.
    """
    held = _Filling(demands, enemies).run(rng)[0]
    if not enemies or _is_full(held, demands):
        return held
    for source in (rng, random.Random(0)):
        found = _search(demands, source, enemies)
        if found is not None:
            return found
    return held


def _search(
    demands: Sequence[Demand], rng: random.Random, enemies: Enemies
) -> list[list[int]] | None:
    """Look for a filling without enemies by what has to be left out of it."""
    waiting: list[frozenset[int]] = [frozenset()]
    for _ in range(MAX_FILLINGS):
        if not waiting:
            return None
        out = waiting.pop()
        left = [Demand(d.count, tuple(i for i in d.fits if i not in out)) for d in demands]
        held, shortages = _Filling(left).run(rng)
        if shortages:
            continue
        clash = find_clash([item for items in held for item in items], enemies)
        if clash is None:
            return held
        waiting += [out | enemies[clash], out | {clash}]
    return None


def _is_full(held: Sequence[Sequence[int]], demands: Sequence[Demand]) -> bool:
    return all(len(items) == demand.count for items, demand in zip(held, demands, strict=True))


def find_shortages(demands: Sequence[Demand]) -> list[Shortage]:
    """Return what cannot be filled, by the cells that stand in each other's way; [] if all can.

    Exact (Hall 1935): the cells named ask more than there are items that fit any of them.
    """
    return _Filling(demands).run(random.Random(0))[1]


class _Filling:
    """One run: who holds which item, and the chains that free one."""

    def __init__(self, demands: Sequence[Demand], enemies: Enemies = NONE) -> None:
        self.demands = demands
        self.enemies = enemies
        self.barred: set[int] = set()
        self.held: list[list[int]] = [[] for _ in demands]
        self.holder: dict[int, int] = {}

    def run(self, rng: random.Random) -> tuple[list[list[int]], list[Shortage]]:
        shortages: list[Shortage] = []
        for cell, demand in enumerate(self.demands):
            free = self._unused(cell)
            for item in rng.sample(free, min(demand.count, len(free))):
                if item not in self.barred:
                    self._give(cell, item)
            while len(self.held[cell]) < demand.count:
                blocked = self._free_one(cell, rng)
                if blocked:
                    if not any(cell in earlier.cells for earlier in shortages):
                        shortages.append(self._shortage(blocked))
                    break
        return self.held, shortages

    def _unused(self, cell: int) -> list[int]:
        fits = self.demands[cell].fits
        return [item for item in fits if item not in self.holder and item not in self.barred]

    def _give(self, cell: int, item: int) -> None:
        self.held[cell].append(item)
        self.holder[item] = cell
        if item in self.enemies:
            self.barred |= self.enemies[item]

    def _free_one(self, cell: int, rng: random.Random) -> list[int]:
        """Get the cell one more item by moving others on; else return the cells that block it."""
        came: dict[int, tuple[int, int]] = {}  # cell → (cell that takes its item, the item)
        seen, waiting = [cell], deque([cell])
        while waiting:
            at = waiting.popleft()
            unused = self._unused(at)
            if unused:
                self._move_along(at, rng.choice(unused), came)
                return []
            for item in rng.sample(self.demands[at].fits, len(self.demands[at].fits)):
                other = self.holder.get(item)  # None: an enemy of it is held
                if other is not None and other not in came and other != cell:
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
