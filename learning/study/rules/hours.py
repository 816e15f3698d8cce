"""The versioned rules of study hours, and what a credit amounts to. Pure."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from learning.courses.rules.media import WATCHED_ENOUGH
from learning.kernel.errors import Problem
from learning.organisations.rules.categories import StaffCategory

MINUTE_MS = 60_000
MINUTES_PER_HOUR = (45, 60)
BEAT_S = 60  # how often an open lesson reports
GRAIN_MILLI = 10  # hours are given in hundredths, rounded down
MAX_YEAR_HOURS = 2_000
BOUNDS = {
    "gap_s": (BEAT_S + 10, 300),
    "idle_minutes": (1, 30),
    "lesson_min_percent": (10, 100),
    "lesson_max_percent": (100, 300),
    "daily_max_minutes": (30, 1_440),
    "year_hours": (0, MAX_YEAR_HOURS),
    "professional_hours": (0, MAX_YEAR_HOURS),
    "external_max_percent": (0, 100),
    "watched_percent": (0, 100),
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Prerequisites(StrEnum):
    """What it means that a course of one's track is begun before those that come before it."""

    ENFORCED = "enforced"  # no time is counted in it
    ADVICE = "advice"  # it is said, and time is counted


# What a version made before these could be set says of them: what was in force then.
_UNSAID = {
    "prerequisites": Prerequisites.ADVICE.value,
    "targets": [],
    "watched_percent": WATCHED_ENOUGH,
}


class Source(StrEnum):
    """Where a credit comes from."""

    LESSON = "lesson"
    CLASSROOM = "classroom"
    EXTERNAL = "external"


class Field(StrEnum):
    """What a credit counts as: of the profession 专业科目, or common to all 公需科目."""

    PROFESSIONAL = "professional"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Target:
    """What a person is to reach in a year: hours, and of them professional ones.

    `category` is the StaffCategory asked so much, "" for everybody without a target of their own.
    """

    category: str
    year_hours: int
    professional_hours: int


@dataclass(frozen=True, slots=True)
class HourRule:
    """One version of the rules.

    `number` counts from 0, the rules of an installation that has set none. `gap_s`: the longest
    time between two beats that counts. `idle_minutes` without a sign of the reader stop the clock.
    A lesson is credited with the time counted in it, if that reaches `lesson_min_percent` of the
    author's minutes, and with no more than `lesson_max_percent`. `daily_max_minutes` bounds what
    all sources count together on one day. `year_hours`, of them `professional_hours`, is what a
    person is to reach in a year: 90, and two thirds of them, for 专业技术人员. Learning outside
    counts for at most `external_max_percent` of `year_hours` in a year, without bound where these
    are 0. `watched_percent` of each recording with captions is to be seen before a lesson is done,
    0 for none: what is done stays so. `targets` ask staff categories for other hours, each category
    at most once. `common_courses` are the codes of the courses that count as 公需.
    """

    number: int = 0
    minutes_per_hour: int = 45
    gap_s: int = 90
    idle_minutes: int = 5
    lesson_min_percent: int = 50
    lesson_max_percent: int = 100
    daily_max_minutes: int = 480
    year_hours: int = 90
    professional_hours: int = 60
    common_courses: tuple[str, ...] = ("first-steps",)
    external_max_percent: int = 100
    watched_percent: int = WATCHED_ENOUGH
    prerequisites: Prerequisites = Prerequisites.ENFORCED
    targets: tuple[Target, ...] = ()

    def hours_milli(self, credited_ms: int) -> int:
        """Return hours in thousandths, rounded down to hundredths: 30 minutes of 45 → 660."""
        whole = credited_ms * 1000 // (self.minutes_per_hour * MINUTE_MS)
        return whole - whole % GRAIN_MILLI

    def lesson_min_ms(self, minutes: int) -> int:
        """Return the least time to be counted in a lesson of so many minutes."""
        return minutes * MINUTE_MS * self.lesson_min_percent // 100

    def lesson_max_ms(self, minutes: int) -> int:
        """Return the most time that a lesson of so many minutes counts."""
        return minutes * MINUTE_MS * self.lesson_max_percent // 100

    def ms_of_hours(self, hours_milli: int) -> int:
        """Return the time of so many thousandths of an hour; a hundredth is whole milliseconds."""
        return hours_milli * self.minutes_per_hour * MINUTE_MS // 1000

    def external_max_milli(self) -> int | None:
        """Return the thousandths that a year counts from outside at most, None for no bound."""
        if not self.year_hours:
            return None
        return self.year_hours * 1000 * self.external_max_percent // 100

    def ranked(self) -> tuple[Target, ...]:
        """Return what is asked: of everybody first, then of categories, the most hours last.

        Who has several categories is asked for what comes last here.
        """
        everybody = Target("", self.year_hours, self.professional_hours)
        own = sorted(self.targets, key=lambda t: (t.year_hours, t.professional_hours, t.category))
        return (everybody, *own)

    def target_for(self, categories: Iterable[str]) -> Target:
        """Return what somebody of these categories is asked for."""
        found = set(categories)
        return next((t for t in reversed(self.ranked()) if t.category in found), self.ranked()[0])

    def field_of(self, course_code: str) -> Field:
        """Return what the hours of a course count as."""
        return Field.COMMON if course_code in self.common_courses else Field.PROFESSIONAL


