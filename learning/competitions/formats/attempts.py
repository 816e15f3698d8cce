"""Whether a person may begin another attempt now.

A day is a calendar day of the organiser's zone, from midnight to midnight; an attempt belongs to
the day on which it was begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from learning.competitions.rules.format import Format


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that was begun; `is_right`: finished, not void, and every point of it earned."""

    started_at: datetime
    is_right: bool = False


def day_of(instant: datetime, zone: str) -> date:
    """Return the calendar day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_start(instant: datetime, zone: str) -> datetime:
    """Return when the calendar day of an instant began in a zone, in UTC."""
    local = instant.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def attempt_refusal(
    chosen: Format, max_attempts: int, begun: Sequence[Begun], *, now: datetime, zone: str
) -> str | None:
    """Return why nothing can be begun now, or None: a code for Conflict.

    "solved" once an attempt was all right where one tries until then; "attempts_used" for ever;
    "day_used" until the next day. `max_attempts` 0 is without limit.
    """
    if chosen.until_right and any(attempt.is_right for attempt in begun):
        return "solved"
    if max_attempts and len(begun) >= max_attempts:
        return "attempts_used"
    today = day_of(now, zone)
    used = sum(day_of(attempt.started_at, zone) == today for attempt in begun)
    return "day_used" if chosen.per_day and used >= chosen.per_day else None
