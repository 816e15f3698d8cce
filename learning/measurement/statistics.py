"""Correlations and variances that are None where they are not defined, and never warn."""

import math

import numpy as np

from learning.measurement.matrices import Floats

FLAT = 1e-9
"""A standard deviation below this is rounding, not variance; ratios are of the order of 1."""


def correlation(left: Floats, right: Floats) -> float | None:
    """Return Pearson's r; None for fewer than two pairs or without variance on either side."""
    if len(left) < 2:
        return None
    x, y = left - left.mean(), right - right.mean()
    return quotient(_product(x, y), _product(x, x), _product(y, y), len(x))


def _product(x: Floats, y: Floats) -> float:
    """Add up products on one core: threads of BLAS cost more than so short a sum."""
    return float(np.einsum("i,i->", x, y))


def quotient(xy: float, xx: float, yy: float, count: int) -> float | None:
    """Return r from centred sums of products over `count` pairs; None without variance."""
    least = FLAT**2 * count
    if xx <= least or yy <= least:
        return None
    return max(-1.0, min(1.0, xy / math.sqrt(xx * yy)))


def deviation(values: Floats) -> float | None:
    """Return the standard deviation with n - 1; None for fewer than two values."""
    return float(values.std(ddof=1)) if len(values) > 1 else None


def ratio(above: float, below: float) -> float | None:
    """Return a quotient, None when there is nothing to divide by."""
    return above / below if below > 0 else None


def tail(chances: Floats, least: int) -> float:
    """Return P(N ≥ least) for a sum of independent items, by convolution."""
    distribution = np.zeros(len(chances) + 1)
    distribution[0] = 1
    for chance in chances:
        distribution[1:] = distribution[1:] * (1 - chance) + distribution[:-1] * chance
        distribution[0] *= 1 - chance
    return float(min(distribution[least:].sum(), 1.0))
