"""Hours of the day in which people may be told something that can wait. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """From `from_hour` until before `to_hour` (0 to 24, rising) by the clocks of a zone."""

    from_hour: int
    to_hour: int
    zone: str

    def __str__(self) -> str:
        """Return the hours as a message carries them: "8-20 Asia/Shanghai"."""
        return f"{self.from_hour}-{self.to_hour} {self.zone}"

    def are_open(self, at: datetime) -> bool:
        """Tell whether an instant lies within the hours."""
        return self.from_hour <= at.astimezone(ZoneInfo(self.zone)).hour < self.to_hour

    def next_opening(self, at: datetime) -> datetime:
        """Return the first instant at which the hours begin, behind the given one."""
        local = at.astimezone(ZoneInfo(self.zone))
        begin = local.replace(hour=self.from_hour, minute=0, second=0, microsecond=0, fold=0)
        while begin.astimezone(UTC) <= at:  # a day of the clocks, whatever they are put to
            begin += timedelta(days=1)
        return begin.astimezone(UTC)


@lru_cache(maxsize=256)
def parse_hours(text: str) -> Hours | None:
    """Return the hours that `str` wrote, None for ""."""
    if not text:
        return None
    span, _space, zone = text.partition(" ")
    begin, _dash, end = span.partition("-")
    return Hours(int(begin), int(end), zone)
