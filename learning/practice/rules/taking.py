"""What a finished attempt teaches the notebook, when it may, and which areas are weak."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from learning.attempts.rules import GRACE, AttemptRules, Part, Release
from learning.question_bank.rules import Pool
from learning.question_bank.scoring import Outcome

READY_MARGIN = timedelta(seconds=1)
MISSED = frozenset({Outcome.WRONG, Outcome.PARTIAL})
ANSWERED = MISSED | {Outcome.RIGHT}
LEAST_ANSWERS = 3  # an area with fewer says nothing yet


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that says something of its item: right, or missed (wrong or right in part)."""

    position: int
    version_id: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How often items of an area of a bank were answered, and how often rightly."""

    bank: str
    area: str
    right: int
    answered: int

    @property
    def estimate(self) -> float:
        """Return the share of right answers, drawn towards one half where there are few.

        Laplace's rule of succession: (right + 1) / (answered + 2).
        """
        return (self.right + 1) / (self.answered + 2)


def ready_at(
    rules: AttemptRules, pool: Pool, *, closes_at: datetime, now: datetime
) -> datetime | None:
    """Return from when a finished attempt may be looked at for the notebook; None for never.

    Items must be shown to the person with keys and explanations; of secure ones none is. Twin of
    `AttemptRules.is_told`, which is asked again then.
    """
    release = rules.release_of(Part.EXPLANATIONS)
    if pool is Pool.SECURE or release is Release.NEVER:
        return None
    since = rules.disclosure.since(Part.EXPLANATIONS)
    earliest = now if since is None else max(now, since)
    if release is Release.AT_SUBMIT:
        return earliest
    return max(earliest, closes_at + GRACE + READY_MARGIN)


def answered_of(version_ids: Sequence[int], rows: Sequence[Sequence[Any]]) -> list[Answered]:
    """Return the answers of an attempt by its form's versions and its score's rows, in order.

    What was not answered, not yet marked or ruled out of the count says nothing.
    """
    return [
        Answered(position, version_id, row[2] == Outcome.RIGHT)
        for position, (version_id, row) in enumerate(zip(version_ids, rows, strict=True), 1)
        if row[2] in ANSWERED
    ]


def tally_of(answers: Iterable[tuple[str, str, bool]]) -> str:
    """Return answers, each (bank, area, is right), as the JSON of an intake's tally."""
    counts: dict[tuple[str, str], list[int]] = {}
    for bank, area, is_right in answers:
        held = counts.setdefault((bank, area), [0, 0])
        held[0] += is_right
        held[1] += 1
    return json.dumps([[*place, *held] for place, held in sorted(counts.items())])


def add_up(tallies: Iterable[str]) -> dict[tuple[str, str], Tally]:
    """Return the sum of tallies by (bank, area)."""
    counts: dict[tuple[str, str], list[int]] = {}
    for text in tallies:
        for bank, area, right, answered in json.loads(text):
            held = counts.setdefault((bank, area), [0, 0])
            held[0] += right
            held[1] += answered
    return {place: Tally(*place, *held) for place, held in counts.items()}


def weakest(
    tallies: Mapping[tuple[str, str], Tally],
    offered: Collection[tuple[str, str]],
    limit: int,
) -> list[Tally]:
    """Return the areas with the fewest right answers first, among those that can be practised.

    An area where everything was right is no weakness; one with fewer than 3 answers says nothing.
    """
    found = [
        tally
        for place, tally in tallies.items()
        if place in offered and tally.answered >= LEAST_ANSWERS and tally.right < tally.answered
    ]
    return sorted(found, key=lambda t: (t.estimate, -t.answered, t.bank, t.area))[:limit]


def streak_of(days: Collection[date], today: date) -> int:
    """Return how many days in a row somebody practised, up to today or yesterday."""
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
