"""What an enterprise sees of its own people in a contest: ladder, days, weak areas. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from learning.competitions.rules.means import mean_centi_of

PERMILLE = 1000
WEAK_AREAS = 3
FEWEST_ANSWERS = 10
"""Answers to an area below which its share says nothing: one person is soon two tenths of it."""


@dataclass(frozen=True, slots=True)
class DepartmentCount:
    """A department's people now and what they did; `sum_milli` of the results that count."""

    unit_id: int
    name: str
    members: int
    entries: int
    finished: int
    sum_milli: int

    @property
    def share_permille(self) -> int:
        """Return who handed in, in tenths of a percent of the people, cut."""
        return self.finished * PERMILLE // self.members if self.members else 0

    @property
    def mean_centi(self) -> int | None:
        """Return the mean in hundredths of a point, rounded half up; None without a result."""
        return mean_centi_of(self.sum_milli, self.finished)


@dataclass(frozen=True, slots=True)
class Rung:
    """A department on the ladder; equal shares have one standing."""

    standing: int
    department: DepartmentCount


def ladder(departments: Iterable[DepartmentCount]) -> list[Rung]:
    """Rank departments by the share of their people who handed in, shared standings 1, 2, 2, 4.

    Equal ones stand with the larger first, then by id, which says nothing.
    """
    ordered = sorted(departments, key=lambda d: (-d.share_permille, -d.members, d.unit_id))
    rungs: list[Rung] = []
    for index, department in enumerate(ordered):
        tied = index > 0 and department.share_permille == ordered[index - 1].share_permille
        rungs.append(Rung(rungs[-1].standing if tied else index + 1, department))
    return rungs


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a contest in the organiser's zone; `entries` and `finished` up to its end."""

    day: date
    entries: int
    finished: int


def days_of(
    entries: Iterable[tuple[datetime, int]],
    finished: Iterable[tuple[datetime, int]],
    zone: str,
    until: datetime,
) -> list[Day]:
    """Add counts of instants up to days, every day from the first to that of `until`."""
    place = ZoneInfo(zone)
    came, done = _by_day(entries, place), _by_day(finished, place)
    if not came:
        return []
    day, last = min(came), max(until.astimezone(place).date(), *came, *done)
    days, a, b = [], 0, 0
    while day <= last:
        a, b = a + came.get(day, 0), b + done.get(day, 0)
        days.append(Day(day, a, b))
        day += timedelta(days=1)
    return days


def _by_day(counts: Iterable[tuple[datetime, int]], place: ZoneInfo) -> dict[date, int]:
    found: dict[date, int] = {}
    for at, count in counts:
        day = at.astimezone(place).date()
        found[day] = found.get(day, 0) + count
    return found


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Answers to the items of a knowledge area; `full` of them earned all their points."""

    area: str
    answered: int
    full: int
    points_milli: int
    max_milli: int

    @property
    def share_permille(self) -> int | None:
        """Return points ÷ highest points in tenths of a percent, rounded half up, or None."""
        if not self.max_milli:
            return None
        return (2 * PERMILLE * self.points_milli + self.max_milli) // (2 * self.max_milli)


@dataclass(frozen=True, slots=True)
class ComparedArea:
    """One's own figures of an area beside those of all participants; `is_weak`: look here."""

    own: AreaFigures
    everyone: AreaFigures
    is_weak: bool

    @property
    def gap_permille(self) -> int:
        """Return one's own share less everyone's, in tenths of a percentage point."""
        return (self.own.share_permille or 0) - (self.everyone.share_permille or 0)


def compare_areas(
    own: Sequence[AreaFigures], everyone: Sequence[AreaFigures]
) -> list[ComparedArea]:
    """Set one's own areas beside everyone's, the lowest share first; the lowest few are weak.

    Weak are at most `WEAK_AREAS`, those with the lowest share of points, and only where at least
    `FEWEST_ANSWERS` were given and some were wrong.
    """
    all_of = {figures.area: figures for figures in everyone}
    ordered = sorted(
        (figures for figures in own if figures.max_milli),
        key=lambda figures: (figures.share_permille or 0, figures.area),
    )
    sure = [f.area for f in ordered if f.answered >= FEWEST_ANSWERS and f.full < f.answered]
    weak = set(sure[:WEAK_AREAS])
    return [ComparedArea(f, all_of.get(f.area, f), f.area in weak) for f in ordered]
