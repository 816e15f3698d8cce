"""Where time enters: routes, jobs and the command line read the clock and pass `now` down.

Nothing below those edges may read a clock; `tests/architecture` enforces it.
"""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present instant as an aware UTC datetime."""
    return datetime.now(UTC)


def to_ms(instant: datetime) -> int:
    """Return an aware instant as whole milliseconds since 1970-01-01 UTC."""
    return int(instant.timestamp() * 1000)
