"""What may be seen when: one decision, asked before any score, key or explanation leaves."""

from datetime import datetime
from enum import StrEnum

from learning.attempts.rules.timing import GRACE


class Release(StrEnum):
    """When the result of an attempt may be seen by its person."""

    AT_SUBMIT = "at_submit"
    AT_CLOSE = "at_close"
    NEVER = "never"


def is_released(
    release: Release,
    *,
    finished: bool,
    closes_at: datetime,
    others_still_open: bool,
    now: datetime,
    is_closed: bool = False,
) -> bool:
    """Tell whether the result may be seen.

    At close means: the window and its grace are over, and nobody with extra time is still
    answering the same assessment; or it was closed for good (`is_closed`), which the domain above
    does only when nobody answers any more.
    """
    if not finished or release is Release.NEVER:
        return False
    if release is Release.AT_SUBMIT:
        return True
    return is_closed or (now > closes_at + GRACE and not others_still_open)
