"""Parting enemies that were dealt to one parallel form: exchanges within a cell, none undone.

Each step takes an item that has an enemy on its form away from there and brings no two enemies
together elsewhere, so that the steps are at most as many as there are pairs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from learning.attempts.rules.enemies import Enemies, find_clash

Form = list[list[int]]
"""Cell → items."""
Dealt = list[Form]


def part_enemies(
    dealt: Dealt, fits: Sequence[Sequence[int]], enemies: Enemies, difficulties: Mapping[int, int]
) -> int | None:
    """Part all enemies that share a form, in place; return a cell that no exchange helps, or None.

    `fits` are all items that each cell may draw. Of several exchanges the one that changes
    difficulty least is taken.
    """
    for form in dealt if enemies else ():
        while (clash := find_clash([i for cell in form for i in cell], enemies)) is not None:
            own = {item: cell for cell, items in enumerate(form) for item in items}
            movable = [clash, *sorted(own.keys() & enemies[clash])]
            ways = [
                way
                for item in movable
                for way in _ways(dealt, form, item, own[item], fits[own[item]], enemies)
            ]
            if not ways:
                return own[clash]
            min(ways, key=lambda way: abs(difficulties[way.item] - difficulties[way.other])).go()
    return None


def is_welcome(item: int, form: Form, enemies: Enemies, *, instead_of: int) -> bool:
    """Tell whether a form without `instead_of` holds no enemy of an item."""
    if item not in enemies:
        return True
    hated = enemies[item]
    return not any(held in hated and held != instead_of for cell in form for held in cell)


@dataclass(frozen=True, slots=True)
class _Way:
    """An exchange of an item for another, in cells of two forms; `there` is None for an unused."""

    here: list[int]
    there: list[int] | None
    item: int
    other: int

    def go(self) -> None:
        self.here[self.here.index(self.item)] = self.other
        if self.there is not None:
            self.there[self.there.index(self.other)] = self.item


def _ways(
    dealt: Dealt, form: Form, item: int, cell: int, fits: Sequence[int], enemies: Enemies
) -> Iterator[_Way]:
    held = {each for other_form in dealt for items in other_form for each in items}
    for other in fits:
        if other not in held and is_welcome(other, form, enemies, instead_of=item):
            yield _Way(form[cell], None, item, other)
    for there in dealt:
        for other in there[cell] if there is not form else ():
            if is_welcome(other, form, enemies, instead_of=item) and is_welcome(
                item, there, enemies, instead_of=other
            ):
                yield _Way(form[cell], there[cell], item, other)
