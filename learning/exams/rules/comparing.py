"""Answers that agree too well and times that are too short: reasons to look, never proofs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from learning.exams.rules.analysing import number
from learning.exams.rules.gathering import Gathered
from learning.measurement import similarity, timing
from learning.measurement.matrices import Floats

MOST_COMPARED = 5_000
"""Candidates: every pair is compared, which is 12.5 million pairs; more would take the worker."""
FEWEST_COMPARED = 10
MOST_LISTED = 200
FEWEST_FAST = 3
UNLIKELY = 0.01
"""A chance below which right answers given too fast are listed."""


@dataclass(slots=True)
class Clockwork:
    """When each position of each attempt was first and last answered, taken from the saves."""

    seconds: Floats
    answered_at: Floats
    places: Sequence[dict[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, gathered: Gathered) -> "Clockwork":
        """Begin without a time for the persons and items of some matrices."""
        unknown = np.full(gathered.places.shape, np.nan)
        columns = [
            {int(place): n for n, place in enumerate(row) if place} for row in gathered.places
        ]
        return cls(unknown, unknown.copy(), columns)

    def take(self, row: int, began_at: datetime, saves: Iterable[tuple[int, datetime]]) -> None:
        """Take a person's saves (position, instant) in order of time.

        The time of an item is that from the save before, of whatever item, to its own first save.
        """
        before, columns = began_at, self.places[row]
        for position, saved_at in saves:
            column = columns.get(position)
            if column is not None:
                if np.isnan(self.seconds[row, column]):
                    self.seconds[row, column] = (saved_at - before).total_seconds()
                self.answered_at[row, column] = saved_at.timestamp()
            before = saved_at


def comparison_of(
    gathered: Gathered, clockwork: Clockwork, attempts: Sequence[int]
) -> dict[str, Any]:
    """Return the report for integrity; persons are named by the row ids of their attempts."""
    right = gathered.scores.right() == 1
    near = similarity.pairs(
        gathered.codes,
        right,
        given=gathered.scores.given,
        answered_at=clockwork.answered_at,
        most=MOST_LISTED,
    )
    times = timing.report(clockwork.seconds, right)
    fast = [
        (person.chance, row)
        for row, person in enumerate(times.persons)
        if person.fast_right >= FEWEST_FAST
        and person.chance is not None
        and person.chance < UNLIKELY
    ]
    return {
        "persons": len(attempts),
        "compared": near.compared,
        "pairs": [_pair(pair, attempts) for pair in near.pairs],
        "fast": [_fast(times.persons[row], attempts[row]) for _, row in sorted(fast)[:MOST_LISTED]],
    }


def _pair(pair: similarity.SimilarPair, attempts: Sequence[int]) -> dict[str, Any]:
    return {
        "first": attempts[pair.first],
        "second": attempts[pair.second],
        "items": pair.items,
        "right": pair.right,
        "wrong": pair.wrong,
        "z": number(pair.z),
        "adjusted": pair.adjusted,
        "nearness": number(pair.nearness),
    }


def _fast(person: timing.PersonTime, attempt: int) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "timed": person.timed,
        "fast": person.fast,
        "fast_right": person.fast_right,
        "expected": number(person.expected),
        "chance": person.chance,
    }
