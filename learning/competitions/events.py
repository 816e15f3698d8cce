"""Events of competitions."""

from dataclasses import asdict, dataclass
from typing import Any

OPENED = "competition.opened"
CLOSED = "competition.closed"


@dataclass(frozen=True, slots=True)
class CompetitionChanged:
    """A competition was opened, or closed with its list published. Ids are public."""

    competition: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
