"""The logistic curve of an item, its information, and abilities by Warm's weighted likelihood.

P(right | θ) = 1 / (1 + e^(-a(θ - b))): slope a, difficulty b; Rasch's model has a = 1. No constant
of 1.7: slopes are in the logistic metric, as in ltm and mirt.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Floats, blocks

Rows = NDArray[Any]
"""Persons × items of 0 and 1, of any type."""

FURTHEST = 15.0
"""Abilities are sought within ± this many logits."""
STEPS = 60
NEAR = 1e-9


def probabilities(abilities: Floats, slopes: Floats, difficulties: Floats) -> Floats:
    """Return P(right) of abilities × items; exponents are cut off where P is 0 or 1 anyway."""
    exponents = np.clip(slopes * (abilities[:, None] - difficulties), -500, 500)
    result: Floats = 1 / (1 + np.exp(-exponents))
    return result


def item_information(abilities: Floats, slopes: Floats, difficulties: Floats) -> Floats:
    """Return Fisher's information a²PQ of abilities × items (Lord 1980, ch. 5)."""
    p = probabilities(abilities, slopes, difficulties)
    result: Floats = slopes**2 * p * (1 - p)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Abilities:
    """Estimates and their standard errors; NaN for persons who were given nothing usable."""

    values: Floats
    errors: Floats


def weighted_likelihood(
    right: Rows, given: Rows | None, slopes: Floats, difficulties: Floats
) -> Abilities:
    """Return Warm's (1989) weighted likelihood estimates of rows of right answers.

    Solves Σa(x - P) + J/2I = 0 with I = Σa²PQ and J = Σa³PQ(Q - P); finite also for all right and
    all wrong. Standard error 1/√I. Rows may hold several persons only if they are alike.
    """
    return _solve(right, given, slopes, difficulties, (1.0, 0.0))


def maximum_likelihood(
    right: Rows, given: Rows | None, slopes: Floats, difficulties: Floats
) -> Abilities:
    """Return maximum likelihood estimates; all right and all wrong end at ± `FURTHEST`."""
    return _solve(right, given, slopes, difficulties, (0.0, 0.0))


def modes(right: Rows, given: Rows | None, slopes: Floats, difficulties: Floats) -> Abilities:
    """Return the modes of the posteriors under a standard normal prior (MAP), what ltm calls EB.

    Standard error 1/√(I + 1), from the curvature at the mode.
    """
    return _solve(right, given, slopes, difficulties, (0.0, 1.0))


def _solve(
    right: Rows,
    given: Rows | None,
    slopes: Floats,
    difficulties: Floats,
    weights: tuple[float, float],
) -> Abilities:
    """Work in blocks of persons; the weights are those of Warm's term and of the prior."""
    values, errors = np.full(len(right), np.nan), np.full(len(right), np.nan)
    if len(slopes):
        for part in blocks(len(right)):
            mask = np.ones((1, len(slopes))) if given is None else given[part].astype(np.float64)
            rows = right[part].astype(np.float64) * mask
            values[part], errors[part] = _bisect(rows, mask, slopes, difficulties, weights)
    return Abilities(values, errors)


def _bisect(
    rows: Floats, mask: Floats, slopes: Floats, difficulties: Floats, weights: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Newton's steps kept within a shrinking bracket: the score function falls through 0."""
    warm, prior = weights
    reached = rows @ slopes
    theta = np.zeros(len(rows))
    low, high = np.full(len(rows), -FURTHEST), np.full(len(rows), FURTHEST)
    for _ in range(STEPS):
        p = probabilities(theta, slopes, difficulties) * mask
        spread = p * (1 - p)
        information = np.maximum(spread @ slopes**2, 1e-12)
        bias = (spread * (1 - 2 * p)) @ slopes**3 / (2 * information)
        score = reached - p @ slopes + warm * bias - prior * theta
        low, high = np.where(score > 0, theta, low), np.where(score > 0, high, theta)
        step = theta + np.clip(score / (information + prior), -2, 2)
        middle = (low + high) / 2
        after = np.where((step > low) & (step < high), step, middle)
        if np.abs(after - theta).max(initial=0) < NEAR:
            theta = after
            break
        theta = after
    p = probabilities(theta, slopes, difficulties) * mask
    information = (p * (1 - p)) @ slopes**2 + prior
    has_items = np.broadcast_to(mask.any(axis=1), theta.shape)
    errors = np.full(len(theta), np.nan)
    np.divide(1, np.sqrt(information), out=errors, where=has_items & (information > 0))
    return np.where(has_items, theta, np.nan), errors
