"""Whether an item has become easier or harder since earlier sittings, or between groups.

A facility also changes when the candidates are better; a Rasch difficulty does not, once the two
scales are brought together by the items both sittings have. Both are given: the first is what an
author sees, the second what to act on. Mantel and Haenszel's statistic compares groups of one
sitting, such as those who sat early and late.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from learning.measurement.classical import ClassicalAnalysis
from learning.measurement.matrices import Floats, Mask, Scores
from learning.measurement.ranks import shares_of_points
from learning.measurement.rasch import RaschFit

Pairs = Sequence[tuple[int, int]]
"""Column before and column after of every item that both sittings have."""
UNSTABLE_Z = 2.576
"""|z| beyond which an item is no anchor: two-sided 1 %."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, their difference with its standard error and z; None if unknown.

    For difficulties `after` is on the scale of `before`, and `is_anchor` says whether the item
    helped to bring the scales together.
    """

    before: float | None
    after: float | None
    change: float | None
    error: float | None
    z: float | None
    is_anchor: bool = False


UNKNOWN = Change(None, None, None, None, None)


def facility_changes(
    before: ClassicalAnalysis, after: ClassicalAnalysis, pairs: Pairs
) -> tuple[Change, ...]:
    """Return the change of each facility; its error is √(SE² + SE²) of two separate sittings."""
    result = []
    for old, new in pairs:
        one, two = before.items[old], after.items[new]
        if one.facility is None or two.facility is None:
            result.append(Change(one.facility, two.facility, None, None, None))
            continue
        change = two.facility - one.facility
        error = None
        if one.facility_se is not None and two.facility_se is not None:
            error = math.hypot(one.facility_se, two.facility_se)
        z = change / error if error else None
        result.append(Change(one.facility, two.facility, change, error, z))
    return tuple(result)


def difficulty_shifts(before: RaschFit, after: RaschFit, pairs: Pairs) -> tuple[Change, ...]:
    """Return the shift of each difficulty after the means of the anchors were made equal.

    Mean alignment after Wright & Stone (1979, ch. 5). Items that stick out (|z| > 2.576) are taken
    out of the anchors one by one, the farthest first, while more than half are left. With m
    anchors, dᵢ of variance vᵢ: Var(dᵢ - d̄) = vᵢ(1 - 2/m) + Σv/m² for an anchor,
    vᵢ + Σv/m² otherwise.
    """
    known = [_difficulties(before, after, pair) for pair in pairs]
    usable = np.array([entry is not None for entry in known], dtype=bool)
    old, new, variance = (
        np.array([entry[part] if entry is not None else 0.0 for entry in known], dtype=np.float64)
        for part in range(3)
    )
    if not usable.any():
        return (UNKNOWN,) * len(pairs)
    shifts, errors, anchors = _aligned(new - old, variance, usable)
    result = []
    for place in range(len(pairs)):
        if not usable[place]:
            result.append(UNKNOWN)
            continue
        shift, error = float(shifts[place]), float(errors[place])
        result.append(
            Change(
                float(old[place]),
                float(old[place]) + shift,
                shift,
                error,
                shift / error if error > 0 else None,
                bool(anchors[place]),
            )
        )
    return tuple(result)


def _difficulties(
    before: RaschFit, after: RaschFit, pair: tuple[int, int]
) -> tuple[float, float, float] | None:
    one, two = before.items[pair[0]], after.items[pair[1]]
    if one.difficulty is None or two.difficulty is None:
        return None
    if one.error is None or two.error is None:
        return None
    return one.difficulty, two.difficulty, one.error**2 + two.error**2


def _aligned(differences: Floats, variance: Floats, usable: Mask) -> tuple[Floats, Floats, Mask]:
    """Subtract the anchors' mean, leaving out unstable anchors one by one."""
    anchors = usable.copy()
    while True:
        m = int(anchors.sum())
        shifts = differences - differences[anchors].mean()
        common = variance[anchors].sum() / m**2
        own = np.where(anchors, variance * (1 - 2 / m), variance)
        errors = np.sqrt(np.maximum(own + common, 0))
        z = np.zeros_like(shifts)
        np.divide(shifts, errors, out=z, where=anchors & (errors > 0))
        worst = int(np.abs(z).argmax())
        if abs(z[worst]) <= UNSTABLE_Z or 2 * (m - 1) <= int(usable.sum()):
            return shifts, errors, anchors
        anchors[worst] = False


class Category(StrEnum):
    """Categories of the Educational Testing Service (Zieky 1993)."""

    NEGLIGIBLE = "A"
    MODERATE = "B"
    LARGE = "C"


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Mantel and Haenszel's common odds ratio of an item, reference against focal group.

    `delta` = -2.35 ln α: below 0 the item is harder for the focal group than for persons of equal
    total in the reference group. `chi_squared` has one degree of freedom and Yates's correction.
    None where no total has right and wrong answers of both groups.
    """

    odds_ratio: float | None
    delta: float | None
    delta_error: float | None
    chi_squared: float | None
    category: Category | None


NO_DIFFERENCE = GroupDifference(None, None, None, None, None)


def group_differences(scores: Scores, focal: Mask) -> tuple[GroupDifference, ...]:
    """Return the difference of each item between groups matched by share of points.

    Holland & Thayer (1988): the total contains the item itself. Standard error of ln α by Robins,
    Breslow & Greenland (1986).
    """
    shares = shares_of_points(scores)
    known = ~np.isnan(shares)
    _, strata = np.unique(shares[known], return_inverse=True)
    right = scores.right()
    result = []
    for item in range(scores.items):
        cell = strata * 4 + 2 * focal[known] + right[known, item]
        if scores.given is not None:
            cell = cell[scores.given[known, item]]
        counts = np.bincount(cell, minlength=4 * (int(strata.max(initial=-1)) + 1))
        result.append(_difference(counts.reshape(-1, 2, 2).astype(np.float64)))
    return tuple(result)


def _difference(tables: Floats) -> GroupDifference:
    """Work on strata × (reference, focal) × (wrong, right)."""
    totals = tables.sum(axis=(1, 2))
    tables, totals = tables[totals > 1], totals[totals > 1]
    b, a, d, c = tables[:, 0, 0], tables[:, 0, 1], tables[:, 1, 0], tables[:, 1, 1]
    r, s = a * d / totals, b * c / totals
    if r.sum() <= 0 or s.sum() <= 0:
        return NO_DIFFERENCE
    alpha = float(r.sum() / s.sum())
    p, q = (a + d) / totals, (b + c) / totals
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    right, wrong = a + c, b + d
    expected = (a + b) * right / totals
    spread = float(((a + b) * (c + d) * right * wrong / (totals**2 * (totals - 1))).sum())
    excess = max(abs(float((a - expected).sum())) - 0.5, 0.0)
    delta, error = -2.35 * math.log(alpha), 2.35 * math.sqrt(float(variance))
    chi_squared = excess**2 / spread if spread > 0 else None
    return GroupDifference(alpha, delta, error, chi_squared, _category(delta, error))


def _category(delta: float, error: float) -> Category:
    """Return A below 1 or not significant, C from 1.5 and significantly above 1, else B."""
    size = abs(delta)
    if size < 1 or size <= 1.96 * error:
        return Category.NEGLIGIBLE
    return Category.LARGE if size >= 1.5 and size - 1.645 * error > 1 else Category.MODERATE
