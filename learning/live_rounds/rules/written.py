"""Who comes into a final by a written test: places, ties by the shorter time, and excellent rates.

Two real rules: the best N teams go on, equal points by the shorter time; or the best people are
named, and teams are compared by the share of their people who were excellent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Written:
    """A written result: who (a team's or a person's name), points, and whole seconds taken."""

    name: str
    points: int
    seconds: int
    team: str = ""


def best(results: Iterable[Written], places: int) -> list[Written]:
    """Return the best, most points first, equal points by the shorter time.

    Who equals the last one in both goes on too: nothing that was announced tells them apart.
    """
    ranked = sorted(results, key=_rank)
    if len(ranked) <= places:
        return ranked
    limit = _rank(ranked[places - 1])[:2]
    return [result for result in ranked if _rank(result)[:2] <= limit]


def _rank(result: Written) -> tuple[int, int, str]:
    return -result.points, result.seconds, result.name


def excellent_rates(results: Iterable[Written], excellent_from: int) -> list[tuple[str, Fraction]]:
    """Return the teams with the share of their people who reached the bound, the best first."""
    people: dict[str, list[int]] = {}
    for result in results:
        people.setdefault(result.team, []).append(result.points)
    rates = {
        team: Fraction(sum(points >= excellent_from for points in found), len(found))
        for team, found in people.items()
    }
    return sorted(rates.items(), key=lambda pair: (-pair[1], pair[0]))
