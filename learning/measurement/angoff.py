"""A cut score by the modified Angoff method: judges say what a just competent person achieves.

Each judge gives, for each item, the share of just competent persons who would have it right (or the
share of points such a person would get). The cut score is the sum over items of the mean judgement
times the points (Angoff 1971; Cizek & Bunch 2007, ch. 6). Judges see figures and each other's
judgements between rounds; a round is one matrix here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from learning.measurement.matrices import Floats, Mask
from learning.measurement.statistics import correlation, deviation

OUTLYING = 3.5
"""Iglewicz & Hoaglin (1993): a modified z-score beyond 3.5 marks a possible outlier."""
SCALE = 0.6745
"""The median absolute deviation of a normal distribution over its standard deviation."""


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge: cut score in points, how many items judged, distance from the panel.

    `modified_z` is 0.6745·(cut - median)/MAD over the judges, None when most judges agree exactly
    or fewer than three judged. `agreement` is Pearson's r with the items' facilities.
    """

    cut: float | None
    judged: int
    modified_z: float | None
    is_outlier: bool
    agreement: float | None


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """One item: mean judgement and its spread (n - 1) over the judges who judged it."""

    mean: float | None
    sd: float | None
    judges: int


@dataclass(frozen=True, slots=True)
class CutScore:
    """The cut in points and as a share of the points; spread and standard error of the panel.

    `sd` (n - 1) is of the judges' cuts, `error` = sd/√judges: what another panel of the same kind
    might differ by. None where nothing was judged; `sd` and `error` for a single judge.
    """

    cut: float | None
    share: float | None
    max_points: float
    sd: float | None
    error: float | None
    judges: tuple[Judge, ...]
    items: tuple[JudgedItem, ...]


def cut_score(
    judgements: ArrayLike,
    *,
    max_points: Sequence[float] | None = None,
    facilities: Sequence[float | None] | None = None,
) -> CutScore:
    """Return the cut score of a judges × items matrix of shares, NaN where not judged.

    What a judge left out is taken from the mean of the others for that item; items that nobody
    judged do not count, neither in the cut nor in its share. Raises ValueError for shares outside
    0–1 or shapes that do not fit.
    """
    shares = np.asarray(judgements, dtype=np.float64)
    if shares.ndim != 2:
        raise ValueError("judgements are a matrix of judges and items")
    if ((shares < 0) | (shares > 1)).any():
        raise ValueError("judgements are shares between 0 and 1")
    points = np.ones(shares.shape[1]) if max_points is None else np.array(max_points, dtype=float)
    if points.shape != shares.shape[1:]:
        raise ValueError("points are one number an item")
    judged = ~np.isnan(shares)
    counts = judged.sum(axis=0)
    means = np.zeros(shares.shape[1])
    np.divide(np.where(judged, shares, 0).sum(axis=0), counts, out=means, where=counts > 0)
    worth = np.where(counts > 0, points, 0)
    present = judged.sum(axis=1) > 0
    cuts = np.where(judged, shares, means) @ worth
    some = cuts[present]
    sd = deviation(some)
    cut = float(some.mean()) if len(some) else None
    total = float(worth.sum())
    return CutScore(
        cut=cut,
        share=cut / total if cut is not None and total > 0 else None,
        max_points=total,
        sd=sd,
        error=None if sd is None else sd / math.sqrt(len(some)),
        judges=_judges(shares, cuts, facilities),
        items=tuple(
            JudgedItem(
                float(means[item]) if counts[item] else None,
                deviation(shares[judged[:, item], item]),
                int(counts[item]),
            )
            for item in range(shares.shape[1])
        ),
    )


def _judges(
    shares: Floats, cuts: Floats, facilities: Sequence[float | None] | None
) -> tuple[Judge, ...]:
    """Describe each judge beside the others."""
    judged = ~np.isnan(shares)
    present: Mask = judged.sum(axis=1) > 0
    middle = float(np.median(cuts[present])) if present.any() else 0.0
    mad = float(np.median(np.abs(cuts[present] - middle))) if present.any() else 0.0
    known = np.array(
        [math.nan if f is None else f for f in facilities or [None] * shares.shape[1]], dtype=float
    )
    result = []
    for row, cut, is_present in zip(shares, cuts, present, strict=True):
        z = None
        if is_present and present.sum() > 2 and mad > 1e-12:
            z = SCALE * (float(cut) - middle) / mad
        both = ~np.isnan(row) & ~np.isnan(known)
        result.append(
            Judge(
                cut=float(cut) if is_present else None,
                judged=int((~np.isnan(row)).sum()),
                modified_z=z,
                is_outlier=z is not None and abs(z) > OUTLYING,
                agreement=correlation(row[both], known[both]),
            )
        )
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round changed: cut and spread, and the mean absolute change of a judgement."""

    result: CutScore
    cut_change: float | None
    sd_change: float | None
    mean_revision: float | None


def rounds(
    judgements: Sequence[ArrayLike], *, max_points: Sequence[float] | None = None
) -> tuple[Round, ...]:
    """Return the rounds of one panel in order; judges and items keep their places."""
    result: list[Round] = []
    earlier: Floats | None = None
    for matrix in judgements:
        shares = np.asarray(matrix, dtype=np.float64)
        found = cut_score(shares, max_points=max_points)
        last = result[-1].result if result else None
        moved = None
        if earlier is not None:
            changes = np.abs(shares - earlier)
            changes = changes[~np.isnan(changes)]
            moved = float(changes.mean()) if len(changes) else None
        result.append(
            Round(
                found,
                _change(found.cut, last.cut if last else None),
                _change(found.sd, last.sd if last else None),
                moved,
            )
        )
        earlier = shares
    return tuple(result)


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before
