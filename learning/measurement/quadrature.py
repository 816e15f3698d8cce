"""Points and weights with which the normal distribution of abilities is summed."""

from dataclasses import dataclass

import numpy as np

from learning.measurement.matrices import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Quadrature:
    """Abilities and the probability of each; the probabilities sum to 1."""

    points: Floats
    weights: Floats


def rectangular(count: int = 61, reach: float = 6.0) -> Quadrature:
    """Return evenly spaced points within ± reach, as mirt does (61 within ± 6).

    The rule is exact to e^(-2π²s²/h²) for a posterior of spread s and a distance h of the points:
    with h = 0.2 good for tests up to about 400 items of slope 1.
    """
    points = np.linspace(-reach, reach, count)
    density = np.exp(-(points**2) / 2)
    return Quadrature(points, density / density.sum())


def gauss_hermite(count: int = 21) -> Quadrature:
    """Return the points of Gauss and Hermite, as ltm does (21); right for short tests alone."""
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    return Quadrature(points, weights / weights.sum())
