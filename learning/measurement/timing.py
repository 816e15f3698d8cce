"""Response times that do not fit: right answers given faster than a person can read the item.

Times are compared as logarithms, item by item, with the median and the spread of all who answered
it (van der Linden 2006: log times are close to normal): z = (ln t - median)/(1.4826·MAD). A person
is of interest who is far too fast *and right* more often than people who took their time were on
these items (knowledge of the items beforehand); fast and wrong is guessing or giving up.
"""

import math
from dataclasses import dataclass

import numpy as np

from learning.measurement.matrices import Floats, Mask
from learning.measurement.statistics import tail

FAST = -2.5
"""Robust z below which an answer is too fast: beyond 0.6 % of a normal distribution."""
NORMAL = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""
FEWEST = 20
"""Times an item needs before anything is called fast."""
SHORTEST = 0.1
"""Seconds below which a time is a matter of the device."""


@dataclass(frozen=True, slots=True)
class ItemTime:
    """Median seconds of an item, the spread of log seconds, and how many answered; None if few."""

    median: float | None
    spread: float | None
    answered: int


@dataclass(frozen=True, slots=True)
class PersonTime:
    """One person: answers with a time, those too fast, those of them right.

    `speed` is the median z over the items: below 0 faster than most. `expected` is the sum of the
    facilities of the items answered too fast, `chance` the probability of so many right among
    them, or more, for somebody of average ability; None without fast answers.
    """

    timed: int
    fast: int
    fast_right: int
    speed: float | None
    expected: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class TimingReport:
    """Items in order of columns, persons in order of rows."""

    items: tuple[ItemTime, ...]
    persons: tuple[PersonTime, ...]


def report(seconds: Floats, right: Mask) -> TimingReport:
    """Return the report of persons × items seconds (NaN where unknown or not answered)."""
    known = np.isfinite(seconds) & (seconds > 0)
    logs = np.log(np.where(known, np.maximum(seconds, SHORTEST), 1.0))
    z = np.full(seconds.shape, np.nan)
    items = []
    for item in range(seconds.shape[1]):
        whom = known[:, item]
        items.append(_item(logs[whom, item]))
        median, spread = items[-1].median, items[-1].spread
        if median is not None and spread:
            z[whom, item] = (logs[whom, item] - math.log(median)) / spread
    fast = np.nan_to_num(z, nan=0.0) < FAST
    were_right = known & np.asarray(right, bool)
    answered = known.sum(axis=0)
    facilities = np.zeros(seconds.shape[1])
    np.divide(were_right.sum(axis=0), answered, out=facilities, where=answered > 0)
    persons = tuple(
        _person(z[row], int(known[row].sum()), fast[row], were_right[row], facilities)
        for row in range(len(seconds))
    )
    return TimingReport(tuple(items), persons)


def _item(logs: Floats) -> ItemTime:
    if len(logs) < FEWEST:
        return ItemTime(None, None, len(logs))
    middle = float(np.median(logs))
    spread = NORMAL * float(np.median(np.abs(logs - middle)))
    return ItemTime(math.exp(middle), spread if spread > 1e-9 else None, len(logs))


def _person(z: Floats, timed: int, fast: Mask, right: Mask, facilities: Floats) -> PersonTime:
    compared = z[~np.isnan(z)]
    hits = int((fast & right).sum())
    return PersonTime(
        timed=timed,
        fast=int(fast.sum()),
        fast_right=hits,
        speed=float(np.median(compared)) if len(compared) else None,
        expected=float(facilities[fast].sum()),
        chance=tail(facilities[fast], hits) if fast.any() else None,
    )
