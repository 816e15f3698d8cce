"""The rounds of a contest around the one that everybody enters for: what is wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from learning.competitions.rules.contest import Contest, ContestRules, problems_of
from learning.kernel.errors import Problem

MAX_ROUNDS = 5  # later ones: written test, semi-final, final and room to spare
MAX_ROUND_TITLE = 60
FIRST, TRAINING = 1, 0
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round as the organiser writes it: its name, its window (aware UTC), its own rules."""

    title: str
    opens_at: datetime
    closes_at: datetime
    rules: ContestRules

    @property
    def contest(self) -> Contest:
        """Return it as a contest by itself, for the checks that all rounds share."""
        return Contest(self.title, "", self.opens_at, self.closes_at, self.rules)

    def with_rules(self, rules: ContestRules) -> "RoundPlan":
        """Return the round with other rules."""
        return replace(self, rules=rules)


def problems_of_round(plan: RoundPlan) -> list[Problem]:
    """Return everything wrong with a round by itself; `place` is the field."""
    problems = problems_of(plan.contest)
    if len(plan.title.strip()) > MAX_ROUND_TITLE:
        problems.append(Problem("", None, "title", "title", "title"))
    return problems


def are_in_order(windows: Mapping[int, Window]) -> bool:
    """Tell whether rounds follow one another; `windows` by number.

    A later round begins when the one before it has ended. Training begins before the first round
    and ends with it at the latest.
    """
    numbers = sorted(number for number in windows if number >= FIRST)
    if any(windows[after][0] < windows[before][1] for before, after in pairwise(numbers)):
        return False
    if TRAINING not in windows or FIRST not in windows:
        return True
    training, first = windows[TRAINING], windows[FIRST]
    return training[0] < first[0] and training[1] <= first[1]
