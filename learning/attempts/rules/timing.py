"""When an attempt ends. The server's clock decides; a device's clock is never asked."""

from datetime import datetime, timedelta

GRACE = timedelta(seconds=10)
# The sweep comes after the grace, and after the clocks of two servers may differ by a second.
SWEEP_DELAY = GRACE + timedelta(seconds=5)


def deadline(
    started_at: datetime, limit: timedelta, window_end: datetime, extra: timedelta
) -> datetime:
    """Return min(start + limit, window end) + extra time: the one formula, for everybody.

    Extra time is an accommodation or time given back after an outage; it extends past the window.
    """
    return min(started_at + limit, window_end) + extra


def is_in_time(saved_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether an answer saved then counts: up to and including deadline + grace (10 s)."""
    return saved_at <= deadline_at + GRACE


def is_in_grace(saved_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether an answer counts only thanks to the grace; it is scored and flagged."""
    return deadline_at < saved_at <= deadline_at + GRACE
