"""Marginal maximum likelihood by EM (Bock & Aitkin 1981): the engine of the two-parameter model.

Abilities are standard normal; P(right) is logistic in aᵢθ + dᵢ. The E step spreads each pattern of
answers over the points of a quadrature, the M step takes Newton steps for each item; SQUAREM
(Varadhan & Roland 2008, scheme S3) lets EM take long strides and falls back when one fails.
Slopes may be free (2PL), equal (Rasch's model: the slope is the spread of abilities) or one.
Work goes in blocks of patterns; with much data the large sums are float32, added up in float64.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Floats, Mask, Scores, blocks
from learning.measurement.patterns import Patterns
from learning.measurement.quadrature import Quadrature, rectangular

LARGE = 2_000_000
"""Cells of the matrix from which on sums are float32 and the tolerance is wider."""
SAMPLE = 5_000
"""Patterns from which the start for much data is taken."""
MOST_CYCLES = 500
STEEPEST, FARTHEST = 12.0, 40.0
"""Bounds of |a| and |d|: an estimate that runs there does not exist."""
EXACT_WORK = 2e9
"""Multiplications for which the information is differentiated; beyond, cross-products."""


class Slopes(StrEnum):
    """What is assumed about the slopes."""

    FREE = "free"
    EQUAL = "equal"
    ONE = "one"


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """What was fitted: slopes aᵢ, intercepts dᵢ, of every item in order.

    `covariance` is of the free parameters: slopes (k, one, or none) before intercepts; None when
    the information cannot be inverted. `is_observed` says whether it is the inverse of the observed
    information or, with very much data, of the cross-products of the scores (both are consistent).
    `means` and `spreads` are the posterior mean and deviation of each person's ability (EAP).
    """

    slopes: Floats
    intercepts: Floats
    covariance: Floats | None
    is_observed: bool
    log_likelihood: float
    parameters: int
    means: Floats
    spreads: Floats
    cycles: int
    has_converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What the E step leaves: expected persons and rights of items × points, log-likelihood."""

    log_likelihood: float
    right: Floats
    persons: Floats


