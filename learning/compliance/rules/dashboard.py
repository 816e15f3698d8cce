"""The months of HR's overview, and the edges between them in a zone. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

MONTHS = 12


def month_edges(now: datetime, zone: str, count: int = MONTHS) -> list[tuple[date, datetime]]:
    """Return the first days of this month and the next ones, each with the instant it ends.

    The month ends where the next begins, in the zone: `count` months, this one first.
    """
    local = now.astimezone(ZoneInfo(zone))
    found = []
    for place in range(count):
        first = _month(local.year, local.month + place)
        after = _month(local.year, local.month + place + 1)
        found.append((first, datetime(after.year, after.month, 1, tzinfo=ZoneInfo(zone))))
    return found


def _month(year: int, month: int) -> date:
    """Return the first day of a month, 13 being the January of the year after."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
