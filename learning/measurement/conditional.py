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

from learning.measurement.logistic import probabilities
from learning.measurement.matrices import Floats


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
    information = np.zeros((items, items))
    for score, count, theta, row in zip(raw, persons, centre, p, strict=True):
        terms = np.outer(circle, row)
        factors = (1 - row) + terms
        weights = factors.prod(axis=1) * circle ** (-score) * doubled / size
        mass = float(weights.sum().real)
        shares = terms / factors
        weighted = shares * (weights / mass)[:, None]
        expected = weighted.sum(axis=0).real
        joint = (shares.T @ weighted).real
        np.fill_diagonal(joint, expected)
        right += count * expected
        information += count * (joint - np.outer(expected, expected))
        logs += count * float(
            np.log(mass) - score * theta + np.logaddexp(0, theta - difficulties).sum()
        )
    return Expectation(logs, right, information)


def _radii(difficulties: Floats, raw: Floats) -> Floats:
    """Return the ability at which the expected score is each raw score; near is enough."""
    items = len(difficulties)
    theta: Floats = np.log(raw / (items - raw)) + difficulties.mean()
    for _ in range(12):
        p = probabilities(theta, np.ones(items), difficulties)
        slope = np.maximum((p * (1 - p)).sum(axis=1), 1e-3)
        theta += np.clip((raw - p.sum(axis=1)) / slope, -1, 1)
    return theta
