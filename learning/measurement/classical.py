"""Classical item analysis: what each item does among the others, and what the test does.

A correlation or a spread that is not defined is None. Scores are read as shares of an item's
points; a person's total as the share of what was possible in that person's form, so that forms of
different length can be read together. With one form for all this changes no correlation.
"""

from dataclasses import dataclass

import numpy as np

from learning.measurement import reliability
from learning.measurement.matrices import Choices, Floats, Mask, Scores, among, blocks
from learning.measurement.ranks import FIFTHS, LOWER_UPPER, memberships, shares_of_points
from learning.measurement.reliability import Reliability
from learning.measurement.statistics import correlation, deviation, ratio


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """Figures of one item over the `given` persons who had it.

    - `facility`: mean share of points (for right or wrong: the share right), `facility_se` its
      standard error s/√n; `sd` the standard deviation of the share (n - 1).
    - `item_rest`: corrected discrimination, Pearson's r of the item and the rest of the test
      without it (Henrysson 1963); `item_total`: uncorrected, the point-biserial of a right or wrong
      item with the total that contains it.
    - `upper_lower`: mean share in the upper 27 % less that in the lower 27 % (Kelley 1939; for
      right or wrong items Johnson's (1951) D).
    - `fifths`: mean share in each fifth of the total, lowest first; None for nobody.
    - `omitted`: share of those given it who left it empty; `not_reached`: who left it and all that
      came behind it empty, though they answered something. None without choices.
    - `alpha_without`: Cronbach's alpha of the test without the item.
    """

    given: int
    facility: float | None
    facility_se: float | None
    sd: float | None
    item_rest: float | None
    item_total: float | None
    upper_lower: float | None
    fifths: tuple[float | None, ...]
    omitted: float | None
    not_reached: float | None
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class TestStatistics:
    """Figures of the test; `mean` and `sd` (n - 1) of points, `share` the mean share of points.

    `reached_end` is the share of persons who answered the last item of their paper,
    `reached_most` of those who came at least to three quarters of it; None without choices.
    """

    persons: int
    items: int
    mean: float | None
    sd: float | None
    share: float | None
    reliability: Reliability
    reached_end: float | None
    reached_most: float | None


@dataclass(frozen=True, slots=True)
class ClassicalAnalysis:
    """The test and its items, in the order of the columns."""

    test: TestStatistics
    items: tuple[ItemStatistics, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Reached:
    """Per item the shares omitted and not reached, per test how far people came."""

    omitted: tuple[float | None, ...]
    not_reached: tuple[float | None, ...]
    end: float | None
    most: float | None


MOST_OF_A_PAPER = 0.75
"""Swineford (1956): a test is not speeded when all come to 75 % of it and 80 % to its end."""


def analyse(scores: Scores, choices: Choices | None = None) -> ClassicalAnalysis:
    """Return the classical statistics; `choices` add what was omitted and not reached."""
    shares = shares_of_points(scores)
    groups = memberships(shares, (*FIFTHS, *LOWER_UPPER))
    reliable = reliability.of(scores)
    reached = _reached(scores, choices) if choices is not None else _unknown(scores.items)
    points, possible = scores.totals()
    items = tuple(
        _item(scores, item, (shares, points, possible, groups), reached, reliable)
        for item in range(scores.items)
    )
    present = possible > 0
    points = points[present]
    test = TestStatistics(
        persons=int(present.sum()),
        items=scores.items,
        mean=float(points.mean()) if len(points) else None,
        sd=deviation(points),
        share=float(shares[present].mean()) if len(points) else None,
        reliability=reliable,
        reached_end=reached.end,
        reached_most=reached.most,
    )
    return ClassicalAnalysis(test, items)


def rest_shares(
    scores: Scores, item: int, points: Floats, possible: Floats
) -> tuple[Floats, Mask | None]:
    """Return the shares of points without an item, and for whom: given it and something else."""
    worth = scores.max_points[item]
    rest = possible - worth
    whom = scores.whom(item)
    if whom is not None or scores.items < 2:
        has_more = rest > worth * 1e-9
        whom = has_more if whom is None else has_more & whom
    got = among(points, whom) - among(scores.column(item), whom) * worth
    return got / among(rest, whom), whom


def _item(
    scores: Scores,
    item: int,
    persons: tuple[Floats, Floats, Floats, Floats],
    reached: _Reached,
    reliable: Reliability,
) -> ItemStatistics:
    shares, points, possible, groups = persons
    column, whom = scores.column(item), scores.whom(item)
    values = among(column, whom)
    rest, compared = rest_shares(scores, item, points, possible)
    sizes = groups.sum(axis=0) if whom is None else whom.astype(np.float64) @ groups
    sums = column @ groups
    means = [ratio(float(s), float(n)) for s, n in zip(sums, sizes, strict=True)]
    lower, upper = means[5], means[6]
    sd = deviation(values)
    return ItemStatistics(
        given=len(values),
        facility=float(values.mean()) if len(values) else None,
        facility_se=None if sd is None else float(sd / np.sqrt(len(values))),
        sd=sd,
        item_rest=correlation(among(column, compared), rest),
        item_total=correlation(values, among(shares, whom)),
        upper_lower=None if lower is None or upper is None else upper - lower,
        fifths=tuple(_share(mean) for mean in means[:5]),
        omitted=reached.omitted[item],
        not_reached=reached.not_reached[item],
        alpha_without=reliable.without[item],
    )


def _share(mean: float | None) -> float | None:
    """Leave no rounding of sums above 1: a share is read as one."""
    return None if mean is None else min(mean, 1.0)


def _unknown(items: int) -> _Reached:
    return _Reached((None,) * items, (None,) * items, None, None)


def _reached(scores: Scores, choices: Choices) -> _Reached:
    """Count what was left empty, and what lies behind everybody's last answer.

    A paper without any answer says nothing about speed: it counts as omitted, not as not reached.
    """
    items = scores.items
    given_to, omitted, behind, began = (np.zeros(items) for _ in range(4))
    writers = end = most = 0
    for part in blocks(scores.persons):
        given = np.ones((part.stop - part.start, items), bool)
        if scores.given is not None:
            given = scores.given[part]
        answered = given & (choices.chosen[part] != 0)
        places = np.arange(1, items + 1)[None, :] if choices.positions is None else None
        order = np.asarray(places if choices.positions is None else choices.positions[part])
        last = np.where(answered, order, 0).max(axis=1, initial=0)
        final = np.where(given, order, 0).max(axis=1, initial=0)
        wrote = answered.any(axis=1)
        passed = (given & (order <= last[:, None])).sum(axis=1)
        length = given.sum(axis=1)
        given_to += given.sum(axis=0)
        omitted += (given & ~answered).sum(axis=0)
        began += (given & wrote[:, None]).sum(axis=0)
        behind += (given & wrote[:, None] & (order > last[:, None])).sum(axis=0)
        writers += int(wrote.sum())
        end += int((wrote & (last == final)).sum())
        most += int((wrote & (passed >= MOST_OF_A_PAPER * length)).sum())
    return _Reached(
        tuple(ratio(float(a), float(b)) for a, b in zip(omitted, given_to, strict=True)),
        tuple(ratio(float(a), float(b)) for a, b in zip(behind, began, strict=True)),
        ratio(end, writers),
        ratio(most, writers),
    )
