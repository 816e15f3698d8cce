"""Counting the answers of a contest by knowledge area, for all and for each organisation. Pure.

An answer counts as in scoring: what a ruling took out, and what a person has yet to mark, is not
counted. Memory grows with organisations × areas, not with attempts.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from learning.competitions.rules.console import AreaFigures
from learning.question_bank.scoring import Outcome

ALGORITHM = 1
EVERYONE = ""
_NOT_COUNTED = frozenset({Outcome.PENDING, Outcome.EXCLUDED})


class Line(NamedTuple):
    """One position of a frozen paper; `answer` is what was stored, None without an answer."""

    version_id: int
    answer: str | None
    points_milli: int
    max_milli: int
    outcome: str

    @property
    def counts(self) -> bool:
        """Tell whether its points say something of who answered."""
        return self.max_milli > 0 and self.outcome not in _NOT_COUNTED


def lines_of(answers: str, items: str) -> Iterator[Line]:
    """Read an answers document beside the positions of its score; ValueError if they differ."""
    for asked, (points, most, outcome, *_) in zip(
        json.loads(answers), json.loads(items), strict=True
    ):
        yield Line(asked[1], asked[4], points, most, outcome)


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
        for line in lines_of(answers, items):
            if not line.counts:
                continue
            area = self._areas.get(line.version_id)
            if area is None:
                area = self._areas[line.version_id] = self.area_of(line.version_id)
            for key in {(EVERYONE, area), (scope, area)}:
                count = self._counts.setdefault(key, [0, 0, 0, 0])
                count[0] += 1
                count[1] += line.points_milli >= line.max_milli
                count[2] += line.points_milli
                count[3] += line.max_milli

    def figures(self) -> Iterator[tuple[str, AreaFigures]]:
        """Give (scope, figures), scopes and areas in order."""
        for (scope, area), count in sorted(self._counts.items()):
            yield scope, AreaFigures(area, *count)
