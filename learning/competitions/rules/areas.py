"""Counting the answers of a contest by knowledge area, for all and for each organisation. Pure.

An answer counts as in scoring: what a ruling took out, and what a person has yet to mark, is not
counted. Memory grows with organisations × areas, not with attempts.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from learning.competitions.rules.console import AreaFigures
from learning.question_bank.scoring import Outcome

ALGORITHM = 1
EVERYONE = ""
_NOT_COUNTED = frozenset({Outcome.PENDING, Outcome.EXCLUDED})


@dataclass(slots=True)
class AreaCounting:
    """Takes frozen answers documents; `area_of` gives the knowledge area of an item version."""

    area_of: Callable[[int], str]
    attempts: int = 0
    _areas: dict[int, str] = field(default_factory=dict)
    _counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, scope: str, answers: str, items: str) -> None:
        """Take one attempt: whose it is, its answers document and the positions of its score."""
        self.attempts += 1
        for asked, (points, most, outcome, *_) in zip(
            json.loads(answers), json.loads(items), strict=True
        ):
            if most <= 0 or outcome in _NOT_COUNTED:
                continue
            version = asked[1]
            area = self._areas.get(version)
            if area is None:
                area = self._areas[version] = self.area_of(version)
            for key in {(EVERYONE, area), (scope, area)}:
                count = self._counts.setdefault(key, [0, 0, 0, 0])
                count[0] += 1
                count[1] += points >= most
                count[2] += points
                count[3] += most

    def figures(self) -> Iterator[tuple[str, AreaFigures]]:
        """Give (scope, figures), scopes and areas in order."""
        for (scope, area), count in sorted(self._counts.items()):
            yield scope, AreaFigures(area, *count)
