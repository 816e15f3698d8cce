"""How a candidate stands for who invigilates, and which acts are whose. Pure decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from learning.attempts.rules import ActKind
from learning.exams.rules.entering import Presence

QUIET = timedelta(minutes=5)
"""How long nothing comes from a running attempt before it needs an eye. Twin: console/line.js."""


class WatchState(StrEnum):
    """How a candidate stands now, in the order in which they need an eye."""

    PAUSED = "paused"
    ANSWERING = "answering"
    WAITING = "waiting"  # at the door or in the hall, not begun
    EXPECTED = "expected"  # nothing seen of them yet
    SUBMITTED = "submitted"
    SWEPT = "swept"  # collected when the time was up
    FORCED = "forced"
    VOIDED = "voided"
    ABSENT = "absent"
    REFUSED = "refused"


class WatchOrder(StrEnum):
    """How the list is ordered; ATTENTION puts first who may need help."""

    ATTENTION = "attention"
    SEAT = "seat"
    NAME = "name"
    STATE = "state"
    TIME_LEFT = "time_left"


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What of an attempt tells how its candidate stands."""

    paused_at: datetime | None
    finished_at: datetime | None
    finish_kind: str | None
    voided_at: datetime | None


_FINISHED = {
    "swept": WatchState.SWEPT,
    "forced": WatchState.FORCED,
    "keyed": WatchState.SUBMITTED,
}
# A room's invigilator keeps the hall going; what takes an attempt from its candidate for good, or
# changes the clock of every room at once, is the examiner's.
_INVIGILATORS = frozenset(ActKind) - {ActKind.VOID}
# What ends attempts is said of people by name, never of everybody.
_OF_EVERYBODY = frozenset({ActKind.PAUSE, ActKind.RESUME, ActKind.EXTEND, ActKind.MESSAGE})


def watch_state(presence: Presence, attempt: AttemptFacts | None) -> WatchState:
    """Return how a candidate stands; `attempt` is their newest one.

    Who has begun has come, whatever the door noted. Twin: `queries.watch_order.state_code`.
    """
    if attempt is None:
        return {
            Presence.UNKNOWN: WatchState.EXPECTED,
            Presence.PRESENT: WatchState.WAITING,
            Presence.ABSENT: WatchState.ABSENT,
            Presence.REFUSED: WatchState.REFUSED,
        }[presence]
    if attempt.voided_at is not None:
        return WatchState.VOIDED
    if attempt.finished_at is not None:
        return _FINISHED.get(attempt.finish_kind or "", WatchState.SUBMITTED)
    return WatchState.ANSWERING if attempt.paused_at is None else WatchState.PAUSED


def may_act(kind: ActKind, *, is_examiner: bool) -> bool:
    """Tell whether this is an invigilator's to do, or the examiner's alone."""
    return is_examiner or kind in _INVIGILATORS


def may_be_of_everybody(kind: ActKind) -> bool:
    """Tell whether the act may be done to a whole room or sitting at once."""
    return kind in _OF_EVERYBODY