class _Engine:
    """The data of one fit and the steps on it; a parameter vector is slopes, then intercepts."""

    def __init__(self, patterns: Patterns, slopes: Slopes, quadrature: Quadrature) -> None:
        self.patterns, self.slopes, self.quadrature = patterns, slopes, quadrature
        self.items = patterns.items
        self.is_large = patterns.right.size > LARGE
        self.dtype: Any = np.float32 if self.is_large else np.float64
        self.free = {Slopes.FREE: self.items, Slopes.EQUAL: 1, Slopes.ONE: 0}[slopes]

    def start(self) -> Floats:
        """Begin with slopes of 1 and the intercepts that give each item its facility."""
        right, given = self.patterns.item_counts()
        logits = np.log((right + 0.5) / (given - right + 0.5))
        return np.concatenate((np.ones(self.free), 1.17 * logits))

    def split(self, vector: Floats) -> tuple[Floats, Floats]:
        slopes = vector[: self.free] if self.free else np.ones(1)
        return np.broadcast_to(slopes, (self.items,)), vector[self.free :]

    def curves(self, vector: Floats) -> Floats:
        """Return aθ + d of items × points."""
        a, d = self.split(vector)
        return a[:, None] * self.quadrature.points + d[:, None]

    def posterior(
        self, part: slice, z: Floats
    ) -> tuple[NDArray[Any], NDArray[Any] | None, NDArray[Any], Floats]:
        """Return right, given, posterior (rows sum to 1) and log-likelihood of some patterns."""
        right = self.patterns.right[part].astype(self.dtype)
        wrong = -np.logaddexp(0, z)
        start = np.log(self.quadrature.weights)
        given = None
        if self.patterns.given is None:
            logs = right @ z.astype(self.dtype) + (wrong.sum(axis=0) + start).astype(self.dtype)
        else:
            given = self.patterns.given[part].astype(self.dtype)
            logs = right @ z.astype(self.dtype) + given @ wrong.astype(self.dtype)
            logs += start.astype(self.dtype)
        peak = logs.max(axis=1, keepdims=True)
        np.exp(logs - peak, out=logs)
        total = logs.sum(axis=1, keepdims=True)
        logs /= total
        likelihood = (np.log(total.astype(np.float64)) + peak).ravel()
        return right, given, logs, likelihood

    def expect(self, vector: Floats) -> _Sums:
        """Take the E step."""
        z = self.curves(vector)
        points = len(self.quadrature.points)
        right, persons = np.zeros((self.items, points)), np.zeros((self.items, points))
        log_likelihood = 0.0
        for part in blocks(len(self.patterns.right)):
            counts = self.patterns.counts[part]
            x, given, posterior, logs = self.posterior(part, z)
            log_likelihood += float(counts @ logs)
            posterior *= counts[:, None].astype(self.dtype)
            right += x.T @ posterior
            persons += (
                posterior.sum(axis=0, dtype=np.float64) if given is None else (given.T @ posterior)
            )
        return _Sums(log_likelihood, right, persons)

    def gradient(self, vector: Floats, sums: _Sums) -> Floats:
        """Return the gradient of the log-likelihood (Fisher's identity)."""
        residual = sums.right - sums.persons * _logistic(self.curves(vector))
        by_slope = residual @ self.quadrature.points
        slopes = {Slopes.FREE: by_slope, Slopes.EQUAL: by_slope.sum(keepdims=True)}
        return np.concatenate((slopes.get(self.slopes, np.empty(0)), residual.sum(axis=1)))

    def maximise(self, vector: Floats, sums: _Sums) -> Floats:
        """Take a few Newton steps towards the maximum given the expected counts."""
        points = self.quadrature.points
        for _ in range(4):
            p = _logistic(self.curves(vector))
            gradient = self.gradient(vector, sums)
            weights = sums.persons * p * (1 - p)
            dd = np.maximum(weights.sum(axis=1), 1e-10)
            by_d = gradient[self.free :]
            if self.free:
                ad, aa = weights @ points, weights @ points**2
                schur = aa - ad**2 / dd
                push = gradient[: self.free] - _pooled(ad * by_d / dd, self.free)
                a_step = push / np.maximum(_pooled(schur, self.free), 1e-10)
                a_step = np.clip(a_step, -1, 1)
                d_step = (by_d - ad * a_step) / dd
            else:
                a_step, d_step = np.empty(0), by_d / dd
            step = np.concatenate((a_step, np.clip(d_step, -2, 2)))
            vector = self.bounded(vector + step)
            if np.abs(step).max(initial=0) < 1e-10:
                break
        return vector

    def bounded(self, vector: Floats) -> Floats:
        return np.concatenate(
            (
                np.clip(vector[: self.free], -STEEPEST, STEEPEST),
                np.clip(vector[self.free :], -FARTHEST, FARTHEST),
            )
        )


def _pooled(values: Floats, free: int) -> Floats:
    """Add up over items when they share one slope."""
    return values.sum(keepdims=True) if free == 1 else values


def _logistic(z: Floats) -> Floats:
    from scipy.special import expit  # late: every start of the program would wait for it

    result: Floats = expit(z)
    return result


def fit(
    scores: Scores, *, slopes: Slopes = Slopes.FREE, quadrature: Quadrature | None = None
) -> Estimates:
    """Fit to full points or not; items must not be all right or all wrong."""
    patterns = Patterns.of(scores)
    engine = _Engine(patterns, slopes, quadrature or rectangular())
    vector, cycles, converged = _climb(engine, _begin(engine))
    vector = _upright(engine, vector)
    log_likelihood = engine.expect(vector).log_likelihood
    information, is_observed = _information(engine, vector)
    means, spreads = _abilities(engine, vector)
    a, d = engine.split(vector)
    return Estimates(
        slopes=a.copy(),
        intercepts=d.copy(),
        covariance=_inverse(information, _inner(engine, vector)),
        is_observed=is_observed,
        log_likelihood=log_likelihood,
        parameters=len(vector),
        means=means[patterns.owners],
        spreads=spreads[patterns.owners],
        cycles=cycles,
        has_converged=converged,
    )


def _begin(engine: _Engine) -> Floats:
    """Return where to start: with much data at the top for a few thousand patterns of them."""
    start = engine.start()
    every = len(engine.patterns.right) // SAMPLE
    if not engine.is_large or every < 2:
        return start
    sample = _Engine(engine.patterns.thinned(every), engine.slopes, engine.quadrature)
    sample.is_large = True  # for its tolerance
    found, _, _ = _climb(sample, sample.start())
    return np.where(_inner(sample, found), found, start)


