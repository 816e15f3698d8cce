"""Who comes into a final by a written test: places, ties by the shorter time, and excellent rates.

Two real rules: the best N teams go on, equal points by the shorter time; or the best people are
named, and teams are compared by the share of their people who were excellent.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MAX_RESULTS = 2_000
MAX_POINTS_WRITTEN = 1_000
_BETWEEN = re.compile(r"[\s,，]+")
_TIME = re.compile(r"(?:(\d{1,3})[:：])?(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Written:
    """A written result: who (a team's or a person's name), points, and whole seconds taken."""

    name: str
    points: int
    seconds: int
    team: str = ""


def parse_results(text: str) -> tuple[list[Written], list[int]]:
    """Return the results of a pasted list, and the numbers (from 1) of lines that are none.

    A line is a name, points, and the time taken as seconds or minutes:seconds, then the team where
    people are listed; blanks, tabs or commas between them. Empty lines are passed over.
    """
    results: list[Written] = []
    wrong: list[int] = []
    for number, line in enumerate(text.splitlines()[: MAX_RESULTS + 1], start=1):
        words = [word for word in _BETWEEN.split(line) if word]
        found = _result(words) if number <= MAX_RESULTS else None
        if found is not None:
            results.append(found)
        elif words:
            wrong.append(number)
    return results, wrong


def _result(words: list[str]) -> Written | None:
    """Return what a line's words say: points and time end it, or stand first before a team."""
    places = [n for n in range(1, len(words) - 1) if _is_pair(words[n], words[n + 1])]
    if not places:
        return None
    at = places[-1] if places[-1] == len(words) - 2 else places[0]
    name, team = " ".join(words[:at]), " ".join(words[at + 2 :])
    return Written(name, int(words[at]), _seconds(words[at + 1]) or 0, team)


def _is_pair(points: str, time: str) -> bool:
    is_number = points.isascii() and points.isdigit() and len(points) <= 4  # before int() reads it
    return is_number and int(points) <= MAX_POINTS_WRITTEN and _seconds(time) is not None


def _seconds(text: str) -> int | None:
    found = _TIME.fullmatch(text) if text.isascii() or "：" in text else None
    if found is None or (found[1] and int(found[2]) >= 60):
        return None
    return int(found[1] or 0) * 60 + int(found[2])


def teams_of(results: list[Written], places: int, excellent_from: int | None) -> list[str]:
    """Return the names of the teams that come into the final, the best first.

    Without a bound the results are of teams themselves; with one they are of people, and teams are
    compared by their share of excellent ones, who is level with the last going on too.
    """
    if excellent_from is None:
        return [result.name for result in best(results, places)]
    rates = excellent_rates(results, excellent_from)
    if len(rates) > places:
        rates = [rate for rate in rates if rate[1] >= rates[places - 1][1]]
    return [team for team, _rate in rates]


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
