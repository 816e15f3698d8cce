"""Which of a person's attempts decides, and what it decides.

Results arrive in any order and more than once, so the choice is the maximum of a total order: the
fold over any order of arrival, with repetitions, gives the same result. By the sitting's
`counts` the orders are:

- best: points, then the earlier attempt;
- last: a pass before a fail, then the later attempt. A pass that was told stays a pass;
- first: the first attempt alone; what comes after it is no candidate.

In each a pass ranks above every fail, so a later pass replaces a fail and never the reverse.
"""

from dataclasses import dataclass
from datetime import datetime

from learning.attempts.rules import Counts, Release, is_released
from learning.exams.rules.states import State


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scored attempt under the sitting's cut score; points in thousandths."""

    number: int
    points_milli: int
    max_milli: int
    passed: bool


def outcome_of(number: int, points_milli: int, max_milli: int, cut_score_milli: int) -> Outcome:
    """Return the outcome of a scored attempt: the cut score itself is a pass."""
    return Outcome(number, points_milli, max_milli, points_milli >= cut_score_milli)


def are_results_released(
    release: Release,
    state: State,
    closes_at: datetime,
    *,
    others_still_open: bool,
    now: datetime,
) -> bool:
    """Tell whether candidates may learn their recorded results, by whatever way.

    A sitting closes only when nobody answers any more, and nobody starts in a closed one: "at
    close" has come with that, else with the end of the window, as for every attempt.
    """
    return is_released(
        release,
        finished=True,
        closes_at=closes_at,
        others_still_open=others_still_open,
        now=now,
        is_closed=state is State.CLOSED,
    )


def is_candidate(new: Outcome, counts: Counts) -> bool:
    """Tell whether the attempt may decide at all: under `first` only the first one may."""
    return counts is not Counts.FIRST or new.number == 1


def replaces(new: Outcome, held: Outcome | None, counts: Counts) -> bool:
    """Tell whether a new outcome takes the place of the one held (None: there is none yet)."""
    if not is_candidate(new, counts):
        return False
    return held is None or _rank(new, counts) > _rank(held, counts)


def _rank(outcome: Outcome, counts: Counts) -> tuple[int, int]:
    if counts is Counts.BEST:
        return outcome.points_milli, -outcome.number
    return int(outcome.passed), outcome.number
