"""The state of a contest on a stage: what the log adds up to. Values, never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """Where a contest is."""

    WAITING = "waiting"  # before the first stage
    BETWEEN = "between"  # in a stage, before its first item
    SHOWN = "shown"  # an item can be read, the clock stands
    OPEN = "open"  # the clock runs: answer, or buzz
    CLAIMED = "claimed"  # who was first answers
    AUDIENCE = "audience"  # the audience answers
    SETTLED = "settled"  # the item is over
    FINISHED = "finished"


LIVE = (Phase.SHOWN, Phase.OPEN, Phase.CLAIMED, Phase.AUDIENCE)


@dataclass(frozen=True, slots=True)
class Buzz:
    """A buzz as it came: the evidence of who was first. `gap_us` is behind the first valid one."""

    seq: int
    team: int
    at: datetime
    is_early: bool
    gap_us: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A team's answer as it came."""

    seq: int
    at: datetime
    response: Any


@dataclass(frozen=True, slots=True)
class Asked:
    """The item on the stage. `points` are what it changed by team; the clock ends at `ends_at`."""

    number: int
    value: int
    team: int | None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    claimed_by: int | None = None
    buzzes: tuple[Buzz, ...] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)
    verdicts: Mapping[int, bool] = field(default_factory=dict)
    points: Mapping[int, int] = field(default_factory=dict)
    judged_seq: int | None = None
    is_void: bool = False
    is_key_shown: bool = False

    def has_buzzed(self, team: int) -> bool:
        """Tell whether a team has buzzed for this item, early or not."""
        return any(buzz.team == team for buzz in self.buzzes)


@dataclass(frozen=True, slots=True)
class State:
    """A contest as it stands after entry `seq`.

    `scores` hold every team. `order` are the teams of the stage, whoever is out of a sudden death
    left away; `taken` counts turns (or items) of the stage that are over or under way. `decided`
    places teams of equal score: a higher number stands above.
    """

    scores: Mapping[int, int]
    seq: int = 0
    phase: Phase = Phase.WAITING
    stage: int | None = None
    order: tuple[int, ...] = ()
    taken: int = 0
    chosen: int | None = None
    values_of: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    value_counts: Mapping[int, int] = field(default_factory=dict)
    used: frozenset[int] = frozenset()
    asked: Asked | None = None
    decided: Mapping[int, int] = field(default_factory=dict)
    past: tuple[Asked, ...] = ()
    marks: tuple[int, ...] = ()  # numbers of the host's entries that can be gone back to


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of the ranking; equal places are shared (1, 2, 2, 4)."""

    place: int
    team: int
    score: int
    is_shared: bool


def standings(state: State) -> list[Standing]:
    """Return all teams, best first; what a tie-break decided stands between equal scores."""
    keys = {team: (score, state.decided.get(team, 0)) for team, score in state.scores.items()}
    ranked = sorted(keys, key=lambda team: (*(-part for part in keys[team]), team))
    found = list(keys.values())
    return [
        Standing(
            place=1 + sum(other > keys[team] for other in found),
            team=team,
            score=state.scores[team],
            is_shared=found.count(keys[team]) > 1,
        )
        for team in ranked
    ]


def tied_groups(state: State) -> list[tuple[int, ...]]:
    """Return the groups of teams that share a place, the best place first."""
    groups: dict[int, list[int]] = {}
    for line in standings(state):
        if line.is_shared:
            groups.setdefault(line.place, []).append(line.team)
    return [tuple(teams) for teams in groups.values()]
