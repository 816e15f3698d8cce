"""The two-parameter logistic model (Birnbaum 1968): difficulty and slope of every item.

P(right | θ) = 1 / (1 + e^(-a(θ - b))), θ standard normal, fitted by marginal maximum likelihood
without priors (`marginal`). Standard errors of b = -d/a by the delta method. Items that all have
right, or nobody, and items whose estimate runs to a bound have no parameters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learning.measurement import marginal
from learning.measurement.logistic import Abilities, modes
from learning.measurement.marginal import FARTHEST, STEEPEST, Estimates, Slopes
from learning.measurement.matrices import Floats, Mask, Scores
from learning.measurement.patterns import Patterns
from learning.measurement.quadrature import Quadrature, rectangular

FLAT = 0.01
"""A slope nearer to 0 than this has no difficulty: its curve passes 1/2 nowhere near."""


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Slope and difficulty with standard errors, intercept d = -ab; None if not estimable."""

    slope: float | None
    slope_error: float | None
    difficulty: float | None
    difficulty_error: float | None
    intercept: float | None
    intercept_error: float | None


NOTHING = ItemParameters(None, None, None, None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class TwoParameterFit:
    """The model fitted: items in order of the columns, persons in order of the rows.

    `abilities` are posterior means and deviations (EAP; Bock & Mislevy 1982), NaN without items.
    `reliability` is that of the EAP: the variance of the means over it plus the mean posterior
    variance. AIC = -2 log L + 2p, BIC = -2 log L + p log n for p parameters and n persons.
    """

    items: tuple[ItemParameters, ...]
    abilities: Abilities
    log_likelihood: float | None
    aic: float | None
    bic: float | None
    reliability: float | None
    persons: int
    slopes: Slopes
    is_observed: bool
    has_converged: bool


def fit(
    scores: Scores, *, slopes: Slopes = Slopes.FREE, quadrature: Quadrature | None = None
) -> TwoParameterFit:
    """Fit the model to full points or not.

    `slopes` equal or one gives the marginal fits of Rasch's model on the scale of ltm. Slopes that
    are free need three items; with fewer they are set equal, for one item to one.
    """
    kept, whom = _usable(scores)
    persons = int(whom.sum())
    if not kept.any():
        nobody = np.full(scores.persons, np.nan)
        return TwoParameterFit(
            (NOTHING,) * scores.items,
            Abilities(nobody, nobody),
            None,
            None,
            None,
            None,
            0,
            slopes,
            True,
            True,
        )
    slopes = _affordable(slopes, int(kept.sum()))
    given = None if scores.given is None else scores.given[np.ix_(whom, kept)]
    part = Scores(scores.right()[np.ix_(whom, kept)], given, scores.max_points[kept])
    found = marginal.fit(part, slopes=slopes, quadrature=quadrature)
    items = [NOTHING] * scores.items
    for place, item in enumerate(np.flatnonzero(kept)):
        items[item] = _parameters(found, place, slopes)
    means, spreads = np.full(scores.persons, np.nan), np.full(scores.persons, np.nan)
    means[whom], spreads[whom] = found.means, found.spreads
    variance = float(found.means.var())
    error = float(np.square(found.spreads).mean())
    deviance = -2 * found.log_likelihood
    return TwoParameterFit(
        items=tuple(items),
        abilities=Abilities(means, spreads),
        log_likelihood=found.log_likelihood,
        aic=deviance + 2 * found.parameters,
        bic=deviance + found.parameters * math.log(persons),
        reliability=variance / (variance + error) if variance + error > 0 else None,
        persons=persons,
        slopes=slopes,
        is_observed=found.is_observed,
        has_converged=found.has_converged,
    )


def modal_abilities(fitted: TwoParameterFit, scores: Scores) -> Abilities:
    """Return the modes of the posteriors of persons (MAP), which ltm prints as z1.

    EAP and MAP differ most for all right and all wrong; NaN for who was given nothing usable.
    """
    known = np.array([i.difficulty is not None for i in fitted.items], dtype=bool)
    slopes = np.array([i.slope for i in fitted.items if i.difficulty is not None], dtype=np.float64)
    places = [i.difficulty for i in fitted.items if i.difficulty is not None]
    given = None if scores.given is None else scores.given[:, known]
    return modes(scores.right()[:, known], given, slopes, np.array(places, dtype=np.float64))


def expected_counts(
    fitted: TwoParameterFit,
    patterns: Sequence[Sequence[int]],
    quadrature: Quadrature | None = None,
) -> Floats:
    """Return how many of the fitted persons the model expects to show complete patterns.

    Raises ValueError when an item of the fit has no parameters.
    """
    slopes, intercepts = parameters(fitted)
    if len(slopes) != len(fitted.items):
        raise ValueError("an item without parameters expects nothing")
    rule = quadrature or rectangular()
    z = slopes[:, None] * rule.points + intercepts[:, None]
    right = np.asarray(patterns, dtype=np.float64)
    logs = right @ z - np.logaddexp(0, z).sum(axis=0)
    result: Floats = fitted.persons * (np.exp(logs) @ rule.weights)
    return result


def parameters(fitted: TwoParameterFit) -> tuple[Floats, Floats]:
    """Return slopes and intercepts of the items that have them."""
    known = [i for i in fitted.items if i.slope is not None and i.intercept is not None]
    return (
        np.array([i.slope for i in known], dtype=np.float64),
        np.array([i.intercept for i in known], dtype=np.float64),
    )


def _usable(scores: Scores) -> tuple[Mask, Mask]:
    """Return the items that some have right and some wrong, and the persons given any of them."""
    right, given = Patterns.of(scores).item_counts()
    kept: Mask = (right > 0) & (right < given)
    if scores.given is None:
        return kept, np.full(scores.persons, kept.any())
    whom: Mask = scores.given[:, kept].sum(axis=1) > 0
    return kept, whom


def _affordable(slopes: Slopes, items: int) -> Slopes:
    """Ask no more parameters than the data determine."""
    if items == 1:
        return Slopes.ONE
    return Slopes.EQUAL if items == 2 and slopes is Slopes.FREE else slopes


def _parameters(found: Estimates, place: int, slopes: Slopes) -> ItemParameters:
    """Return one item's parameters; with b = -d/a, ∂b/∂a = -b/a and ∂b/∂d = -1/a."""
    a, d = float(found.slopes[place]), float(found.intercepts[place])
    if abs(a) >= STEEPEST or abs(d) >= FARTHEST:
        return NOTHING
    of_a, of_d, both = _variances(found, place, slopes)
    b = -d / a if abs(a) > FLAT else None
    b_error = None
    if b is not None and of_a is not None and of_d is not None and both is not None:
        b_error = math.sqrt(max(of_d + b * b * of_a + 2 * b * both, 0)) / abs(a)
    return ItemParameters(a, _root(of_a), b, b_error, d, _root(of_d))


def _variances(
    found: Estimates, place: int, slopes: Slopes
) -> tuple[float | None, float | None, float | None]:
    """Return the variances of a and d and their covariance; a slope that is fixed has none."""
    if found.covariance is None:
        return None, None, None
    free = found.parameters - len(found.slopes)
    at_d = free + place
    of_d = float(found.covariance[at_d, at_d])
    if slopes is Slopes.ONE:
        return 0.0, of_d, 0.0
    at_a = place if slopes is Slopes.FREE else 0
    return float(found.covariance[at_a, at_a]), of_d, float(found.covariance[at_a, at_d])


def _root(variance: float | None) -> float | None:
    return None if variance is None else math.sqrt(max(variance, 0.0))
