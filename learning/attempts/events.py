"""Events of the attempt engine."""

from dataclasses import asdict, dataclass
from typing import Any

SCORED = "attempt.scored"
VOIDED = "attempt.voided"
OUTAGE = "attempt.outage"
WINDOW = "assessment.window"
#: Somebody may begin a further attempt for one that an outage cut short: {assessment_id, user_id,
#: number (of the one cut short), outage}.
MAKE_UP = "attempt.make_up"
#: Rulings on items were made: {regrade_id}, a row id.
RULED = "assessment.ruled"


@dataclass(frozen=True, slots=True)
class AttemptScored:
    """An attempt has a new score: version 1 when it was finished, higher ones by `cause`.

    Instants and durations in microseconds (UTC); no duration where none was measured (paper).
    """

    attempt: str
    assessment_id: int
    user_id: int
    number: int
    points_milli: int
    max_milli: int
    started_us: int
    finished_us: int
    duration_us: int | None
    finish_kind: str
    version: int = 1
    cause: str = "scored"
    cause_id: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AttemptVoided:
    """An attempt counts for nothing from now on; its scores stay as they were.

    `cause` is "make_up" where its person began the further attempt that an outage earned.
    """

    attempt: str
    assessment_id: int
    user_id: int
    number: int
    cause: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OutageDeclared:
    """The minutes of an outage are to be given back to attempts after `after_id`."""

    outage_id: int
    after_id: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class WindowMoved:
    """The window of an assessment moved at an instant (microseconds, UTC).

    Deadlines of attempts after `after_id` follow it.
    """

    assessment_id: int
    moved_us: int
    after_id: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
