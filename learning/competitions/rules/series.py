"""Series 系列赛 and their editions 届: dates of another year, when one is archived. Pure.

**Shifting.** A date keeps its month, day and hour on the organiser's clock; 29 February becomes 28
February where the year has none. Nothing is moved to a working day: that is for a person to decide,
which is why shifted dates wait to be confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from learning.competitions.rules.contest import EARLIEST, LATEST, to_local, to_utc
from learning.competitions.rules.means import mean_centi_of
from learning.kernel.errors import Problem

MAX_SERIES_TITLE = 200
FIRST_YEAR, LAST_YEAR = EARLIEST.year - 20, LATEST.year - 1
LEAP_DAY = (2, 29)


def shift_years(instant: datetime, years: int, zone: str) -> datetime:
    """Return the same date and hour on the zone's clock, some years later."""
    local = to_local(instant, zone)
    year = local.year + years
    if (local.month, local.day) == LEAP_DAY and not _is_leap(year):
        local = local.replace(day=28)
    return to_utc(local.replace(year=year), zone)


def shift_or_none(instant: datetime | None, years: int, zone: str) -> datetime | None:
    """Return it shifted as `shift_years` does, None for none."""
    return None if instant is None else shift_years(instant, years, zone)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def retitle(title: str, old: int, new: int) -> str:
    """Return the title of another year's edition: the year is put in the place of the old one."""
    return title.replace(str(old), str(new))


def problems_of_place(title: str | None, year: int) -> list[Problem]:
    """Return what is wrong with an edition's place: places "title" (of a new series), "year"."""
    places = []
    if title is not None and not (0 < len(title) <= MAX_SERIES_TITLE and title.isprintable()):
        places.append("title")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        places.append("year")
    return [Problem("", None, place, place, place) for place in places]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an edition is: what would still change it."""

    is_published: bool
    open_rounds: int = 0
    open_prizes: bool = False
    open_flags: int = 0
    open_appeals: int = 0
    open_regrades: int = 0


def seal_refusal(standing: Standing) -> str | None:
    """Return why an edition may not be archived yet, or None: a code for Conflict."""
    if not standing.is_published:
        return "seal_running"
    if standing.open_rounds:
        return "seal_rounds"
    if standing.open_prizes:
        return "seal_prizes"
    if standing.open_flags:
        return "seal_flags"
    return "seal_appeals" if standing.open_appeals or standing.open_regrades else None


@dataclass(frozen=True, slots=True)
class Sum:
    """Who handed in, and the sum of their counting results in thousandths of a point."""

    participants: int = 0
    sum_milli: int = 0

    @property
    def mean_centi(self) -> int | None:
        """Return the mean in hundredths of a point, rounded half up; None without a result."""
        return mean_centi_of(self.sum_milli, self.participants)


@dataclass(frozen=True, slots=True)
class EditionFigures:
    """What an edition's entries add up to, void ones left out.

    `covered` are the participants of the units that declared a headcount, `headcount` is the sum
    of what these declared. Means are secret until the list is published: `is_published`.
    """

    public_id: str
    title: str
    year: int
    is_published: bool
    entries: int
    total: Sum
    units: int
    headcount: int
    covered: int
    divisions: Mapping[str, Sum]
    provinces: Mapping[str, Sum]

    @property
    def coverage_permille(self) -> int | None:
        """Return the coverage in tenths of a percent, cut, at most 1000; None without headcount."""
        if not self.headcount:
            return None
        return min(1000, self.covered * 1000 // self.headcount)

    @property
    def mean_centi(self) -> int | None:
        """Return the mean once the list is published."""
        return self.total.mean_centi if self.is_published else None

    def without_results(self) -> "EditionFigures":
        """Return the figures that may be seen before the list is published."""
        return replace(
            self,
            total=Sum(self.total.participants),
            divisions={code: Sum(s.participants) for code, s in self.divisions.items()},
            provinces={code: Sum(s.participants) for code, s in self.provinces.items()},
        )


def change_permille(before: int | None, after: int | None) -> int | None:
    """Return the growth in tenths of a percent of the earlier value, rounded half up, or None."""
    if not before or after is None:
        return None
    return (2000 * (after - before) + before) // (2 * before)
