"""Enemies 互斥题: items of which no paper holds two, since one gives the other's key away.

They are pinned with the blueprint as pairs of versions, and looked at from either side. Two enemies
may stand on two papers of one sitting: each person sees one paper.
"""

from collections.abc import Collection, Iterable, Mapping

Pairs = tuple[tuple[int, int], ...]
Enemies = Mapping[int, frozenset[int]]
"""Of each version that has any: the versions that may not stand beside it."""
NONE: Enemies = {}


def pair_up(codes: Mapping[int, str], excludes: Mapping[int, Collection[str]]) -> Pairs:
    """Return the pairs of enemies among versions, the smaller first, in order.

    `codes` are theirs, `excludes` the codes that each names; what is not among them is no matter
    of this paper.
    """
    versions = {code: version for version, code in codes.items()}
    found = {
        (min(version, other), max(version, other))
        for version, named in excludes.items()
        for code in named
        if (other := versions.get(code)) is not None and other != version
    }
    return tuple(sorted(found))


def enemies_of(pairs: Iterable[tuple[int, int]]) -> Enemies:
    """Return the enemies of each version of the pairs."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {version: frozenset(others) for version, others in found.items()}


def find_clash(items: Collection[int], enemies: Enemies) -> int | None:
    """Return an item that has an enemy among the others, the one with most of them; else None."""
    held = set(items)
    counted = {item: len(held & enemies[item]) for item in items if item in enemies}
    worst = max(counted, key=lambda item: (counted[item], -item), default=None)
    return worst if worst is not None and counted[worst] else None
