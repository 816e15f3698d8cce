"""Groups by rank of the total, such that ties depend on no order of the persons.

The persons stand in a line from the lowest to the highest share of points. Where a border between
groups falls within persons of equal share, all of them belong to both sides in the proportion in
which the border cuts them: each group then holds exactly its share of the persons. That is the mean
over all ways to break the ties by lot, and it is the same whatever the order of the rows.
"""

from collections.abc import Sequence

import numpy as np

from learning.measurement.matrices import Floats, Scores

FIFTHS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
EXTREME = 0.27
"""Kelley (1939): with normal totals 27 % at each end tell most about an item."""
LOWER_UPPER = ((0.0, EXTREME), (1 - EXTREME, 1.0))
TIES = 6
"""Decimals of a share of points that count: rounding in sums makes no ranks."""


def shares_of_points(scores: Scores) -> Floats:
    """Return each person's points as a share of what was possible; NaN if nothing was given."""
    reached, possible = scores.totals()
    shares = np.full(scores.persons, np.nan)
    np.divide(reached, possible, out=shares, where=possible > 0)
    return np.round(shares, TIES)


def memberships(values: Floats, borders: Sequence[tuple[float, float]]) -> Floats:
    """Return persons × groups: how far each person belongs to each part of the line, 0 to 1.

    `borders` are parts of the line from 0 to 1. Persons whose value is NaN belong to none.
    """
    result = np.zeros((len(values), len(borders)))
    known = ~np.isnan(values)
    if not known.any():
        return result
    _, places, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ends = np.cumsum(counts) / counts.sum()
    starts = np.concatenate(([0.0], ends[:-1]))
    for group, (low, high) in enumerate(borders):
        overlap = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0, None)
        result[known, group] = (overlap / (ends - starts))[places]
    return result
