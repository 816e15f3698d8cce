"""The conditional likelihood of Rasch's model: what item parameters owe to raw scores alone.

Given the raw score r of a person, the probability of the pattern holds no ability any more
(Rasch 1960; Andersen 1972): P(x | r) = Π εᵢ^xᵢ / γᵣ(ε), εᵢ = e^(-bᵢ), with the elementary symmetric
functions γᵣ. Instead of recursions, γᵣ and the probabilities of items given r are read off as
coefficients of the polynomial Π(1 + εᵢz): a discrete Fourier transform on a circle whose radius
e^θ is chosen for each r such that Σ P(right | θ) = r. There γᵣ is the peak of a distribution, so
nothing under- or overflows and no digits are lost, for hundreds of items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.measurement.logistic import probabilities
from learning.measurement.matrices import Floats, blocks

CELLS = 100_000
"""Complex numbers held at a time: scores × points of the circle × items."""


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """Of persons with given raw scores: log-likelihood parts and moments of their answers.

    `logs` is Σ nᵣ log γᵣ, `right` the expected number right of each item, `information` the
    covariance matrix of the numbers right: Fisher's information about the difficulties.
    """

    logs: float
    right: Floats
    information: Floats


def expect(difficulties: Floats, raw: Floats, persons: Floats) -> Expectation:
    """Return the conditional expectation for `persons` at each raw score between 0 and all."""
    items = len(difficulties)
    size = items + 1 + items % 2  # odd, so that no point of the circle is a root where P = 1/2
    half = np.arange(size // 2 + 1)
    doubled = np.where(half == 0, 1.0, 2.0)  # the other half of the circle is conjugate
    circle = np.exp(2j * np.pi * half / size)
    centre = _radii(difficulties, raw)
    p = probabilities(centre, np.ones(items), difficulties)
    logs, right = 0.0, np.zeros(items)
    joint, squares = np.zeros((items, items)), np.zeros((items, items))
    together = max(1, CELLS // (len(half) * items))
    for part in blocks(len(raw), together):
        score, count, theta, row = raw[part], persons[part], centre[part], p[part]
        terms = circle[:, None] * row[:, None, :]
        factors = (1 - row)[:, None, :] + terms
        weights = factors.prod(axis=2) * circle ** (-score[:, None]) * doubled / size
        mass = weights.sum(axis=1).real
        shares = terms / factors
        weighted = shares * (weights / mass[:, None])[:, :, None]
        expected = weighted.sum(axis=1).real
        weighted *= count[:, None, None]
        joint += _real_product(shares.reshape(-1, items), weighted.reshape(-1, items))
        squares += (expected.T * count) @ expected
        right += count @ expected
        spread = np.logaddexp(0, theta[:, None] - difficulties).sum(axis=1)
        logs += float(count @ (np.log(mass) - score * theta + spread))
    np.fill_diagonal(joint, right)
    return Expectation(logs, right, joint - squares)


def _real_product(left: NDArray[np.complex128], right: NDArray[np.complex128]) -> Floats:
    """Return the real part of leftᵀ·right by one product of real matrices."""
    result: Floats = np.vstack((left.real, -left.imag)).T @ np.vstack((right.real, right.imag))
    return result


def _radii(difficulties: Floats, raw: Floats) -> Floats:
    """Return the ability at which the expected score is each raw score; near is enough."""
    items = len(difficulties)
    theta: Floats = np.log(raw / (items - raw)) + difficulties.mean()
    for _ in range(12):
        p = probabilities(theta, np.ones(items), difficulties)
        slope = np.maximum((p * (1 - p)).sum(axis=1), 1e-3)
        theta += np.clip((raw - p.sum(axis=1)) / slope, -1, 1)
    return theta
