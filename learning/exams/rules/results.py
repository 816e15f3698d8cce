"""Which of a person's attempts decides, and what it decides.

The result is a function of the attempts that are finished and not void, each with its current
score; whatever told of them, in any order and with repetitions, gives the same result. By the
sitting's `counts` it is:

- best: the highest share of the points, then the earlier attempt;
- last: a pass before a fail, then the later attempt. A later fail takes no pass away;
- first: the first attempt alone; what comes after it is no candidate;
- mean: the mean of points over all of them, once each is marked. Worked: 12 and 15 of 20 give 13.5.

An attempt that a person has yet to mark decides nothing. Where a ruling excluded items the cut
score shrinks with the maximum: 12 of 20 becomes 11.4 of 19.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from learning.attempts.rules import AttemptRules, Counts, Part, reaches_cut
from learning.exams.rules.states import State


@dataclass(frozen=True, slots=True)
class Try:
    """A finished attempt as it is scored now; points in thousandths.

    `excluded_milli` is what items that no longer count were worth; `is_pending`: a person marks it.
    """

    number: int
    points_milli: int
    max_milli: int
    excluded_milli: int = 0
    is_pending: bool = False

    @property
    def ratio(self) -> Fraction:
        """Return the share of the points, 0 where nothing counts."""
        return Fraction(self.points_milli, self.max_milli or 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person's tries decide under the sitting's cut score; points in thousandths.

    `number` is the attempt that decides, of several averaged ones the last.
    """

    number: int
    points_milli: int
    max_milli: int
    passed: bool


def are_results_released(
    rules: AttemptRules,
    state: State,
    closes_at: datetime,
    *,
    others_still_open: bool,
    now: datetime,
) -> bool:
    """Tell whether candidates may learn their recorded results, by whatever way.

    A sitting closes only when nobody answers any more, and nobody starts in a closed one: "at
    close" has come with that, else with the end of the window, as for every attempt. Where an
    instant is set for the scores, it must have come as well.
    """
    return rules.is_told(
        Part.SCORE,
        finished=True,
        closes_at=closes_at,
        others_still_open=others_still_open,
        now=now,
        is_closed=state is State.CLOSED,
    )


def result_of(tries: Sequence[Try], counts: Counts, cut_score_milli: int) -> Outcome | None:
    """Return what a person's tries decide at a sitting, None while they decide nothing.

    `tries` are the finished attempts that are not void, as they are scored now, in any order.
    """
    decided = sorted((t for t in tries if not t.is_pending), key=lambda each: each.number)
    if not decided:
        return None
    if counts is Counts.MEAN:
        return _mean(decided, cut_score_milli) if len(decided) == len(tries) else None
    if counts is Counts.FIRST:
        first = min(tries, key=lambda each: each.number)
        return None if first.is_pending else _outcome(first, cut_score_milli)
    outcomes = [(_outcome(each, cut_score_milli), each) for each in decided]
    if counts is Counts.BEST:
        return max(outcomes, key=lambda pair: (pair[1].ratio, -pair[0].number))[0]
    return max((pair[0] for pair in outcomes), key=lambda each: (each.passed, each.number))


def _outcome(scored: Try, cut_score_milli: int) -> Outcome:
    passed = reaches_cut(
        scored.points_milli, scored.max_milli, scored.excluded_milli, cut_score_milli
    )
    return Outcome(scored.number, scored.points_milli, scored.max_milli, passed)


def _mean(tries: Sequence[Try], cut_score_milli: int) -> Outcome:
    """Return the mean, each number rounded once to thousandths; as shown, so it is decided on."""
    points, most, excluded = (
        round(Fraction(sum(numbers), len(tries)))
        for numbers in zip(
            *((each.points_milli, each.max_milli, each.excluded_milli) for each in tries),
            strict=True,
        )
    )
    passed = reaches_cut(points, most, excluded, cut_score_milli)
    return Outcome(max(each.number for each in tries), points, most, passed)
