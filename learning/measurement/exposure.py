"""How often items were shown, and how much two persons' papers have in common."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Scores


@dataclass(frozen=True, slots=True)
class Exposure:
    """`counts` and `rates` (share of persons) of the items in order, of `persons` with a paper.

    `overlap` is the mean share of items that two persons have in common, of the mean length of a
    paper; None for fewer than two persons.
    """

    persons: int
    counts: tuple[int, ...]
    rates: tuple[float | None, ...]
    overlap: float | None


def figures(scores: Scores) -> Exposure:
    """Return the exposure of items.

    Overlap over all pairs of n persons with papers of mean length L (Chen, Ankenmann & Spray
    2003): Σ mᵢ(mᵢ - 1) / (L·n(n - 1)) for items shown mᵢ times.
    """
    counts, persons = _counts(scores)
    shown = float(counts.sum())
    overlap = None
    if persons > 1 and shown > 0:
        overlap = float((counts * (counts - 1.0)).sum()) / (shown * (persons - 1))
    rates = tuple(float(count) / persons if persons else None for count in counts)
    return Exposure(persons, tuple(map(int, counts)), rates, overlap)


def _counts(scores: Scores) -> tuple[NDArray[np.int64], int]:
    if scores.given is None:
        persons = scores.persons if scores.items else 0
        return np.full(scores.items, persons, np.int64), persons
    return scores.given.sum(axis=0, dtype=np.int64), int(scores.given.any(axis=1).sum())
