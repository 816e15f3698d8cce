"""Appeals on items of a contest: until when, and how they are numbered. Pure.

The days are those that sittings have unless an examiner says otherwise.
"""

from datetime import datetime

from learning.exams.rules import SittingSettings, answer_until, lodge_until

MAX_ITEM_APPEALS = 20  # of one person at one round
_DAYS = SittingSettings()


def item_appeals_until(closed_at: datetime) -> datetime:
    """Return until when participants may appeal on items of a list published at the instant."""
    return lodge_until(closed_at, _DAYS.appeal_days)


def item_answer_until(lodged_at: datetime) -> datetime:
    """Return until when an appeal is to be answered."""
    return answer_until(lodged_at, _DAYS.answer_days)


def item_appeal_number(year: int, round_id: int, serial: int) -> str:
    """Return the number of an appeal as it is told: J26-7-0003, the third at round 7."""
    return f"J{year % 100:02d}-{round_id}-{serial:04d}"