def _climb(engine: _Engine, current: Floats) -> tuple[Floats, int, bool]:
    """Go up by SQUAREM cycles of three E steps; say how many, and whether the top was reached."""
    tolerance = 1e-4 if engine.is_large else 1e-8
    for cycle in range(1, MOST_CYCLES + 1):
        first = engine.maximise(current, engine.expect(current))
        if np.abs(first - current).max(initial=0) < tolerance:
            return first, cycle, True
        sums = engine.expect(first)
        second = engine.maximise(first, sums)
        change, bend = first - current, second - 2 * first + current
        length = float(np.linalg.norm(bend))
        stride = max(1.0, float(np.linalg.norm(change)) / length) if length > 0 else 1.0
        far = engine.bounded(current + 2 * stride * change + stride**2 * bend)
        ahead = engine.expect(far)
        if ahead.log_likelihood >= sums.log_likelihood:
            current = engine.maximise(far, ahead)
        else:
            current = second
    return current, MOST_CYCLES, False


def _upright(engine: _Engine, vector: Floats) -> Floats:
    """Turn the scale such that the slopes sum to something positive: able is high."""
    if vector[: engine.free].sum() < 0:
        vector = vector.copy()
        vector[: engine.free] *= -1
    return vector


def _inner(engine: _Engine, vector: Floats) -> Mask:
    """Return which parameters have an estimate, none of its item's having run to a bound."""
    a, d = engine.split(vector)
    inner = (np.abs(a) < STEEPEST) & (np.abs(d) < FARTHEST)
    if engine.slopes is Slopes.FREE:
        return np.concatenate((inner, inner))
    return np.concatenate((np.ones(engine.free, bool), inner))


def _information(engine: _Engine, vector: Floats) -> tuple[Floats, bool]:
    """Return the information about the parameters and whether it is the observed one."""
    cells = engine.patterns.right.size * len(engine.quadrature.points)
    if engine.is_large or cells * 8 * len(vector) > EXACT_WORK:
        return _cross_products(engine, vector), False
    size = len(vector)
    hessian = np.zeros((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = 1e-4 * max(1.0, abs(float(vector[place])))
        sides = [engine.gradient(v, engine.expect(v)) for v in (vector + step, vector - step)]
        hessian[place] = (sides[0] - sides[1]) / (2 * step[place])
    return -(hessian + hessian.T) / 2, True


def _cross_products(engine: _Engine, vector: Floats) -> Floats:
    """Return the sum over persons of the outer products of their scores."""
    z = engine.curves(vector)
    p = _logistic(z).astype(engine.dtype)
    points = engine.quadrature.points.astype(engine.dtype)
    result = np.zeros((len(vector), len(vector)))
    for part in blocks(len(engine.patterns.right)):
        x, given, posterior, _ = engine.posterior(part, z)
        by_d = x - _masked(posterior @ p.T, given)
        by_a = x * (posterior @ points)[:, None] - _masked(posterior @ (p * points).T, given)
        slopes = {Slopes.FREE: by_a, Slopes.EQUAL: by_a.sum(axis=1, keepdims=True)}
        both = np.hstack((slopes.get(engine.slopes, by_a[:, :0]), by_d))
        result += (both.T * engine.patterns.counts[part].astype(engine.dtype)) @ both
    return result


def _masked(values: NDArray[Any], given: NDArray[Any] | None) -> NDArray[Any]:
    return values if given is None else values * given


def _inverse(information: Floats, inner: Mask) -> Floats | None:
    """Invert among the parameters that have an estimate; NaN for the others, None if impossible."""
    part = information[np.ix_(inner, inner)]
    if not len(part) or not np.isfinite(part).all():
        return None
    values, vectors = np.linalg.eigh(part)
    if values[0] <= 1e-10 * values[-1]:
        return None
    result = np.full_like(information, np.nan)
    result[np.ix_(inner, inner)] = (vectors / values) @ vectors.T
    return result


def _abilities(engine: _Engine, vector: Floats) -> tuple[Floats, Floats]:
    """Return posterior mean and deviation of each pattern."""
    z, points = engine.curves(vector), engine.quadrature.points
    means, spreads = np.zeros(len(engine.patterns.right)), np.zeros(len(engine.patterns.right))
    for part in blocks(len(means)):
        posterior = engine.posterior(part, z)[2].astype(np.float64)
        means[part] = posterior @ points
        spreads[part] = np.sqrt(np.maximum(posterior @ points**2 - means[part] ** 2, 0))
    return means, spreads
