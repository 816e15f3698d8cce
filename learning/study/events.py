"""Events of study."""

from dataclasses import asdict, dataclass
from typing import Any

HOURS_CHANGED = "study.hours_changed"
RULED_PASSES = "study.ruled_passes"


@dataclass(frozen=True, slots=True)
class HoursChanged:
    """Hours of people were credited or taken back. Row ids."""

    user_ids: tuple[int, ...]

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RuledPasses:
    """Proofs after `after_id` whose results a regrade changed are to be looked at. Row ids."""

    regrade_id: int
    after_id: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