def problems_of(rule: HourRule) -> list[Problem]:
    """Return everything wrong with a rule; `place` is the field. Twin of the form's limits."""
    wrong = [name for name, (low, high) in BOUNDS.items() if not low <= getattr(rule, name) <= high]
    if rule.minutes_per_hour not in MINUTES_PER_HOUR:
        wrong.insert(0, "minutes_per_hour")
    if rule.professional_hours > rule.year_hours and "professional_hours" not in wrong:
        wrong.append("professional_hours")
    wrong += [place for target in rule.targets if (place := _wrong_in(target))]
    if len({target.category for target in rule.targets}) != len(rule.targets):
        wrong.append("targets")
    return [Problem("", None, name, name, name) for name in wrong]


def _wrong_in(target: Target) -> str:
    """Return the field of a category's target that is out of bounds, "" for none."""
    if target.category not in set(StaffCategory):
        return "targets"
    if not 0 <= target.year_hours <= MAX_YEAR_HOURS:
        return target_field("year", target.category)
    if not 0 <= target.professional_hours <= target.year_hours:
        return target_field("professional", target.category)
    return ""


def target_field(part: str, category: str) -> str:
    """Return the name of a form's field for a category: `part` is year or professional."""
    return f"{part}_hours_{category}"


def course_codes(typed: str) -> tuple[str, ...]:
    """Return the codes that somebody typed, parted by spaces or commas, each once."""
    return tuple(dict.fromkeys(re.split(r"[\s,，、]+", typed.strip()))) if typed.strip() else ()


def to_json(rule: HourRule) -> str:
    """Return a rule as canonical JSON, without its number."""
    return _ENCODER.encode({k: v for k, v in asdict(rule).items() if k != "number"})


def from_json(number: int, text: str) -> HourRule:
    """Read what `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    said = {**_UNSAID, **data}
    rule = HourRule(
        **{
            **said,
            "common_courses": tuple(said["common_courses"]),
            "prerequisites": Prerequisites(said["prerequisites"]),
            "targets": tuple(Target(**one) for one in said["targets"]),
        }
    )
    return replace(rule, number=number)


def lesson_key(course_code: str, lesson_code: str) -> str:
    """Return what names a lesson in the ledger."""
    return f"{course_code}/{lesson_code}"


def creditable_ms(rule: HourRule, *, spent_ms: int, minutes: int) -> int | None:
    """Return the time that a completed lesson is credited with, None while it is too little."""
    if spent_ms < max(rule.lesson_min_ms(minutes), 1):
        return None
    return min(spent_ms, rule.lesson_max_ms(minutes))


@dataclass(frozen=True, slots=True)
class Room:
    """What a day and a year have left for one person; `year_milli` None where nothing bounds it."""

    day_ms: int
    year_milli: int | None = None


def within(rule: HourRule, wanted_ms: int, room: Room) -> int:
    """Return how much of some time is credited: no more than day and year have left, 0 for none.

    What is left over is given up, not kept for another day: a day has no more hours.
    """
    credited = max(0, min(wanted_ms, room.day_ms))
    if room.year_milli is not None:
        credited = min(credited, rule.ms_of_hours(max(0, room.year_milli)))
    return credited


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of a day in a zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days from the first to the last, both within, as instants from `since` to `before`."""

    first: date
    last: date
    since: datetime
    before: datetime


def span_of(first: date, last: date, zone: str) -> Span:
    """Return the span of two days in a zone."""
    following = last + timedelta(days=1)
    return Span(first, last, start_of_day(first, zone), start_of_day(following, zone))


def year_span(year: int, zone: str) -> Span:
    """Return the span of a calendar year."""
    return span_of(date(year, 1, 1), date(year, 12, 31), zone)
