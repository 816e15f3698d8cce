"""The timed challenge 挑战答题, and what an organisation sets for the practice of its people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from learning.question_bank.scoring import Outcome

LONGEST_MS = 10_000_000  # of the time of a run in its rank: far more than any lasts


@dataclass(frozen=True, slots=True)
class Settings:
    """What the people of a unit see: runs of days on end, and the ladder of the challenge.

    A ladder shows people by name, so it is there only where the organisation wants it.
    """

    streaks: bool = True
    ladder: bool = False


def settings_of(nearest_first: Iterable[tuple[bool | None, bool | None]]) -> Settings:
    """Return the settings by what units have set, each (streaks, ladder); the nearest decides."""
    streaks: bool | None = None
    ladder: bool | None = None
    for own_streaks, own_ladder in nearest_first:
        streaks = own_streaks if streaks is None else streaks
        ladder = own_ladder if ladder is None else ladder
    default = Settings()
    return Settings(
        default.streaks if streaks is None else streaks,
        default.ladder if ladder is None else ladder,
    )


def count_right(rows: Sequence[Sequence[Any]]) -> int:
    """Return how many items of a challenge were right, by the rows of its score.

    An item that a ruling took out or granted to everybody neither counts nor ends the run.
    """
    return sum(row[2] == Outcome.RIGHT for row in rows)


def rank_key_of(right: int, took_ms: int) -> int:
    """Return what orders runs, the highest best: more right answers, then less time for them.

    right × 10⁷ + (10⁷ − 1 − milliseconds); 12 right in 90 s: 129 909 999.
    """
    return right * LONGEST_MS + LONGEST_MS - 1 - min(max(took_ms, 0), LONGEST_MS - 1)


def run_of_key(key: int) -> tuple[int, int]:
    """Return (right answers, milliseconds) of a run by its rank key."""
    return key // LONGEST_MS, LONGEST_MS - 1 - key % LONGEST_MS
