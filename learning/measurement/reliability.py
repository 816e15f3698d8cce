"""Reliability of a test from the covariances of its items, also when forms differ."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Floats, Scores, blocks
from learning.measurement.statistics import FLAT, correlation


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability figures of a test; `without` is alpha if that item were removed, in order.

    `kr20` is alpha where every item is right or wrong for the same points, else None. `length` is
    the mean number of items in a person's form, `sem` the standard error of measurement in points.
    """

    length: float
    alpha: float | None
    kr20: float | None
    sem: float | None
    split_half: float | None
    without: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Covariances:
    """Covariances of points (n - 1) of pairs of items and the weight of each pair: n - 1."""

    values: Floats
    weights: Floats

    def total(self, length: float) -> tuple[float, float]:
        """Return the summed item variance and the variance of totals of a form of `length`."""
        own, all_ = self.totals_without(length)
        return float(own[-1]), float(all_[-1])

    def totals_without(self, length: float) -> tuple[Floats, Floats]:
        """Return the same figures without each item in turn, and, last, with all of them."""
        variances = np.diag(self.values)
        seen = np.diag(self.weights) > 0
        weights = self.weights.copy()
        np.fill_diagonal(weights, 0)
        products = weights * self.values
        left = np.append(seen.sum() - seen, seen.sum())
        summed = np.append(variances.sum() - variances, variances.sum())
        pairs = np.append(weights.sum() - 2 * weights.sum(axis=1), weights.sum())
        shared = np.append(products.sum() - 2 * products.sum(axis=1), products.sum())
        own = length * summed / np.maximum(left, 1)
        between = np.zeros_like(shared)
        np.divide(shared, pairs, out=between, where=pairs > 0)
        return own, own + length * (length - 1) * between


def of(scores: Scores) -> Reliability:
    r"""Return alpha and its kin.

    Cronbach (1951): α = m/(m-1) · (1 - m·v̄ / (m·v̄ + m(m-1)·c̄)) with the mean variance v̄ and the
    mean covariance c̄ of m items; with complete data this is k/(k-1) · (1 - Σs²ᵢ/s²ₜ), and n or
    n - 1 make no difference. When forms differ, v̄ and c̄ come from the pairs of items that
    somebody was given together, weighted by how many, and m is the mean length of a form: alpha is
    then that of a form of mean length. SEM = s_t·√(1-α), s_t with n - 1. Split half: odd against
    even columns by share of points, stepped up by Spearman and Brown (1910), 2r/(1+r).
    None where undefined: fewer than two items or persons, or no variance of totals.
    """
    length = _length(scores)
    covariances = _covariances(scores)
    own, total = covariances.total(length)
    alpha = _alpha(own, total, length)
    shorter = length * (scores.items - 1) / scores.items if scores.items else 0.0
    without = zip(*covariances.totals_without(shorter), strict=True)
    is_kuder_richardson = scores.are_right_or_wrong() and len(set(scores.max_points)) <= 1
    return Reliability(
        length=length,
        alpha=alpha,
        kr20=alpha if is_kuder_richardson else None,
        sem=None if alpha is None else math.sqrt(max(total * (1 - alpha), 0.0)),
        split_half=_split_half(scores),
        without=tuple(_alpha(float(o), float(t), shorter) for o, t in list(without)[:-1]),
    )


def _alpha(own: float, total: float, length: float) -> float | None:
    if length <= 1 or total <= FLAT:
        return None
    return length / (length - 1) * (1 - own / total)


def _length(scores: Scores) -> float:
    """Return the mean number of items given to a person who was given any."""
    if scores.given is None:
        return float(scores.items)
    counts = scores.given.sum(axis=1)
    counts = counts[counts > 0]
    return float(counts.mean()) if len(counts) else 0.0


def _covariances(scores: Scores) -> _Covariances:
    """Sum products in blocks of persons; centred or exact, so that no digits are lost."""
    items = scores.items
    products, joint, sums = (np.zeros((items, items)) for _ in range(3))
    is_exact = scores.are_right_or_wrong()  # counts of a block are exact in float32
    centre = np.zeros(items)
    if scores.persons and not is_exact:
        centre = scores.ratios.mean(axis=0, dtype=np.float64)
    for part in blocks(scores.persons):
        values: NDArray[Any] = scores.ratios[part] - (0 if is_exact else centre)
        values = values.astype(np.float32 if is_exact else np.float64)
        if scores.given is None:
            sums += values.sum(axis=0)[:, None]
            joint += len(values)
        else:
            given: NDArray[Any] = scores.given[part].astype(values.dtype)
            values *= given
            sums += values.T @ given
            joint += given.T @ given
        products += values.T @ values
    weights = np.maximum(joint - 1, 0)
    expected = np.zeros_like(products)
    np.divide(sums * sums.T, joint, out=expected, where=joint > 0)
    covariances = np.zeros_like(products)
    np.divide(products - expected, weights, out=covariances, where=weights > 0)
    return _Covariances(covariances * np.outer(scores.max_points, scores.max_points), weights)


def _split_half(scores: Scores) -> float | None:
    halves = []
    for first in (0, 1):
        points = np.where(np.arange(scores.items) % 2 == first, scores.max_points, 0)
        reached, possible = np.zeros(scores.persons), np.full(scores.persons, points.sum())
        for part in blocks(scores.persons):
            reached[part] = scores.ratios[part].astype(np.float64) @ points
            if scores.given is not None:
                possible[part] = scores.given[part].astype(np.float64) @ points
        halves.append((reached, possible))
    (odd, of_odd), (even, of_even) = halves
    whole = (of_odd > 0) & (of_even > 0)
    r = correlation(odd[whole] / of_odd[whole], even[whole] / of_even[whole])
    return None if r is None or r <= -1 + FLAT else 2 * r / (1 + r)
