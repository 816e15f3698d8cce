"""One attempt in memory, and the switches that make the server fail as networks and servers do."""

from dataclasses import dataclass, field
from typing import Any

from learning.attempts.rules import AWAY_MS, DEPARTURES, Integrity, Sections
from tests.journeys.exam_room.paper import PERSON


@dataclass
class Attempt:
    pid: str
    delivery: str = "paper"
    epoch: int = 1
    device: str | None = None
    deadline_in_s: float = 3600
    rows: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    late: list[tuple[int, int]] = field(default_factory=list)
    submitted: bool = False
    open_position: int | None = None
    committed: dict[str, Any] = field(default_factory=dict)
    deadline_ms: float = 0
    paused_ms: float | None = None
    finish_kind: str | None = None
    told: list[tuple[str, int | None]] = field(default_factory=list)
    integrity: Integrity = field(default_factory=Integrity)
    sections: Sections | None = None
    item_s: int = 0
    item_ends_ms: float | None = None
    ends_at_mistake: bool = False
    tells_key: bool = True

    @property
    def departures(self) -> int:
        return sum(kind in DEPARTURES and (lasted or 0) >= AWAY_MS for kind, lasted in self.told)

    def current(self) -> dict[int, tuple[int, int]]:
        """Return {position: (epoch, seq)} of the answers in force."""
        top: dict[int, tuple[int, int]] = {}
        for position, epoch, seq in self.rows:
            top[position] = max(top.get(position, (0, 0)), (epoch, seq))
        return top

    def answers(self) -> dict[int, Any]:
        return {p: self.rows[p, e, s] for p, (e, s) in self.current().items()}


@dataclass
class Switches:
    """What goes wrong next. `fail` lists statuses for the next saves; 0 drops the connection."""

    fail: list[int] = field(default_factory=list)
    retry_after_s: int = 0
    logged_in: str | None = PERSON
    slow_s: float = 0
    portal: bool = False
    forget: set[int] = field(default_factory=set)  # positions acknowledged and then lost
    queue_place: int = 0
    locale: str = "zh_Hans_CN"
