"""Classes: when one may sign in, by which code, and who counts as having been there. Pure.

The code on the room's screen changes every few seconds and is signed, so that a photo of it sent to
a friend is useless by the time it is opened. A phone that scanned it in time is given a ticket that
names its person, for as long as it takes to press a button.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from learning.kernel.errors import Problem
from learning.study.rules.hours import MINUTE_MS

STEP_S = 10  # how long a code is shown
ACCEPTED_STEPS = 2  # the one shown and the one before: 10 to 20 s after it appeared
TICKET_S = 120
EARLY = timedelta(minutes=60)  # before the beginning
LATE = timedelta(minutes=60)  # after the end, for signing out
NOTED = timedelta(minutes=15)  # who came so late, or left so early, is shown to the trainer
MAX_SESSIONS = 30
MAX_LENGTH = timedelta(hours=16)
MARK_LENGTH = 20  # hex digits: 80 bits, good for 20 seconds


class Turn(StrEnum):
    """Which of the two a code is for."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A meeting as planned; `minutes` are credited, at most as long as it lasts."""

    starts_at: datetime
    ends_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody at a session; `is_listed`: a list says that they were there."""

    user_id: int
    in_at: datetime
    out_at: datetime | None
    is_listed: bool


def code_at(key: str, session_id: str, turn: Turn, now: datetime) -> str:
    """Return the code that the screen of a session shows at an instant: `<step>-<mark>`."""
    step = _step(now)
    return f"{step}-{_mark(key, session_id, turn, step)}"


def accepts(key: str, session_id: str, turn: Turn, raw: str, now: datetime) -> bool:
    """Tell whether a code was shown just now: in this step or the one before, never a later one."""
    head, _, mark = raw.partition("-")
    if not (head.isascii() and head.isdigit() and len(head) <= len(str(10**12))):
        return False
    step, current = int(head), _step(now)
    if not current - ACCEPTED_STEPS < step <= current:
        return False
    return hmac.compare_digest(_mark(key, session_id, turn, step).encode(), mark.encode())


def ticket_for(key: str, session_id: str, turn: Turn, user_id: int, now: datetime) -> str:
    """Return what lets one person press the button within the next two minutes."""
    until = int((now + timedelta(seconds=TICKET_S)).timestamp())
    return f"{until}-{_mark(key, session_id, turn, until, f'user {user_id}')}"


def takes_ticket(
    key: str, session_id: str, turn: Turn, user_id: int, raw: str, now: datetime
) -> bool:
    """Tell whether a ticket is this person's and has not run out."""
    head, _, mark = raw.partition("-")
    if not (head.isascii() and head.isdigit() and len(head) <= len(str(10**12))):
        return False
    until = int(head)
    if now.timestamp() > until:
        return False
    wanted = _mark(key, session_id, turn, until, f"user {user_id}")
    return hmac.compare_digest(wanted.encode(), mark.encode())


def may_sign(plan: SessionPlan, turn: Turn, now: datetime) -> bool:
    """Tell whether the time for signing in (until the end) or out (an hour more) is now."""
    if turn is Turn.IN:
        return plan.starts_at - EARLY <= now <= plan.ends_at
    return plan.starts_at <= now <= plan.ends_at + LATE


def was_there(attendance: Attendance, *, needs_sign_out: bool) -> bool:
    """Tell whether somebody is credited: a list says so itself, else the sign-out must be there."""
    return attendance.is_listed or not needs_sign_out or attendance.out_at is not None


def minutes_missed(plan: SessionPlan, in_at: datetime, out_at: datetime | None) -> tuple[int, int]:
    """Return how many whole minutes somebody came late and left early, each 0 below a quarter.

    Who did not sign out is not said to have left early.
    """
    late, early = in_at - plan.starts_at, plan.ends_at - (out_at or plan.ends_at)
    return _noted(late), _noted(early)


def _noted(missed: timedelta) -> int:
    return int(missed.total_seconds()) // 60 if missed >= NOTED else 0


def free_ms(plan: SessionPlan, taken: Iterable[tuple[datetime, datetime]]) -> int:
    """Return how long a session lasts beside the times at which somebody was in other ones, in ms.

    Nobody is in two rooms at a time, whatever was scanned.
    """
    free, at = plan.ends_at - plan.starts_at, plan.starts_at
    for start, end in sorted(taken):
        begin, until = max(start, at), min(end, plan.ends_at)
        if begin < until:
            free -= until - begin
            at = until
    return int(free.total_seconds() * 1000)


def problems_of(plan: SessionPlan) -> list[Problem]:
    """Return everything wrong with a session; `place` is the field."""
    found = []
    lasts = plan.ends_at - plan.starts_at
    if lasts <= timedelta():
        found.append(("ends", "ends"))
    elif lasts > MAX_LENGTH:
        found.append(("ends", "lasts"))
    elif not 0 < plan.minutes * MINUTE_MS <= lasts.total_seconds() * 1000:
        found.append(("minutes", "minutes"))
    return [Problem("", None, place, code, code) for place, code in found]


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_S


def _mark(key: str, session_id: str, turn: Turn, number: int, whom: str = "") -> str:
    text = f"{session_id}|{turn.value}|{number}|{whom}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:MARK_LENGTH]
