"""Events of the attempt engine."""

from dataclasses import asdict, dataclass
from typing import Any

SCORED = "attempt.scored"


@dataclass(frozen=True, slots=True)
class AttemptScored:
    """An attempt was finished and scored. Instants and durations in microseconds (UTC)."""

    attempt: str
    assessment_id: int
    user_id: int
    number: int
    points_milli: int
    max_milli: int
    started_us: int
    finished_us: int
    duration_us: int
    finish_kind: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
