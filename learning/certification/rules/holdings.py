"""From when until when a person holds what a scheme certifies. Pure.

A holding is what coverage, forecasts and authorisations read: intervals, never colours. All
intervals are half-open, and `FOREVER` stands for "until further notice", so that no reader has to
ask for the absence of an end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class HeldSpan:
    """Held from an instant until before another; `held_until` `FOREVER` is for life."""

    held_from: datetime
    held_until: datetime


def held_spans(
    valid_from: datetime,
    valid_until: datetime | None,
    *,
    ended_at: datetime | None = None,
    pauses: Iterable[tuple[datetime, datetime | None]] = (),
) -> list[HeldSpan]:
    """Return when a certificate counts as held, oldest first, without empty spans.

    `valid_until` is the last instant of validity, inclusive, None for life. `ended_at` is when it
    was revoked or replaced; `pauses` are suspensions (from, until before; None: not lifted).
    """
    end = FOREVER if valid_until is None else valid_until + _TICK
    if ended_at is not None:
        end = min(end, ended_at)
    spans: list[HeldSpan] = []
    begin = valid_from
    for since, until in sorted(pauses, key=lambda pause: pause[0]):
        if since > begin:
            spans.append(HeldSpan(begin, min(since, end)))
        begin = max(begin, FOREVER if until is None else until)
    spans.append(HeldSpan(begin, end))
    return [span for span in spans if span.held_from < span.held_until]
