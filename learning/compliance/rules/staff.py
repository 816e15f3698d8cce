"""The states by which HR looks for people. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

EXPIRING_WITHIN = timedelta(days=90)


class StaffState(StrEnum):
    """What a person must have done or hold to be listed; ALL lists everybody."""

    ALL = ""
    LEARNED = "learned"  # finished a lesson
    NOT_LEARNED = "not_learned"
    TOOK_PART = "took_part"  # entered a competition
    PASSED = "passed"  # passed a sitting
    HOLDS = "holds"  # holds a valid certificate
    EXPIRING = "expiring"  # every valid certificate ends within 90 days
    HOLDS_NONE = "holds_none"


def days_left(valid_until: datetime | None, now: datetime) -> int | None:
    """Return the days until a certificate ends, 0 on the last day; None for life."""
    return None if valid_until is None else (valid_until - now).days
