"""Rasch's model: difficulties in logits, abilities, and how well items fit.

Conditional maximum likelihood (CML; Andersen 1972) wherever the persons share few forms: exact,
without any assumption on abilities, as in eRm. When every paper is drawn anew, no two persons
share a raw score's meaning; then marginal maximum likelihood with normal abilities takes its place
and the result says so. Difficulties sum to 0 over the items in either case.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from learning.measurement import conditional, marginal
from learning.measurement.fit import MOST_FORMS, Fit, fit_of, person_groups
from learning.measurement.logistic import Abilities, weighted_likelihood
from learning.measurement.matrices import Floats, Mask, Scores, blocks
from learning.measurement.patterns import Patterns

MOST_WORK = 2e9
"""Multiplications of one CML iteration; beyond, the marginal likelihood is cheaper by far."""
MOST_STEPS = 100
NEAR = 1e-8


class Method(StrEnum):
    """How the difficulties were estimated."""

    CONDITIONAL = "conditional"
    MARGINAL = "marginal"


@dataclass(frozen=True, slots=True)
class RaschItem:
    """Difficulty in logits (harder is higher) with standard error, and fit; None if not estimable.

    An item that everybody has right, or nobody, or that no chain of persons compares with the
    others (Fischer 1981), has no difficulty.
    """

    difficulty: float | None
    error: float | None
    fit: Fit | None


@dataclass(frozen=True, slots=True, eq=False)
class RaschFit:
    """The model fitted: items in order of the columns, persons in order of the rows.

    `abilities` are Warm's weighted likelihood estimates; `reliability` is that of separation,
    (s²_θ - mean SE²)/s²_θ over persons (Wright & Masters 1982). `persons` counts those who tell
    about difficulties: neither all right nor all wrong. `log_likelihood` is the conditional or the
    marginal one, as `method` says.
    """

    items: tuple[RaschItem, ...]
    abilities: Abilities
    log_likelihood: float | None
    persons: int
    reliability: float | None
    method: Method
    has_converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Difficulties:
    values: Floats
    errors: Floats
    log_likelihood: float
    has_converged: bool


def fit(scores: Scores, *, method: Method | None = None) -> RaschFit:
    """Fit the model to full points or not; `method` None chooses as the module says."""
    patterns = Patterns.of(scores)
    kept = comparable(patterns)
    some = patterns.of_items(kept)
    found = None
    if kept.sum() >= 2:
        method = method or _method(some)
        found = _conditional(some) if method is Method.CONDITIONAL else _marginal(scores, kept)
    method = method or Method.CONDITIONAL
    if found is None:
        nobody = np.full(scores.persons, np.nan)
        items = (RaschItem(None, None, None),) * scores.items
        return RaschFit(items, Abilities(nobody, nobody), None, 0, None, method, True)
    groups = person_groups(some)
    known = weighted_likelihood(groups.rows, groups.given, np.ones(some.items), found.values)
    abilities = Abilities(known.values[groups.owners], known.errors[groups.owners])
    fits = fit_of(groups, found.values)
    return RaschFit(
        items=_items(kept, found, fits),
        abilities=abilities,
        log_likelihood=found.log_likelihood,
        persons=int(groups.counts[groups.are_telling].sum()),
        reliability=separation(abilities),
        method=method,
        has_converged=found.has_converged,
    )


def separation(abilities: Abilities) -> float | None:
    """Return the share of the variance of abilities that is not error; None without variance."""
    values = abilities.values[~np.isnan(abilities.errors)]
    if len(values) < 2:
        return None
    variance = float(values.var(ddof=1))
    error = float(np.square(abilities.errors[~np.isnan(abilities.errors)]).mean())
    return (variance - error) / variance if variance > 1e-12 else None


def comparable(patterns: Patterns) -> Mask:
    """Return the items of the largest set that persons compare with each other (Fischer 1981).

    An item leads to another when somebody has it right and the other wrong; difficulties are finite
    and unique within a set in which every item leads to every other.
    """
    if not patterns.items:
        return np.zeros(0, bool)
    leads = np.eye(patterns.items, dtype=bool)
    for part in blocks(len(patterns.right), 1_024):
        right = patterns.right[part].astype(np.float32)
        wrong = (1 if patterns.given is None else patterns.given[part]) - right
        leads |= (right.T @ wrong) > 0
        if leads.all():
            break
    # Late: every start of the program would wait for scipy.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    _, groups = connected_components(csr_array(leads), directed=True, connection="strong")
    kept: Mask = groups == np.bincount(groups).argmax()
    return kept if kept.sum() >= 2 else np.zeros(patterns.items, bool)


def _method(patterns: Patterns) -> Method:
    forms, _ = patterns.forms()
    lengths = forms.sum(axis=1).astype(np.float64)
    is_cheap = len(forms) <= MOST_FORMS and (lengths**4 / 2).sum() <= MOST_WORK
    return Method.CONDITIONAL if is_cheap else Method.MARGINAL


@dataclass(frozen=True, slots=True, eq=False)
class _Form:
    """The persons of one form: which items, how many at each raw score strictly between."""

    items: NDArray[np.intp]
    raw: Floats
    persons: Floats


def _forms(patterns: Patterns) -> list[_Form]:
    masks, owners = patterns.forms()
    raw = patterns.right.sum(axis=1, dtype=np.int64)
    result = []
    for number, mask in enumerate(masks):
        items = np.flatnonzero(mask)
        mine = owners == number
        persons = np.bincount(raw[mine], patterns.counts[mine], minlength=len(items) + 1)
        inner = np.arange(1, len(items))
        present = inner[persons[1 : len(items)] > 0]
        if len(present):
            result.append(
                _Form(items, present.astype(np.float64), persons[present].astype(np.float64))
            )
    return result


def _conditional(patterns: Patterns) -> _Difficulties:
    """Newton's method on a concave function, halving a step that would lead downhill."""
    forms = _forms(patterns)
    raw = patterns.right.sum(axis=1)
    length = patterns.items if patterns.given is None else patterns.given.sum(axis=1)
    telling = patterns.counts * ((raw > 0) & (raw < length))
    right = telling @ patterns.right
    given = telling @ (np.ones_like(patterns.right) if patterns.given is None else patterns.given)
    b = -np.log((right + 0.5) / (given - right + 0.5))
    b -= b.mean()
    log_likelihood, gradient, covariance = _look(b, forms, right)
    for _ in range(MOST_STEPS):
        step = covariance @ gradient
        size = min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        while True:
            after = b + size * step
            ahead = _look(after, forms, right)
            if ahead[0] >= log_likelihood - 1e-9 * abs(log_likelihood) or size < 1e-6:
                break
            size /= 2
        b, (log_likelihood, gradient, covariance) = after, ahead
        if float(np.abs(size * step).max()) < NEAR:
            return _Difficulties(b, np.sqrt(np.diag(covariance)), log_likelihood, True)
    return _Difficulties(b, np.sqrt(np.diag(covariance)), log_likelihood, False)


