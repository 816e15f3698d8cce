"""What a person's cell under a scheme says, from spans and what is asked. Pure.

The states are computed on an instant and never stored. A person is asked a scheme by any of the
posts held; what one post requires is required, whatever another leaves open.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from learning.certification.rules.holdings import FOREVER
from learning.compliance.rules.coverage import REQUIRED, Requirements

SOON = timedelta(days=90)
_TICK = timedelta(microseconds=1)
_BY_TIME = itemgetter(0, 1)


class CellState(StrEnum):
    """What stands in a cell."""

    VALID = "valid"  # held, beyond the days looked ahead
    EXPIRING = "expiring"  # held, and ending within them
    EXPIRED = "expired"  # was held, its term is over
    OVERDUE = "overdue"  # was held, its review was due and is not on file
    ENDED = "ended"  # was held, and ended before its term: revoked, replaced, taken off the file
    SUSPENDED = "suspended"  # is worth nothing until the suspension is lifted
    UNCHECKED = "unchecked"  # entered on an organisation's list, and not checked by a second person
    COMING = "coming"  # begins later
    MISSING = "missing"  # required and never held
    EXEMPT = "exempt"  # not asked until a day
    NOT_ASKED = "not_asked"  # never held, and no post requires it


WORST_FIRST = (
    CellState.MISSING,
    CellState.EXPIRED,
    CellState.OVERDUE,
    CellState.ENDED,
    CellState.SUSPENDED,
    CellState.UNCHECKED,
    CellState.COMING,
    CellState.EXPIRING,
    CellState.EXEMPT,
    CellState.VALID,
    CellState.NOT_ASKED,
)


class Lacks(StrEnum):
    """What HR looks for in the cells; "" leaves it open."""

    ANY = ""
    MISSING = "missing"  # a required one is not held
    EXPIRING = "expiring"  # a held one ends within the days, and none follows
    EXPIRED = "expired"  # one was held and is not held any more
    HELD = "held"
    NOT_HELD = "not_held"


# Named tuples, not dataclasses: a file of everybody makes half a million of each.
class Span(NamedTuple):
    """When a scheme was or is held, half-open.

    `term_end`: the end as printed; `review_due`: the last instant before which it had to be
    reviewed. Both are known of what is over, and None of what is not.
    """

    held_from: datetime
    held_until: datetime
    term_end: datetime | None = None
    review_due: datetime | None = None


class Cell(NamedTuple):
    """A person's cell under a scheme. `until` is the last instant that counts, None for life."""

    state: CellState
    until: datetime | None = None
    is_required: bool = False
    days_left: int | None = None

    @property
    def is_gap(self) -> bool:
        """Tell whether something required is not held now."""
        return self.is_required and self.state not in (CellState.VALID, CellState.EXPIRING)


NOTHING = Cell(CellState.NOT_ASKED)


class PostAt(NamedTuple):
    """A post held in a unit."""

    post_id: int
    unit_id: int


def asked_by(posts: Iterable[PostAt], requirements: Requirements) -> dict[int, str]:
    """Return the level of each scheme that the posts ask, "required" before "optional"."""
    found: dict[int, str] = {}
    for post, place in posts:
        for scheme, asked in requirements.of(place, post).items():
            if found.get(scheme) != REQUIRED:
                found[scheme] = asked.level
    return found


def cell_of(
    spans: Sequence[Span],
    *,
    level: str | None,
    exempt_until: datetime | None,
    now: datetime,
    soon: timedelta = SOON,
    doubt: CellState | None = None,
) -> Cell:
    """Return the cell: held before everything else, then exempt, then what has ended.

    `level` None: no post asks it. `exempt_until`: the end of an exemption in force. `doubt`: there
    is a paper within its term that does not count, being suspended or unchecked.
    """
    ordered = spans if len(spans) < 2 else sorted(spans, key=_BY_TIME)
    required = level == REQUIRED and exempt_until is None
    end = _held_end(ordered, now)
    if end is not None:
        return _held(end, is_required=required, now=now, soon=soon)
    if exempt_until is not None and level == REQUIRED:
        return Cell(CellState.EXEMPT, exempt_until - _TICK)
    later = next((span.held_from for span in ordered if span.held_from > now), None)
    if later is not None:
        return Cell(CellState.COMING, later, required)
    if doubt is not None:
        return Cell(doubt, None, required)
    if ordered:
        last = max(ordered, key=itemgetter(1))
        return Cell(_how_ended(last), last.held_until - _TICK, required)
    return Cell(CellState.MISSING if required else CellState.NOT_ASKED, None, required)


def _held_end(ordered: Iterable[Span], now: datetime) -> datetime | None:
    """Return when what is held now ends, following spans that meet or overlap; None: not held."""
    end: datetime | None = None
    for since, until, _term_end, _review_due in ordered:
        if since <= now < until or (end is not None and since <= end):
            end = until if end is None else max(end, until)
    return end


def _how_ended(last: Span) -> CellState:
    """Tell a term that is over from a missed review, and both from what an act ended."""
    if last.term_end is None or last.term_end <= last.held_until:
        return CellState.EXPIRED
    is_review = last.review_due == last.held_until - _TICK
    return CellState.OVERDUE if is_review else CellState.ENDED


def _held(end: datetime, *, is_required: bool, now: datetime, soon: timedelta) -> Cell:
    if end >= FOREVER:
        return Cell(CellState.VALID, None, is_required)
    left = (end - _TICK - now).days
    state = CellState.EXPIRING if end <= now + soon else CellState.VALID
    return Cell(state, end - _TICK, is_required, left)
