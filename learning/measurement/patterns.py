"""Persons who answered alike, counted once: what the models of right and wrong read.

The likelihood of a person depends on the pattern of right, wrong and not given alone, so a model
works on distinct patterns with their counts. Five items have at most 32 of them, however many
persons there are. A partly right answer counts as wrong here.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Floats, Mask, Scores

Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Distinct patterns: `right` and `given` (None: all), how many persons, and whose it is."""

    right: Bits
    given: Mask | None
    counts: Floats
    owners: NDArray[np.intp]

    @classmethod
    def of(cls, scores: Scores) -> Self:
        """Collapse the persons of a matrix."""
        right = scores.right()
        persons = scores.persons
        if not persons or not scores.items:
            return cls(right, scores.given, np.ones(persons), np.arange(persons))
        first, owners = _distinct(right, scores.given)
        counts = np.bincount(owners, minlength=len(first)).astype(np.float64)
        given = None if scores.given is None else scores.given[first]
        return cls(right[first], given, counts, owners)

    @property
    def items(self) -> int:
        """Return the number of columns."""
        return int(self.right.shape[1])

    def of_items(self, kept: Mask) -> Self:
        """Return the same patterns of some items only; patterns may then be equal."""
        given = None if self.given is None else self.given[:, kept]
        return type(self)(self.right[:, kept], given, self.counts, self.owners)

    def thinned(self, every: int) -> Self:
        """Return every nth pattern: a sample, as the patterns are sorted."""
        given = None if self.given is None else self.given[::every]
        return type(self)(self.right[::every], given, self.counts[::every], self.owners[:0])

    def item_counts(self) -> tuple[Floats, Floats]:
        """Return how many persons had each item right, and how many were given it."""
        right = self.counts @ self.right
        if self.given is None:
            return right, np.full(self.items, self.counts.sum())
        return right, self.counts @ self.given

    def forms(self) -> tuple[Mask, NDArray[np.intp]]:
        """Return the distinct sets of given items, and which of them each pattern has."""
        if self.given is None:
            return np.ones((1, self.items), bool), np.zeros(len(self.right), np.intp)
        first, form = _distinct(self.given, None)
        return self.given[first], form


def _distinct(rows: NDArray[np.bool_] | Bits, more: Mask | None) -> tuple[NDArray[np.intp], ...]:
    """Return the first row of each kind, and the kind of each row."""
    packed = np.packbits(rows, axis=1)
    if more is not None:
        packed = np.hstack((packed, np.packbits(more, axis=1)))
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, kinds = np.unique(keys, return_index=True, return_inverse=True)
    return first, kinds