def _look(b: Floats, forms: list[_Form], right: Floats) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, gradient and covariance (Moore-Penrose: difficulties sum to 0)."""
    log_likelihood = -float(right @ b)
    gradient, information = -right, np.zeros((len(b), len(b)))
    for form in forms:
        found = conditional.expect(b[form.items], form.raw, form.persons)
        log_likelihood -= found.logs
        gradient[form.items] += found.right
        information[np.ix_(form.items, form.items)] += found.information
    level = np.full_like(information, 1 / len(b))
    scale = max(float(np.trace(information)) / len(b), 1e-300)
    covariance = np.linalg.pinv(information + scale * level, hermitian=True) - level / scale
    return float(log_likelihood), gradient, covariance


def _marginal(scores: Scores, kept: Mask) -> _Difficulties:
    """Take the intercepts of the model with one common slope, which is the spread of abilities."""
    given = None if scores.given is None else scores.given[:, kept]
    part = Scores(scores.right()[:, kept], given, scores.max_points[kept])
    found = marginal.fit(part, slopes=marginal.Slopes.EQUAL)
    b = -found.intercepts
    centre = np.eye(len(b)) - 1 / len(b)
    if found.covariance is None:
        errors = np.full(len(b), math.nan)
    else:
        spread = centre @ found.covariance[1:, 1:] @ centre
        errors = np.sqrt(np.maximum(np.diag(spread), 0))
    return _Difficulties(b - b.mean(), errors, found.log_likelihood, found.has_converged)


def _items(kept: Mask, found: _Difficulties, fits: list[Fit | None]) -> tuple[RaschItem, ...]:
    result = [RaschItem(None, None, None)] * len(kept)
    for place, item in enumerate(np.flatnonzero(kept)):
        error = float(found.errors[place])
        result[item] = RaschItem(
            float(found.values[place]), None if math.isnan(error) else error, fits[place]
        )
    return tuple(result)
