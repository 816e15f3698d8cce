"""What a room records about the conduct of an attempt, and what follows from it: words or an end.

A device reports its own events: they are hints for whoever supervises, never proof. Recording is
all that happens unless the rules of the assessment say more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from learning.attempts.rules.batch import is_integer
from learning.kernel.clock import to_ms

MAX_EVENTS = 40  # in one report
MAX_KEPT = 1_000  # of one attempt; what comes after is not kept
MAX_SEQ = 1_000_000
MAX_LASTED_MS = 24 * 3_600_000
OLDEST = timedelta(hours=24)
# An open vocabulary: a browser may tell of more than has words today.
_KIND = re.compile(r"[a-z]{2,12}(?:_[a-z]{2,12}){0,2}")
_PAGE = re.compile(r"[a-z0-9]{8,16}")

# The end of being away: the page was hidden (a phone call too), or another window was in front.
DEPARTURES = frozenset({"back", "focus"})
AWAY_MS = 3_000  # shorter is recorded but is no departure: a notice looked at, a window brushed


@dataclass(frozen=True, slots=True)
class Integrity:
    """What the rules of an assessment do about conduct; the default only records.

    `warn_at`: from so many departures on the page warns (0: never). `end_at`: with so many the
    attempt is handed in (0: never), and never without warning first. `closed_book`: the rest of
    the site is closed to the candidate meanwhile. `log_out`: handing in ends the log-in, for a
    device that the next person will use.
    """

    warn_at: int = 0
    end_at: int = 0
    closed_book: bool = False
    log_out: bool = False

    def __post_init__(self) -> None:
        if self.warn_at < 0 or self.end_at < 0:
            raise ValueError("departures are counted from 0")
        if self.end_at and not 0 < self.warn_at < self.end_at:
            raise ValueError("an attempt is ended after a warning only")

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the default."""
        return {
            name: getattr(self, name)
            for name in ("warn_at", "end_at", "closed_book", "log_out")
            if getattr(self, name)
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Integrity":
        """Read what `to_dict` wrote."""
        return cls(**data)

    def ends(self, departures: int) -> bool:
        """Tell whether so many departures end the attempt."""
        return 0 < self.end_at <= departures


RECORD_ONLY = Integrity()


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One event as a device reports it: `at_ms` by the server's clock as the page knows it."""

    seq: int
    kind: str
    at_ms: int
    lasted_ms: int | None = None

    @property
    def is_departure(self) -> bool:
        """Tell whether it counts as having been away."""
        return self.kind in DEPARTURES and (self.lasted_ms or 0) >= AWAY_MS


@dataclass(frozen=True, slots=True)
class Report:
    """The events of one page, each once by (page, seq)."""

    page: str
    events: tuple[RoomEvent, ...]


def parse_report(raw: Any, now: datetime) -> Report | None:
    """Read a report; None when it is none. Events that cannot be kept are left out.

    A time that cannot be (in the future, more than a day ago, unknown to the page) becomes `now`.
    """
    if not isinstance(raw, dict) or not isinstance(page := raw.get("page"), str):
        return None
    given = raw.get("events")
    if not _PAGE.fullmatch(page) or not isinstance(given, list) or len(given) > MAX_EVENTS:
        return None
    events = {event.seq: event for each in given if (event := _event(each, now)) is not None}
    return Report(page, tuple(events.values()))


def _event(raw: Any, now: datetime) -> RoomEvent | None:
    if not isinstance(raw, dict):
        return None
    seq, kind, lasted = raw.get("seq"), raw.get("kind"), raw.get("lasted_ms")
    if not is_integer(seq, 1, MAX_SEQ) or not isinstance(kind, str) or not _KIND.fullmatch(kind):
        return None
    if lasted is not None and not is_integer(lasted, 0, MAX_LASTED_MS):
        lasted = None
    latest, at = to_ms(now), raw.get("at_ms")
    if not is_integer(at, to_ms(now - OLDEST), latest):
        at = latest
    return RoomEvent(int(seq), kind, int(at), lasted)  # type: ignore[arg-type] # looked at above
