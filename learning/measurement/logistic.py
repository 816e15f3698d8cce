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
NEAR = 1e-8
ROWS = 1_024
"""Persons a block here: what every step reads then stays in the cache."""


def probabilities(abilities: Floats, slopes: Floats, difficulties: Floats) -> Floats:
    """Return P(right) of abilities × items."""
    from scipy.special import expit  # late: every start of the program would wait for it

    result: Floats = expit(slopes * (abilities[:, None] - difficulties))
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
    """Work in small blocks of persons; the weights are those of Warm's term and of the prior."""
    values, errors = np.full(len(right), np.nan), np.full(len(right), np.nan)
    if len(slopes):
        for part in blocks(len(right), ROWS):
            mask = None if given is None else given[part].astype(np.float64)
            rows = right[part].astype(np.float64)
            equation = _Equation(rows, mask, slopes, difficulties, *weights)
            values[part], errors[part] = equation.solve()
    return Abilities(values, errors)


@dataclass(frozen=True, slots=True, eq=False)
class _Equation:
    """The score equations of some persons: they fall through 0 at the estimates."""

    rows: Floats
    mask: Floats | None
    slopes: Floats
    difficulties: Floats
    warm: float
    prior: float

    def score(self, theta: Floats, chosen: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return score and information of the chosen persons at their abilities."""
        p = probabilities(theta, self.slopes, self.difficulties)
        spread = p * (1 - p)
        residual = self.rows[chosen] - p
        if self.mask is not None:
            mask = self.mask[chosen]
            residual *= mask
            spread *= mask
        information = spread @ self.slopes**2
        score = residual @ self.slopes - self.prior * theta
        if self.warm:
            bias = (spread * (1 - 2 * p)) @ self.slopes**3
            score += self.warm * bias / (2 * np.maximum(information, 1e-12))
        return score, information + self.prior

    def solve(self) -> tuple[Floats, Floats]:
        """Take Newton's steps within a shrinking bracket, for those who are not there yet."""
        persons = len(self.rows)
        theta, errors = np.zeros(persons), np.full(persons, np.nan)
        low, high = np.full(persons, -FURTHEST), np.full(persons, FURTHEST)
        known = np.ones(persons, bool) if self.mask is None else self.mask.any(axis=1)
        active = np.flatnonzero(known)
        for _ in range(STEPS):
            if not len(active):
                break
            at = theta[active]
            score, information = self.score(at, active)
            low[active] = np.where(score > 0, at, low[active])
            high[active] = np.where(score > 0, high[active], at)
            step = at + np.clip(score / np.maximum(information, 1e-12), -2, 2)
            is_inside = (step > low[active]) & (step < high[active])
            theta[active] = np.where(is_inside, step, (low[active] + high[active]) / 2)
            active = active[np.abs(theta[active] - at) > NEAR]
        everybody = np.flatnonzero(known)
        _, information = self.score(theta[everybody], everybody)
        np.divide(1, np.sqrt(information), out=information, where=information > 0)
        errors[everybody] = np.where(information > 0, information, np.nan)
        return np.where(known, theta, np.nan), errors
