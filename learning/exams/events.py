"""Events of sittings."""

from dataclasses import asdict, dataclass
from typing import Any

OPENED = "sitting.opened"
CLOSED = "sitting.closed"
#: The instant set for the scores of a closed sitting has come.
RELEASED = "sitting.released"
RESULT_RECORDED = "sitting.result_recorded"
RESULT_WITHDRAWN = "sitting.result_withdrawn"
#: The marks of an attempt are to go into its score: {sitting, attempt_id, act, actor_id}.
MARKED = "sitting.attempt_marked"


@dataclass(frozen=True, slots=True)
class SittingChanged:
    """A sitting was opened or closed, or its results were released. Ids are public."""

    sitting: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ResultRecorded:
    """A person's result at a sitting was recorded or changed, or withdrawn (then no pass).

    `sitting` and `attempt` are public ids; points in thousandths, the instant in microseconds.
    `had_result`, `had_passed` tell what was there before; `cause` why the attempt's score changed.
    """

    sitting: str
    sitting_id: int
    user_id: int
    attempt: str
    points_milli: int
    max_milli: int
    passed: bool
    decided_us: int
    had_result: bool = False
    had_passed: bool = False
    cause: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
