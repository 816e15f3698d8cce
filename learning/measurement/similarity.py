"""Pairs of candidates whose wrong answers agree more than chance explains.

Two people who know the subject share right answers; sharing the same *wrong* answers, above all
rare ones, needs an explanation. Every pair gets the number of identical wrong answers, their weight
Σ -log p (p the share of all who were given the item that chose that wrong answer), and how far
both are from what is expected of two candidates of their standing who worked alone.

The null distribution is that of the generalised binomial test (van der Linden & Sotaridona 2006):
an item is shared wrongly with probability Σₒ P(o | one)·P(o | other) over its wrong answers,
independently of other items. P(o | ·) is not taken from a nominal response model, as there and in
Wollack's (1997) ω, but from the answers of candidates of like total: tenths of the line, fewer
when there are few candidates. The weighted sum is compared by z = (S - E)/√Var; for the pairs that
are returned the exact tail P(N ≥ n) of the number of shared wrong answers is added, times the
number of pairs compared (Bonferroni). A low value is a reason to look, never a proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import Floats, Mask
from learning.measurement.ranks import memberships
from learning.measurement.statistics import tail

GROUP = 50
"""Candidates a group at least, so that shares of answers are worth something."""
MOST_GROUPS = 10
OWN_WEIGHT = 5.0
"""As many candidates of the overall shares are mixed into each group's: no share is then 0."""
ROWS = 1_024


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two candidates (rows, `first` < `second`) and what their answers have in common.

    `wrong` identical wrong answers, `right` answers both have right, of `items` given to both.
    `weight` is the rarity Σ -log p, `z` its distance from the expectation, `chance` the probability
    of so many identical wrong answers or more for two who worked alone, `adjusted` that times the
    number of pairs. `nearness` is the median difference in seconds of the moments at which the two
    gave the identical wrong answers; None without times.
    """

    first: int
    second: int
    items: int
    right: int
    wrong: int
    weight: float
    z: float
    chance: float
    adjusted: float
    nearness: float | None


@dataclass(frozen=True, slots=True)
class SimilarityReport:
    """The pairs furthest from chance, furthest first; `compared` is how many pairs there are."""

    compared: int
    pairs: tuple[SimilarPair, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """Wrong answers as columns: which a person gave, of which item it is, what it weighs."""

    given_wrong: NDArray[np.float32]
    items: int
    item_of: NDArray[np.intp]
    weights: Floats
    groups: NDArray[np.intp]
    shares: Floats  # groups × columns: P(that wrong answer | group)


def pairs(
    codes: NDArray[Any],
    right: NDArray[Any],
    *,
    given: Mask | None = None,
    answered_at: Floats | None = None,
    most: int = 200,
    least_z: float = 4.0,
    among: int | None = None,
) -> SimilarityReport:
    """Return the most similar pairs of candidates × items `codes`, `right` being true where right.

    A code is any number ≥ 0 for one answer to an item (an option, a set of options, a text folded
    to a number); below 0 is omitted, which is no agreement. `answered_at` are seconds, NaN where
    unknown. At most `most` pairs with z ≥ `least_z` and at least one wrong answer in common. Pairs
    are formed `among` the first so many rows; the others are there for the shares alone, so that a
    small group is held against what the many answered.
    """
    persons = len(codes) if among is None else among
    mask = np.ones(codes.shape, bool) if given is None else given
    compared = persons * (persons - 1) // 2
    answers = _answers(codes, np.asarray(right, bool), mask)
    if compared == 0 or not len(answers.item_of):
        return SimilarityReport(compared, ())
    found = _strongest(answers, given, persons, most, least_z)
    result = []
    for z, first, second in found:
        both = mask[first] & mask[second]
        same = both & (codes[first] == codes[second]) & (codes[first] >= 0)
        wrong = same & ~np.asarray(right[first], bool)
        chance = tail(_chances(answers, first, second)[both], int(wrong.sum()))
        result.append(
            SimilarPair(
                first=first,
                second=second,
                items=int(both.sum()),
                right=int((both & (right[first] != 0) & (right[second] != 0)).sum()),
                wrong=int(wrong.sum()),
                weight=_weight(answers, first, second),
                z=z,
                chance=chance,
                adjusted=min(1.0, chance * compared),
                nearness=_nearness(answered_at, first, second, wrong),
            )
        )
    return SimilarityReport(compared, tuple(result))


def _answers(codes: NDArray[Any], right: Mask, given: Mask) -> _Answers:
    """Lay out the wrong answers that at least two persons gave."""
    groups = _groups(right, given)
    number = int(groups.max(initial=0)) + 1
    member = np.zeros((number, len(codes)))
    member[groups, np.arange(len(codes))] = 1
    columns, item_of, weights, shares = [], [], [], []
    for item in range(codes.shape[1]):
        wrong = given[:, item] & ~right[:, item] & (codes[:, item] >= 0)
        values, counts = np.unique(codes[wrong, item], return_counts=True)
        asked = given[:, item].astype(np.float64)
        sizes = member @ asked
        for value in values[counts > 1]:
            chose = (wrong & (codes[:, item] == value)).astype(np.float64)
            share = chose.sum() / asked.sum()
            columns.append(chose.astype(np.float32))
            item_of.append(item)
            weights.append(-np.log(share))
            shares.append((member @ chose + OWN_WEIGHT * share) / (sizes + OWN_WEIGHT))
    matrix = np.stack(columns, axis=1) if columns else np.zeros((len(codes), 0), np.float32)
    return _Answers(
        matrix,
        codes.shape[1],
        np.array(item_of, dtype=np.intp),
        np.array(weights, dtype=np.float64),
        groups,
        np.array(shares, dtype=np.float64).reshape(len(columns), number).T,
    )


def _groups(right: Mask, given: Mask) -> NDArray[np.intp]:
    """Put persons of like share right together; those of equal share are never parted."""
    length = given.sum(axis=1)
    share = np.zeros(len(right))
    np.divide((right & given).sum(axis=1), length, out=share, where=length > 0)
    number = max(1, min(MOST_GROUPS, len(right) // GROUP))
    borders = [(n / number, (n + 1) / number) for n in range(number)]
    groups: NDArray[np.intp] = np.argmax(memberships(np.round(share, 6), borders), axis=1)
    return groups


def _strongest(
    answers: _Answers, given: Mask | None, among: int, most: int, least_z: float
) -> list[tuple[float, int, int]]:
    """Return (z, first, second) of the pairs furthest from chance, in blocks of pairs."""
    found: list[tuple[float, int, int]] = []
    for rows, columns, z in _blocks(answers, given, among):
        places = np.flatnonzero(z >= least_z)
        if len(places) > most:
            places = places[np.argpartition(-z.ravel()[places], most)[: most + 1]]
        first, second = rows[places // z.shape[1]], columns[places % z.shape[1]]
        found += [
            (float(value), int(min(pair)), int(max(pair)))
            for value, *pair in zip(z.ravel()[places], first, second, strict=True)
        ]
        found = sorted(found, key=lambda entry: (-entry[0], *entry[1:]))[:most]
    return found


def _blocks(
    answers: _Answers, given: Mask | None, among: int | None = None
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], Floats]]:
    """Yield the z of rows × columns, every pair once, group against group.

    Within two groups the expectation of an item is one number, so that with one form for all it is
    one number a block, and otherwise one product of matrices.
    """
    roots = np.sqrt(answers.weights).astype(np.float32)
    weighted = answers.given_wrong * roots
    asked = None if given is None else given.astype(np.float32)
    members = [np.flatnonzero(answers.groups[:among] == g) for g in range(len(answers.shares))]
    pieces = [(g, m[s : s + ROWS]) for g, m in enumerate(members) for s in range(0, len(m), ROWS)]
    for place, (g, rows) in enumerate(pieces):
        for h, columns in pieces[place:]:
            means, variances = _moments(answers, g, h)
            observed = (weighted[rows] @ weighted[columns].T).astype(np.float64)
            if asked is None:
                mean, variance = means.sum(), variances.sum()
            else:
                mean = (asked[rows] * means.astype(np.float32)) @ asked[columns].T
                variance = (asked[rows] * variances.astype(np.float32)) @ asked[columns].T
            excess = observed - mean
            z = np.zeros_like(excess)
            np.divide(excess, np.sqrt(variance), out=z, where=np.asarray(variance) > 1e-12)
            z[observed <= 0] = 0
            if rows is columns:
                z = np.triu(z, 1)
            yield rows, columns, z


def _moments(answers: _Answers, g: int, h: int) -> tuple[Floats, Floats]:
    """Return mean and variance of each item's weight for one of group g and one of h."""
    joint = answers.shares[g] * answers.shares[h]
    mean: Floats = np.bincount(
        answers.item_of, answers.weights * joint, minlength=answers.items
    ).astype(np.float64)
    square = np.bincount(answers.item_of, answers.weights**2 * joint, minlength=answers.items)
    variance: Floats = np.maximum(square - mean**2, 0)
    return mean, variance


def _chances(answers: _Answers, first: int, second: int) -> Floats:
    """Return for each item the probability that the two share a wrong answer."""
    one, other = answers.groups[first], answers.groups[second]
    joint = answers.shares[one] * answers.shares[other]
    result: Floats = np.minimum(np.bincount(answers.item_of, joint, minlength=answers.items), 1.0)
    return result


def _weight(answers: _Answers, first: int, second: int) -> float:
    shared = answers.given_wrong[first] * answers.given_wrong[second]
    return float(shared @ answers.weights)


def _nearness(times: Floats | None, first: int, second: int, wrong: Mask) -> float | None:
    if times is None:
        return None
    apart = np.abs(times[first] - times[second])[wrong]
    apart = apart[~np.isnan(apart)]
    return float(np.median(apart)) if len(apart) else None
