"""A cut score by judges (modified Angoff): who may do what when, and what the rounds say. Pure.

Judges say of each item what share of just competent candidates would have it right, in per cent.
The mathematics is `measurement.angoff`; the paper is one form, judged position by position.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import numpy as np

from learning.exams.rules.states import State
from learning.measurement.angoff import CutScore, Judge, Round, rounds
from learning.measurement.statistics import correlation, deviation

MAX_JUDGES = 50
MAX_ROUNDS = 3
MAX_SETTINGS = 20
FEWEST_JUDGES = 3
"""Judges who judged everything: with fewer, the error of the cut says nothing."""
FEWEST_ANSWERS = 10
"""Answers from which an item's earlier facility is shown to judges."""
STEP_MILLI = 100
"""Cut scores are given to tenths of a point."""
MAX_DISMISSAL = 300  # twin of StandardJudge.dismissed_reason
MAX_REASON_GIVEN = 500  # twin of StandardSetting.reason


class StandardState(StrEnum):
    """How a setting stands. Twin: the CHECK of `standard_settings`."""

    JUDGING = "judging"  # a round is open
    BETWEEN = "between"  # the round is closed: feedback, then another round or the decision
    ADOPTED = "adopted"
    DROPPED = "dropped"


class Step(StrEnum):
    """What the examiner does with a setting."""

    CLOSE = "close"
    NEXT = "next"
    DROP = "drop"


class Adjustment(StrEnum):
    """By how many standard errors the recommended cut is moved."""

    LOWER = "lower"
    NONE = "none"
    HIGHER = "higher"

    @property
    def errors(self) -> int:
        """Return the number of standard errors."""
        return {"lower": -1, "none": 0, "higher": 1}[self.value]


@dataclass(frozen=True, slots=True)
class Panel:
    """All judgements: judges in order, points of the positions, shares by (judge, position).

    `given` has one mapping a round, from the first. Positions count from 1.
    """

    judges: tuple[int, ...]
    points_milli: tuple[int, ...]
    given: tuple[Mapping[tuple[int, int], int], ...]

    def complete(self, number: int) -> int:
        """Return how many judges judged every item in a round (from 1)."""
        return sum(self.judged(number, judge) == len(self.points_milli) for judge in self.judges)

    def judged(self, number: int, judge: int) -> int:
        """Return how many items a judge judged in a round."""
        given = self.given[number - 1]
        return sum((judge, place + 1) in given for place in range(len(self.points_milli)))


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """A judge in the last round beside the panel; `agreement` is r with the mean of the others."""

    result: Judge
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """What a panel said of one item in a round, in per cent: feedback without names."""

    mean: float
    low: int
    high: int
    sd: float | None
    judges: int


def rounds_of(panel: Panel) -> tuple[Round, ...]:
    """Return cut, spread and error of each round, in points."""
    points = [milli / 1000 for milli in panel.points_milli]
    return rounds([_matrix(panel, n) for n in range(len(panel.given))], max_points=points)


def judge_lines(panel: Panel, result: CutScore) -> list[JudgeLine]:
    """Return how each judge stands beside the others in the last round."""
    shares = _matrix(panel, len(panel.given) - 1)
    lines = []
    for row, judge in enumerate(result.judges):
        others = np.delete(shares, row, axis=0)
        counts = (~np.isnan(others)).sum(axis=0)
        known = (counts > 0) & ~np.isnan(shares[row])
        means = np.nansum(others[:, known], axis=0) / counts[known]
        lines.append(JudgeLine(judge, correlation(shares[row, known], means)))
    return lines


def spreads_of(panel: Panel, number: int) -> dict[int, Spread]:
    """Return what the panel said in a round (from 1) by position; nobody is named."""
    found: dict[int, Spread] = {}
    for position in range(1, len(panel.points_milli) + 1):
        said = [
            panel.given[number - 1][judge, position]
            for judge in panel.judges
            if (judge, position) in panel.given[number - 1]
        ]
        if said:
            spread = deviation(np.array(said, dtype=float))
            found[position] = Spread(sum(said) / len(said), min(said), max(said), spread, len(said))
    return found


def _matrix(panel: Panel, index: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    places = range(1, len(panel.points_milli) + 1)
    given = panel.given[index]
    rows = [
        [given[judge, n] / 100 if (judge, n) in given else math.nan for n in places]
        for judge in panel.judges
    ]
    return np.array(rows, dtype=np.float64).reshape(len(panel.judges), len(panel.points_milli))


def adjusted_milli(result: CutScore, adjustment: Adjustment) -> int:
    """Return a cut in thousandths, to tenths of a point, moved by standard errors.

    It stays above 0 and within the points. Raises ValueError where there is no cut or no error.
    """
    if result.cut is None or (adjustment.errors and result.error is None):
        raise ValueError("no cut score")
    moved = Decimal(str(result.cut + adjustment.errors * (result.error or 0.0)))
    steps = (moved * 1000 / STEP_MILLI).quantize(Decimal(1), ROUND_HALF_UP)
    return min(max(int(steps) * STEP_MILLI, STEP_MILLI), round(result.max_points * 1000))


def step_refusal(state: StandardState, step: Step, round_number: int) -> str | None:
    """Return why a step cannot be taken, or None: a code for Conflict."""
    if state not in {StandardState.JUDGING, StandardState.BETWEEN}:
        return "standard_over"
    if step is Step.CLOSE and state is not StandardState.JUDGING:
        return "standard_closed"
    if step is Step.NEXT and state is not StandardState.BETWEEN:
        return "standard_open"
    if step is Step.NEXT and round_number >= MAX_ROUNDS:
        return "standard_rounds"
    return None


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a cut would be adopted: how the setting and the sitting stand."""

    state: StandardState
    complete: int
    sitting: State
    has_begun: bool
    is_same_paper: bool


def adoption_refusal(ground: Ground) -> str | None:
    """Return why a cut cannot be adopted, or None: a code for Conflict.

    A cut is set before anybody is examined, for the paper that was judged.
    """
    if ground.state in {StandardState.ADOPTED, StandardState.DROPPED}:
        return "standard_over"
    if ground.state is StandardState.JUDGING:
        return "standard_open"
    if ground.sitting is State.CLOSED or ground.has_begun:
        return "standard_late"
    if not ground.is_same_paper:
        return "standard_paper"
    return "standard_few" if ground.complete < FEWEST_JUDGES else None


def next_open(judged: Sequence[int], items: int, after: int) -> int | None:
    """Return the first position behind `after` without a judgement, else the first of all."""
    done = set(judged)
    order = [*range(after + 1, items + 1), *range(1, after + 1)]
    return next((position for position in order if position not in done), None)
