"""When an attempt ends. The server's clock decides; a device's clock is never asked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

GRACE = timedelta(seconds=10)
# The sweep comes after the grace, and after the clocks of two servers may differ by a second.
SWEEP_DELAY = GRACE + timedelta(seconds=5)
# An item of seconds is no paper of minutes: its grace is the way that an answer needs, no more.
# What comes within it counts as given at the item's end.
ITEM_GRACE = timedelta(seconds=2)
# Log-ins are kept beyond deadline and grace, so that the last answers and the hand-in find them.
SESSION_MARGIN = timedelta(minutes=30)
KEYED = "keyed"
"""How an attempt ended that was written on paper: people keyed it."""
Span = tuple[datetime, datetime]
"""A half-open span of time that did not count: [from, to)."""


def deadline(
    started_at: datetime, limit: timedelta, window_end: datetime, extra: timedelta
) -> datetime:
    """Return min(start + limit, window end) + extra time: the one formula, for everybody.

    Extra time is an accommodation or time given back after an outage; it extends past the window.
    """
    return min(started_at + limit, window_end) + extra


def measured_us(started_at: datetime, finished_at: datetime, finish_kind: str) -> int | None:
    """Return how long an attempt took in microseconds; None on paper, where nobody measured."""
    if finish_kind == KEYED:
        return None
    return (finished_at - started_at) // timedelta(microseconds=1)


def is_in_time(saved_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether an answer saved then counts: up to and including deadline + grace (10 s)."""
    return saved_at <= deadline_at + GRACE


def is_in_grace(saved_at: datetime, deadline_at: datetime) -> bool:
    """Tell whether an answer counts only thanks to the grace; it is scored and flagged."""
    return deadline_at < saved_at <= deadline_at + GRACE


def item_end(revealed_at: datetime, item_s: int, given_s: int = 0) -> datetime | None:
    """Return when an item's own time ends, None where items have none (`item_s` 0).

    `given_s` are seconds given back while it was open: a pause, an outage.
    """
    return revealed_at + timedelta(seconds=item_s + given_s) if item_s else None


def item_allowed_s(item_s: int, limit: timedelta, accommodation: timedelta) -> int:
    """Return the seconds of one item for whom extra time was granted, rounded up.

    They grow as the whole does: half as much time again on a limit of 10 min makes 30 s of 20 s.
    """
    if accommodation <= timedelta(0):
        return item_s
    return -(-(item_s * (limit + accommodation)) // limit)


def own_clock_us(taken_us: int, item_s: int, allowed_s: int | None) -> int:
    """Return how long an answer took by the clock of whom it is, in microseconds, rounded down.

    Of `allowed_s` seconds as much is used as of the `item_s` that others have: 15 s of 30 s are
    10 s of 20 s. None: the item had no seconds but the rule's.
    """
    if not allowed_s or allowed_s <= item_s:
        return taken_us
    return taken_us * item_s // allowed_s


def item_loss_s(revealed_at: datetime, ends_at: datetime, lost: Span, given_s: int) -> int:
    """Return how many of the seconds given for a lost span an open item gets: what it lost of it.

    At most `given_s`, what the whole attempt got; 0 where the item's time ended before the span.
    """
    begin = max(lost[0], revealed_at)
    if begin >= lost[1] or ends_at <= lost[0]:
        return 0
    return min(given_s, whole_seconds(lost[1] - begin))


def clock_at(now: datetime, paused_at: datetime | None) -> datetime:
    """Return what the clock of an attempt shows: it stands while paused."""
    return now if paused_at is None else min(now, paused_at)


def whole_seconds(span: timedelta) -> int:
    """Return a span in whole seconds, rounded up: what was begun is given."""
    return -int(-span // timedelta(seconds=1))


def lost_time(
    outage: Span, *, started_at: datetime, deadline_at: datetime, given: Iterable[Span]
) -> tuple[Span, timedelta] | None:
    """Return which span of an outage an open attempt lost and how long, None where nothing.

    An attempt runs from its start until it is finished; one that had run out before the outage lost
    nothing by it. What a pause or an earlier outage gave back (`given`) is not given twice.
    """
    begin, end = max(outage[0], started_at), outage[1]
    if begin >= end or deadline_at <= outage[0]:
        return None
    lost, reached = timedelta(0), begin
    for start, stop in sorted(given):
        lost += max(min(start, end) - reached, timedelta(0))
        reached = max(reached, min(stop, end))
    lost += max(end - reached, timedelta(0))
    return ((begin, end), lost) if lost else None
