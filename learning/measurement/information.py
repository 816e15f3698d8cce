"""How exactly a test measures at which ability, from fitted parameters."""

from dataclasses import dataclass

import numpy as np

from learning.measurement.logistic import item_information, probabilities
from learning.measurement.matrices import Floats
from learning.measurement.rasch import RaschFit
from learning.measurement.two_parameter import TwoParameterFit

GRID = np.linspace(-4, 4, 81)


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """Curves over `abilities`: items × abilities of P(right) and information, the test's sums.

    `places` are the columns of the items that have parameters. `errors` is 1/√information, NaN
    where there is none; `expected` the expected number right.
    """

    abilities: Floats
    places: tuple[int, ...]
    curves: Floats
    items: Floats
    test: Floats
    errors: Floats
    expected: Floats


def of(fitted: RaschFit | TwoParameterFit, abilities: Floats = GRID) -> Information:
    """Return the information curves; abilities on the scale of the fit."""
    known = [(n, *_curve(item)) for n, item in enumerate(fitted.items)]
    usable = [(n, a, b) for n, a, b in known if a is not None and b is not None]
    places = tuple(n for n, _, _ in usable)
    slopes = np.array([a for _, a, _ in usable], dtype=np.float64)
    difficulties = np.array([b for _, _, b in usable], dtype=np.float64)
    items = item_information(abilities, slopes, difficulties).T
    curves = probabilities(abilities, slopes, difficulties).T
    test = items.sum(axis=0)
    errors = np.full(len(test), np.nan)
    np.divide(1, np.sqrt(test), out=errors, where=test > 0)
    return Information(abilities, places, curves, items, test, errors, curves.sum(axis=0))


def _curve(item: object) -> tuple[float | None, float | None]:
    """Return slope and difficulty of an item of either model."""
    return getattr(item, "slope", 1.0), getattr(item, "difficulty", None)
