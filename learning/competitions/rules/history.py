"""The days of a contest on which its lists are kept, for looking back. Pure.

A day is one of the organiser's zone, and ends a microsecond before the next: what is finished at
midnight belongs to the new day. It is counted some time after its end (`RESTING`), when what was
handed in at the last moment has its score; what gets one later makes the day stale.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from learning.leaderboards.rules import MICROSECOND

RESTING = timedelta(hours=1)
MAX_DAYS = 400  # of one contest; the lists of later ones are not kept


@dataclass(frozen=True, slots=True)
class Span:
    """From which instant to which results come; `closed_at` is None while they do."""

    opens_at: datetime
    closed_at: datetime | None
    zone: str


def end_of(day: date, zone: str) -> datetime:
    """Return the last instant of a day, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(ZoneInfo("UTC")) - MICROSECOND


def next_day(span: Span, last: date | None, now: datetime) -> date | None:
    """Return the day after the `last` one begun (None: none was), None where none is due."""
    first = span.opens_at.astimezone(ZoneInfo(span.zone)).date()
    day = first if last is None else last + timedelta(days=1)
    if day >= first + timedelta(days=MAX_DAYS) or now < end_of(day, span.zone) + RESTING:
        return None
    closed = span.closed_at
    if closed is not None and day > closed.astimezone(ZoneInfo(span.zone)).date():
        return None
    return day
