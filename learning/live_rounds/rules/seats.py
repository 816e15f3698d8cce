"""Seats signed into links: whoever has the link of a team plays for it, without a log-in.

A token names the seat and carries a mark (HMAC-SHA-256, 128 bits) under the room's own secret, so
that none can be made up, and that of one room opens nothing in another.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

_TEAM = re.compile(r"t([1-9][0-9]?)-([1-9][0-9]{0,5})-([0-9a-f]{32})")
_AUDIENCE = re.compile(r"a-([0-9a-z]{26})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Seat:
    """A team's place as its link says; `epoch` is which of its links it is."""

    team: int
    epoch: int


def team_token(secret: str, seat: Seat) -> str:
    """Return the token of a team's seat."""
    return f"t{seat.team}-{seat.epoch}-{_mark(secret, f't{seat.team}-{seat.epoch}')}"


def audience_token(secret: str, seat: str) -> str:
    """Return the token of a seat of the audience, which has a public id of its own."""
    return f"a-{seat}-{_mark(secret, f'a-{seat}')}"


def read_team_token(secret: str, raw: str) -> Seat | None:
    """Return the seat that a token is for, None for one that this room never gave."""
    found = _TEAM.fullmatch(raw)
    if found is None:
        return None
    seat = Seat(int(found[1]), int(found[2]))
    return seat if hmac.compare_digest(team_token(secret, seat), raw) else None


def read_audience_token(secret: str, raw: str) -> str | None:
    """Return the audience's seat that a token is for, None for one that this room never gave."""
    found = _AUDIENCE.fullmatch(raw)
    if found is None:
        return None
    return found[1] if hmac.compare_digest(audience_token(secret, found[1]), raw) else None


def _mark(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]
