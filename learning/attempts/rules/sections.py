"""Sections with a time limit each: gone through in order, each closed for good when it ends.

A section opens when the one before it ends and ends after its limit and what it was given beyond
it, or when its candidate goes on before that: what is saved that way is not carried over. Time that
people give goes to the section running then. Nothing moves a section: its times are facts.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.timing import is_in_grace, is_in_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """The positions first to last of a form that have `limit_s` seconds."""

    first: int
    last: int
    limit_s: int


@dataclass(frozen=True, slots=True)
class SectionTime:
    """A section of one attempt, open in [opens_at, ends_at).

    `extra_s` was given beyond its limit; at `left_at` its candidate went on, None otherwise.
    """

    span: SectionSpan
    extra_s: int
    left_at: datetime | None
    opens_at: datetime
    ends_at: datetime


def section_ends(
    started_at: datetime,
    limits: Sequence[timedelta],
    extras: Sequence[timedelta],
    window_end: datetime,
    left: Sequence[datetime | None],
) -> list[datetime]:
    """Return when each section ends; the last end is the attempt's deadline.

    end = min(end before + limit + extra, window end + all extra so far, when it was left). Without
    leaving the last one is min(start + all limits, window end) + all extra: the one formula.
    """
    ends, end, given = [], started_at, timedelta(0)
    for limit, extra, left_at in zip(limits, extras, left, strict=True):
        given += extra
        end = min(end + limit + extra, window_end + given)
        if left_at is not None:
            end = min(end, left_at)
        ends.append(end)
    return ends


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of one attempt in order, without gap or overlap."""

    times: tuple[SectionTime, ...]

    @property
    def ends_at(self) -> datetime:
        """Return when the last one ends: the attempt's deadline."""
        return self.times[-1].ends_at

    def at(self, instant: datetime) -> int:
        """Return the index of the section that runs at an instant; the last when all are over."""
        return next(
            (n for n, each in enumerate(self.times) if instant < each.ends_at),
            len(self.times) - 1,
        )

    def of(self, position: int) -> SectionTime:
        """Return the section of a position of the form."""
        return next(each for each in self.times if position <= each.span.last)

    def given(self, extra_s: int, at: datetime, window_end: datetime) -> "Sections":
        """Return the sections after seconds were given to the one that runs at the instant."""
        running = self.at(at)
        times = [
            replace(each, extra_s=each.extra_s + extra_s) if n == running else each
            for n, each in enumerate(self.times)
        ]
        return _timed(times, window_end)

    def left(self, at: datetime, window_end: datetime) -> "Sections":
        """Return the sections after the candidate left the one that runs at the instant."""
        running = self.at(at)
        times = [
            replace(each, left_at=at) if n == running else each for n, each in enumerate(self.times)
        ]
        return _timed(times, window_end)

    def to_json(self) -> str:
        """Return canonical JSON; instants in microseconds, as the save statement reads them."""
        return canonical(
            [
                {
                    "first": each.span.first,
                    "last": each.span.last,
                    "limit_s": each.span.limit_s,
                    "extra_s": each.extra_s,
                    "left": None if each.left_at is None else _us(each.left_at),
                    "opens": _us(each.opens_at),
                    "ends": _us(each.ends_at),
                }
                for each in self.times
            ]
        )

    @classmethod
    def from_json(cls, text: str) -> "Sections":
        """Read what `to_json` wrote."""
        return cls(tuple(_time(row) for row in json.loads(text)))


def lay_out(
    spans: Sequence[SectionSpan], started_at: datetime, window_end: datetime, extra: timedelta
) -> Sections:
    """Return the sections of an attempt that starts now.

    An accommodation is shared out by their limits, in whole seconds that add up to it exactly.
    """
    total, before, shared = sum(span.limit_s for span in spans), 0, 0
    whole = int(extra.total_seconds())
    times = []
    for span in spans:
        before += span.limit_s
        share = whole * before // total - shared
        shared += share
        times.append(SectionTime(span, share, None, started_at, started_at))
    return _timed(times, window_end)


def _timed(times: Sequence[SectionTime], window_end: datetime) -> Sections:
    started_at = times[0].opens_at
    ends = section_ends(
        started_at,
        [timedelta(seconds=each.span.limit_s) for each in times],
        [timedelta(seconds=each.extra_s) for each in times],
        window_end,
        [each.left_at for each in times],
    )
    return Sections(
        tuple(
            replace(each, opens_at=opens, ends_at=ends_at)
            for each, opens, ends_at in zip(times, [started_at, *ends], ends, strict=False)
        )
    )


@dataclass(frozen=True, slots=True)
class Due:
    """Until when answers of an attempt count: to its deadline, or to their section's end."""

    deadline_at: datetime
    sections: Sections | None = None

    def end_of(self, position: int) -> datetime:
        """Return when the time for a position is over."""
        return self.sections.of(position).ends_at if self.sections else self.deadline_at

    def is_in_time(self, position: int, saved_at: datetime) -> bool:
        """Tell whether an answer saved then counts: up to the end and its grace."""
        return is_in_time(saved_at, self.end_of(position))

    def is_in_grace(self, position: int, saved_at: datetime) -> bool:
        """Tell whether it counts only thanks to the grace; it is scored and flagged."""
        return is_in_grace(saved_at, self.end_of(position))

    def has_begun(self, position: int, at: datetime) -> bool:
        """Tell whether the position may be answered yet."""
        return self.sections is None or self.sections.of(position).opens_at <= at


def spans_of(counts_and_limits: Iterable[tuple[int, int]]) -> tuple[SectionSpan, ...]:
    """Return the spans of sections, given as item count and seconds each; () without limits."""
    spans, last = [], 0
    for count, limit_s in counts_and_limits:
        spans.append(SectionSpan(last + 1, last + count, limit_s))
        last += count
    return tuple(spans) if all(span.limit_s for span in spans) else ()


def _us(instant: datetime) -> int:
    return (instant - _EPOCH) // _US


def _instant(us: int) -> datetime:
    return _EPOCH + us * _US


def _time(row: dict[str, Any]) -> SectionTime:
    return SectionTime(
        SectionSpan(row["first"], row["last"], row["limit_s"]),
        row["extra_s"],
        None if row["left"] is None else _instant(row["left"]),
        _instant(row["opens"]),
        _instant(row["ends"]),
    )
