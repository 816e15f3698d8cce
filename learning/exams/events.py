"""Events of sittings."""

from dataclasses import asdict, dataclass
from typing import Any

OPENED = "sitting.opened"
CLOSED = "sitting.closed"
RESULT_RECORDED = "sitting.result_recorded"


@dataclass(frozen=True, slots=True)
class SittingChanged:
    """A sitting was opened or closed. Ids are public."""

    sitting: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ResultRecorded:
    """A person's result at a sitting was recorded, or a better one took its place.

    `sitting` and `attempt` are public ids; points in thousandths, the instant in microseconds.
    """

    sitting: str
    sitting_id: int
    user_id: int
    attempt: str
    points_milli: int
    max_milli: int
    passed: bool
    decided_us: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
