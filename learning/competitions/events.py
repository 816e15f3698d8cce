"""Events of competitions."""

from dataclasses import asdict, dataclass
from typing import Any

OPENED = "competition.opened"
CLOSED = "competition.closed"
BONUS = "competition.bonus"
CORRECTED = "competition.entry_corrected"
RERANKED = "competition.reranked"
PRIZES_MOVED = "competition.prizes_moved"


@dataclass(frozen=True, slots=True)
class CompetitionChanged:
    """A competition was opened, or closed with its list published. Ids are public."""

    competition: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BonusEarned:
    """A participant of the assessment's round earned a bonus; row ids, as attempts tell theirs."""

    assessment_id: int
    user_id: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EntryCorrected:
    """A participant of the assessment's round stands for another unit or division; row ids."""

    assessment_id: int
    user_id: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reranked:
    """A regrade placed somebody's entry differently on a published list; row ids.

    `kind` is "result" where the person's own result changed, or "shift"; a standing is None where
    there is none.
    """

    round_id: int
    user_id: int
    kind: str
    before: int | None
    after: int | None

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PrizesMoved:
    """A corrected list gave somebody other prizes while those were open to objections; row ids.

    `lost` and `gained` are codes of prizes, `waits` of those they are in the reserve of now.
    """

    round_id: int
    user_id: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    waits: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
