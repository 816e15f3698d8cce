"""What a person's cell under a scheme says, from spans and what is asked. Pure.

The states are computed on an instant and never stored. A person is asked a scheme by any of the
posts held; what one post requires is required, whatever another leaves open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from learning.certification.rules.holdings import FOREVER, HeldSpan

REQUIRED, OPTIONAL = "required", "optional"
SOON = timedelta(days=90)
_TICK = timedelta(microseconds=1)


class CellState(StrEnum):
    """What stands in a cell."""

    VALID = "valid"  # held, beyond the days looked ahead
    EXPIRING = "expiring"  # held, and ending within them
    EXPIRED = "expired"  # was held, its term is over
    ENDED = "ended"  # was held, and ended before its term: revoked, suspended, replaced
    COMING = "coming"  # begins later
    MISSING = "missing"  # required and never held
    EXEMPT = "exempt"  # not asked until a day
    NOT_ASKED = "not_asked"  # never held, and no post requires it


class Lacks(StrEnum):
    """What HR looks for in the cells; "" leaves it open."""

    ANY = ""
    MISSING = "missing"  # a required one is not held
    EXPIRING = "expiring"  # a held one ends within the days, and none follows
    EXPIRED = "expired"  # one was held and is not held any more
    HELD = "held"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class Span:
    """When a scheme was or is held; `term_end`: the end as printed where that is later."""

    held: HeldSpan
    term_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A person's cell under a scheme. `until` is the last instant that counts, None for life."""

    state: CellState
    until: datetime | None = None
    is_required: bool = False
    days_left: int | None = None

    @property
    def is_gap(self) -> bool:
        """Tell whether something required is not held now."""
        return self.is_required and self.state not in (CellState.VALID, CellState.EXPIRING)


@dataclass(frozen=True, slots=True)
class PostAt:
    """A post held in a unit."""

    post_id: int
    unit_id: int


def asked_by(
    posts: Iterable[PostAt],
    levels: Mapping[tuple[int, int], Mapping[int, str]],
    parents: Mapping[int, int | None],
) -> dict[int, str]:
    """Return the level of each scheme that the posts ask, "required" before "optional".

    `levels` holds what units set themselves by (unit, post), then scheme; the nearest of a unit and
    those above it decides.
    """
    found: dict[int, str] = {}
    for post in posts:
        nearest: dict[int, str] = {}
        unit: int | None = post.unit_id
        while unit is not None:
            for scheme, level in levels.get((unit, post.post_id), {}).items():
                nearest.setdefault(scheme, level)
            unit = parents.get(unit)
        for scheme, level in nearest.items():
            if found.get(scheme) != REQUIRED:
                found[scheme] = level
    return found


def cell_of(
    spans: Iterable[Span],
    *,
    level: str | None,
    exempt_until: datetime | None,
    now: datetime,
    soon: timedelta = SOON,
) -> Cell:
    """Return the cell: held before everything else, then exempt, then what has ended.

    `level` None: no post asks it. `exempt_until`: the end of an exemption in force.
    """
    ordered = sorted(spans, key=lambda span: span.held)
    required = level == REQUIRED and exempt_until is None
    end = _held_end(ordered, now)
    if end is not None:
        return _held(end, is_required=required, now=now, soon=soon)
    if exempt_until is not None and level == REQUIRED:
        return Cell(CellState.EXEMPT, exempt_until)
    later = next((span for span in ordered if span.held.held_from > now), None)
    if later is not None:
        return Cell(CellState.COMING, later.held.held_from, required)
    if ordered:
        last = max(ordered, key=lambda span: span.held.held_until)
        until = last.held.held_until - _TICK
        early = last.term_end is not None and last.term_end > last.held.held_until
        return Cell(CellState.ENDED if early else CellState.EXPIRED, until, required)
    return Cell(CellState.MISSING if required else CellState.NOT_ASKED, None, required)


def _held_end(ordered: Iterable[Span], now: datetime) -> datetime | None:
    """Return when what is held now ends, following spans that meet or overlap; None: not held."""
    end: datetime | None = None
    for span in ordered:
        held = span.held
        if held.held_from <= now < held.held_until or (end is not None and held.held_from <= end):
            end = held.held_until if end is None else max(end, held.held_until)
    return end


def _held(end: datetime, *, is_required: bool, now: datetime, soon: timedelta) -> Cell:
    if end >= FOREVER:
        return Cell(CellState.VALID, None, is_required)
    left = (end - _TICK - now).days
    state = CellState.EXPIRING if end <= now + soon else CellState.VALID
    return Cell(state, end - _TICK, is_required, left)
