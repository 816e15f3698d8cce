"""Where a competition stands against its plan: cuts, funnel, what falls outside. Pure.

**Expected by now.** The plan by days where there is one, in a straight line between its days; else
a straight line from the opening to the end of the window up to the total. It is a measure to look
at, not a promise.

**What falls outside.** Each rule finds something for a person to look at, and decides nothing:
- more participants than the declared headcount;
- nobody handed in though a third of the window is over;
- at least 30 handed in within one hour, and they are 80 % or more of the unit's (one hall at one
  time is a good reason);
- once the list is published, a mean whose modified z-score exceeds 3.5 (Iglewicz and Hoaglin,
  How to Detect and Handle Outliers, 1993): 0.6745 · (mean − median) ÷ MAD, among units of 10 and
  more.
Days of the whole contest stand out with 100 and more and three times the median of the seven days
before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from learning.competitions.rules.console import Day
from learning.competitions.rules.means import mean_centi_of
from learning.competitions.rules.targets import Plan

FULL = 1000  # tenths of a percent
HALL = 30
HALL_SHARE = 800
FEWEST_FOR_MEAN = 10
FARTHEST = 3.5
NORMAL = 0.6745
BUSY_DAY = 100
BUSY_TIMES = 3
DAYS_BEFORE = 7


@dataclass(frozen=True, slots=True)
class Part:
    """What some entries add up to; `sum_milli` are thousandths of a point."""

    entries: int = 0
    finished: int = 0
    sum_milli: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(
            self.entries + other.entries,
            self.finished + other.finished,
            self.sum_milli + other.sum_milli,
        )

    @property
    def mean_centi(self) -> int | None:
        """Return the mean in hundredths of a point, rounded half up; None without a result."""
        return mean_centi_of(self.sum_milli, self.finished)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """An organisation with its people's entries; enrolled where `enrolled_at` says so."""

    unit_id: int
    public_id: str
    name: str
    province: str
    headcount: int | None
    enrolled_at: datetime | None
    part: Part
    target: int | None = None
    busiest_hour: int = 0

    @property
    def coverage_permille(self) -> int | None:
        """Return participants ÷ headcount in tenths of a percent, cut; may exceed 1000."""
        return self.part.finished * FULL // self.headcount if self.headcount else None

    @property
    def reached_permille(self) -> int | None:
        """Return participants ÷ target in tenths of a percent, cut; None without a target."""
        return self.part.finished * FULL // self.target if self.target else None


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """A province "" (none) with what its units and entries add up to.

    `covered` are the participants of units with a headcount, `headcount` the sum of these.
    """

    code: str
    units: int
    headcount: int
    covered: int
    part: Part
    target: int | None

    @property
    def coverage_permille(self) -> int | None:
        """Return the coverage in tenths of a percent, cut, at most 1000."""
        return min(FULL, self.covered * FULL // self.headcount) if self.headcount else None

    @property
    def reached_permille(self) -> int | None:
        """Return participants ÷ target in tenths of a percent, cut."""
        return self.part.finished * FULL // self.target if self.target else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far people of the enrolled units have come: on the roster → activated → … → handed in."""

    members: int
    activated: int
    entered: int
    started: int
    finished: int

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the counts in their order."""
        return self.members, self.activated, self.entered, self.started, self.finished


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the console shows of a competition, all from one reading.

    `expected` is what the plan says by now. `units` by most participants.
    """

    total: Part
    enrolled: int
    headcount: int
    covered: int
    target: int | None
    expected: int | None
    units: tuple[UnitLine, ...]
    provinces: tuple[ProvinceLine, ...]
    days: tuple[Day, ...]
    planned: Mapping[date, int]
    funnel: Funnel
    others: int
    oddities: tuple["Oddity", ...] = field(default=())

    @property
    def coverage_permille(self) -> int | None:
        """Return the coverage in tenths of a percent, cut, at most 1000."""
        return min(FULL, self.covered * FULL // self.headcount) if self.headcount else None

    @property
    def reached_permille(self) -> int | None:
        """Return participants ÷ target in tenths of a percent, cut."""
        return self.total.finished * FULL // self.target if self.target else None


class OddKind(StrEnum):
    """Why something stands out."""

    OVER = "over"
    IDLE = "idle"
    HOUR = "hour"
    MEAN = "mean"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Oddity:
    """A unit or a day that stands out: `count` against `against`, as its kind says.

    OVER participants/headcount, IDLE 0/headcount, HOUR in one hour/participants, MEAN hundredths of
    a point/median, DAY handed in/median of the days before.
    """

    kind: OddKind
    count: int
    against: int
    unit: UnitLine | None = None
    day: date | None = None


def cut_provinces(
    units: Sequence[UnitLine], parts: Mapping[str, Part], plan: Plan
) -> tuple[ProvinceLine, ...]:
    """Return the provinces that have units, entries or a target; the most participants first."""
    codes = {*parts, *plan.provinces, *(u.province for u in units if u.enrolled_at)}
    lines = []
    for code in codes:
        own = [u for u in units if u.province == code and u.enrolled_at is not None]
        counted = [u for u in own if u.headcount]
        lines.append(
            ProvinceLine(
                code,
                len(own),
                sum(u.headcount or 0 for u in counted),
                sum(u.part.finished for u in counted),
                parts.get(code, Part()),
                plan.provinces.get(code),
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.part.finished, line.code)))


def expected_by(
    plan: Plan, opens_at: datetime, closes_at: datetime, now: datetime, today: date
) -> int | None:
    """Return how many are planned by now, None without a plan; `today` is the organiser's day."""
    if plan.days:
        return _on_line(plan.days, today, opens_at.date())
    total = plan.in_all
    if total is None:
        return None
    if now >= closes_at:
        return total
    over = max(timedelta(0), now - opens_at)
    return int(total * (over / (closes_at - opens_at)))


def _on_line(days: Mapping[date, int], today: date, begins: date) -> int:
    """Return the planned number of a day, in a straight line between the planned days."""
    before = max(((d, n) for d, n in days.items() if d <= today), default=(begins, 0))
    after = min(((d, n) for d, n in days.items() if d > today), default=None)
    if after is None or before[0] >= after[0] or today <= before[0]:
        return before[1]
    part = (today - before[0]).days
    return before[1] + (after[1] - before[1]) * part // (after[0] - before[0]).days


def find_oddities(
    units: Sequence[UnitLine],
    days: Sequence[Day],
    *,
    elapsed_permille: int,
    is_final: bool,
) -> tuple[Oddity, ...]:
    """Return what stands out, kind by kind, the farthest first."""
    found: list[Oddity] = []
    for unit in units:
        finished = unit.part.finished
        if unit.headcount and finished > unit.headcount:
            found.append(Oddity(OddKind.OVER, finished, unit.headcount, unit))
        if not finished and unit.enrolled_at is not None and elapsed_permille * 3 >= FULL:
            found.append(Oddity(OddKind.IDLE, 0, unit.headcount or 0, unit))
        if unit.busiest_hour >= HALL and unit.busiest_hour * FULL >= HALL_SHARE * finished:
            found.append(Oddity(OddKind.HOUR, unit.busiest_hour, finished, unit))
    if is_final:
        found += _far_means(units)
    found += _busy_days(days)
    order = list(OddKind)
    return tuple(sorted(found, key=lambda odd: (order.index(odd.kind), -_weight(odd))))


def _weight(odd: Oddity) -> float:
    if odd.kind is OddKind.MEAN:
        return abs(odd.count - odd.against)
    if odd.kind is OddKind.IDLE:
        return odd.against
    return odd.count / odd.against if odd.against else odd.count


def _far_means(units: Sequence[UnitLine]) -> list[Oddity]:
    means = {
        unit.unit_id: unit.part.mean_centi or 0
        for unit in units
        if unit.part.finished >= FEWEST_FOR_MEAN
    }
    if not means:
        return []
    middle = median(means.values())
    spread = median(abs(mean - middle) for mean in means.values())
    return [
        Oddity(OddKind.MEAN, means[unit.unit_id], round(middle), unit)
        for unit in units
        if unit.unit_id in means
        and spread
        and NORMAL * abs(means[unit.unit_id] - middle) / spread > FARTHEST
    ]


def _busy_days(days: Sequence[Day]) -> list[Oddity]:
    done = [
        day.finished - (days[index - 1].finished if index else 0) for index, day in enumerate(days)
    ]
    found = []
    for index in range(DAYS_BEFORE, len(days)):
        usual = median(done[index - DAYS_BEFORE : index])
        if done[index] >= BUSY_DAY and done[index] >= BUSY_TIMES * usual:
            found.append(Oddity(OddKind.DAY, done[index], round(usual), day=days[index].day))
    return found
