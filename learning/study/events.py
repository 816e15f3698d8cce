"""Events of study."""

from dataclasses import asdict, dataclass
from typing import Any

HOURS_CHANGED = "study.hours_changed"


@dataclass(frozen=True, slots=True)
class HoursChanged:
    """Hours of people were credited or taken back. Row ids."""

    user_ids: tuple[int, ...]

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
