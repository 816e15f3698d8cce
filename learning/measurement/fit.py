"""Infit and outfit: how far the answers to an item are from what Rasch's model expects.

Residuals are taken at the maximum likelihood abilities, without persons who have all right or all
wrong, as eRm does. Mean squares are 1 in expectation; above, answers are noisier than the model
(guessing, a wrong key), below, they are more regular.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.measurement.logistic import maximum_likelihood, probabilities
from learning.measurement.matrices import Floats, Mask, blocks
from learning.measurement.patterns import Patterns

MOST_FORMS = 64
"""Forms up to which persons are told apart by form and raw score."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Mean squares and their cube-root standardised forms (Wright & Masters 1982, p. 100)."""

    infit: float
    outfit: float
    infit_z: float | None
    outfit_z: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Persons of the same form and raw score, who have the same ability under Rasch's model.

    `rows` is one pattern of the group (any has the same raw score), `right` how many persons of it
    had each item right, `given` what the form held, `counts` the persons, `owners` whose it is.
    """

    rows: NDArray[np.uint8]
    right: Floats | NDArray[np.uint8]
    given: Mask | None
    counts: Floats
    owners: NDArray[np.intp]
    are_telling: Mask


def person_groups(patterns: Patterns) -> Groups:
    """Group patterns by form and raw score; with papers drawn anew each pattern stays alone."""
    forms, owners = patterns.forms()
    raw = patterns.right.sum(axis=1, dtype=np.int64)
    length = np.full(len(raw), patterns.items)
    if patterns.given is not None:
        length = patterns.given.sum(axis=1)
    telling = (raw > 0) & (raw < length)
    if len(forms) > MOST_FORMS:
        return Groups(
            patterns.right,
            patterns.right,
            patterns.given,
            patterns.counts,
            patterns.owners,
            telling,
        )
    _, first, kinds = np.unique(
        owners * (patterns.items + 1) + raw, return_index=True, return_inverse=True
    )
    right = np.zeros((len(first), patterns.items))
    for item in range(patterns.items):
        weights = patterns.counts * patterns.right[:, item]
        right[:, item] = np.bincount(kinds, weights, minlength=len(first))
    return Groups(
        rows=patterns.right[first],
        right=right,
        given=None if patterns.given is None else patterns.given[first],
        counts=np.bincount(kinds, patterns.counts, minlength=len(first)).astype(np.float64),
        owners=kinds[patterns.owners],
        are_telling=telling[first],
    )


def fit_of(groups: Groups, difficulties: Floats) -> list[Fit | None]:
    """Return the fit of each item; None where nobody tells about it.

    With W = PQ, C = PQ(P³ + Q³), z² = (x - P)²/W over N persons: outfit Σz²/N, infit Σ(x - P)²/ΣW;
    variances Σ(C/W²)/N² - 1/N and Σ(C - W²)/(ΣW)², z = (MS^⅓ - 1)·3/q + q/3.
    """
    items = len(difficulties)
    sums = np.zeros((6, items))
    slopes = np.ones(items)
    chosen = np.flatnonzero(groups.are_telling)
    for part in blocks(len(chosen)):
        rows = chosen[part]
        given = None if groups.given is None else groups.given[rows]
        theta = maximum_likelihood(groups.rows[rows], given, slopes, difficulties).values
        p = probabilities(theta, slopes, difficulties)
        persons = np.repeat(groups.counts[rows][:, None], items, axis=1)
        if given is not None:
            persons *= given
        right = groups.right[rows].astype(np.float64)
        if groups.right is groups.rows:
            right *= groups.counts[rows][:, None]
        variance = np.maximum(p * (1 - p), 1e-300)
        squared = right * (1 - p) ** 2 + (persons - right) * p**2
        fourth = variance * ((1 - p) ** 3 + p**3)
        parts = (
            persons,
            squared / variance,
            squared,
            persons * variance,
            persons * fourth / variance**2,
            persons * (fourth - variance**2),
        )
        sums += np.stack([values.sum(axis=0) for values in parts])
    return [_fit(*map(float, column)) for column in sums.T]


def _fit(
    n: float, ratios: float, squared: float, w: float, kurtosis: float, rest: float
) -> Fit | None:
    if n <= 0 or w <= 0:
        return None
    infit, outfit = squared / w, ratios / n
    return Fit(
        infit,
        outfit,
        _standardised(infit, rest / w**2),
        _standardised(outfit, kurtosis / n**2 - 1 / n),
    )


def _standardised(mean_square: float, variance: float) -> float | None:
    if variance <= 1e-12:
        return None
    q = math.sqrt(variance)
    return (math.cbrt(mean_square) - 1) * 3 / q + q / 3
