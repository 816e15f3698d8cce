"""Events of accounts."""

from dataclasses import asdict, dataclass
from typing import Any

CLOSED = "account.closed"


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """A person closed the account; places and roles end with it."""

    user_id: int
    person: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
