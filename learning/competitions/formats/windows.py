"""May the window of a round move: it never gives less than what was published."""

from datetime import datetime, timedelta

from learning.competitions.formats.rounds import Window
from learning.competitions.rules.contest import EARLIEST, LATEST

LEAD = timedelta(minutes=5)
"""Before the end that is moved: by then every room has heard of it."""


def window_refusal(old: Window, new: Window, now: datetime, *, has_attempts: bool) -> str | None:
    """Return why a published window cannot become another one, or None: a code for Conflict.

    "window_same"; "window_shortened" for an earlier end, less time in all, or an end out of all
    measure; "window_begun" for another begin once it has begun, or one that lies behind;
    "window_late" less than `LEAD` before its end, for a round in which somebody began to answer.
    """
    if new == old:
        return "window_same"
    (opened, closed), (opens, closes) = old, new
    if closes < closed or closes - opens < closed - opened or not EARLIEST < closes <= LATEST:
        return "window_shortened"
    if opens != opened and (now >= opened or opens < now):
        return "window_begun"
    if has_attempts and now > closed - LEAD:
        return "window_late"
    return None
