"""When an item is due again: FSRS (Free Spaced Repetition Scheduler), by its authors' library.

FSRS keeps a stability (days until recall falls to nine in ten) and a difficulty (1-10) for each
item and person (Ye, Su & Cao 2022, "A Stochastic Shortest Path Algorithm for Optimizing Spaced
Repetition Scheduling"). There are no steps of minutes: whoever practises here comes by the day, so
each interval is one day or more. Nothing is drawn at random: the same answers give the same days.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

RETENTION = 0.9
LONGEST_DAYS = 365
MASTERED_AFTER = timedelta(days=21)  # an interval from which an item counts as mastered


@dataclass(frozen=True, slots=True)
class Review:
    """What the schedule keeps after an answer, and when the item is due again."""

    memory: str
    due_at: datetime


def review(memory: str, *, is_right: bool, at: datetime) -> Review:
    """Return the schedule after an answer at the instant; `memory` is "" for the first.

    Right is FSRS's rating "good", wrong "again": nobody is asked to judge themselves. From an empty
    memory a right answer is due after 2 days and then, answered when due, after 11 more; a wrong
    one after 1 day.
    """
    from fsrs import Rating

    card, _log = _scheduler().review_card(
        _card_of(memory), Rating.Good if is_right else Rating.Again, review_datetime=at
    )
    return Review(_memory_of(card), card.due.astimezone(UTC))


def interval_of(memory: str) -> timedelta:
    """Return how long the schedule waits for the next review, 0 before the first."""
    if not memory:
        return timedelta(0)
    data = json.loads(memory)
    return datetime.fromisoformat(data["due"]) - datetime.fromisoformat(data["at"])


@lru_cache(maxsize=1)
def _scheduler() -> "Scheduler":
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )


def _card_of(memory: str) -> "Card":
    from fsrs import Card, State

    if not memory:
        return Card(card_id=1)
    data = json.loads(memory)
    return Card(
        card_id=1,
        state=State.Review,
        stability=data["stability"],
        difficulty=data["difficulty"],
        due=datetime.fromisoformat(data["due"]),
        last_review=datetime.fromisoformat(data["at"]),
    )


def _memory_of(card: "Card") -> str:
    at = card.last_review or card.due
    return json.dumps(
        {
            "stability": card.stability,
            "difficulty": card.difficulty,
            "due": card.due.isoformat(),
            "at": at.isoformat(),
        },
        sort_keys=True,
    )
