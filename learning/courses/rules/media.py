"""What counts as watched, and which piece of a file answers a range. Pure.

A page tells which stretches it played; the server takes no more of them than time went by. An
allowance grows with the server's clock at MAX_RATE, from the first report on, and every stretch
that is new is paid from it: however reports are repeated, ordered or made up, all that was ever
seen is at most MAX_RATE times the time since that first report. A page that could not report for
a while may claim all of that while at once; what it does not claim then is not saved up. What was
seen already costs nothing, so that a report whose answer was lost can be sent again.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from learning.kernel.errors import Invalid, Problem

PART_BYTES = 512 * 1024
MAX_ANSWER_BYTES = 2 * PART_BYTES  # of one answer to a range; players ask for what follows
MAX_RATE = 2  # the fastest that the players of browsers are set to in our pages
MAX_ALLOWANCE_MS = 120_000  # left after a report: four reports' worth, for one that comes late
MAX_STRETCHES = 100  # in one report
# Percent of a recording where no rules say another: titles and credits may be left out.
WATCHED_ENOUGH = 80
MAX_RANGES = 500  # kept of one recording; beyond that the shortest are forgotten
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Watching:
    """What was seen of a recording; milliseconds. `beat_at`: until when the allowance reckons.

    `allowance_ms` is what may still be claimed, MAX_ALLOWANCE_MS at most.
    """

    ranges: tuple[Range, ...]
    position_ms: int
    allowance_ms: int
    beat_at: datetime

    @property
    def watched_ms(self) -> int:
        """Return how much of the recording was seen at least once."""
        return length_of(self.ranges)


@dataclass(frozen=True, slots=True)
class Report:
    """What a page tells: the file, the stretches no answer was had for, the place now."""

    sha256: str
    stretches: tuple[Range, ...]
    position_ms: int


def begin(now: datetime) -> Watching:
    """Return the state at the first report: nothing seen, and no time to have seen it in."""
    return Watching((), 0, 0, now)


def take_report(
    before: Watching, report: Report, duration_ms: int, now: datetime
) -> tuple[Watching, tuple[Range, ...]]:
    """Return what was seen after a report, and which stretches of it time did not yet allow.

    Those may be claimed again later. The place is noted in any case; what lies beyond the
    recording's end is cut off.
    """
    passed = max(0, (now - before.beat_at) // timedelta(milliseconds=1))
    allowance = before.allowance_ms + MAX_RATE * passed
    played = ((start, min(end, duration_ms)) for start, end in report.stretches)
    new = without(union(each for each in played if each[0] < each[1]), before.ranges)
    taken, left = _parted(new, allowance)
    after = Watching(
        ranges=_longest(union([*before.ranges, *taken])),
        position_ms=min(report.position_ms, duration_ms),
        allowance_ms=min(MAX_ALLOWANCE_MS, allowance - length_of(taken)),
        beat_at=max(before.beat_at, now),
    )
    return after, left


def _parted(ranges: Iterable[Range], length_ms: int) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """Return the first so many milliseconds of ranges, and the rest of them."""
    first: list[Range] = []
    rest: list[Range] = []
    for start, end in ranges:
        cut = min(end, start + length_ms)
        length_ms -= cut - start
        if start < cut:
            first.append((start, cut))
        if cut < end:
            rest.append((cut, end))
    return tuple(first), tuple(rest)


def without(ranges: Iterable[Range], others: Iterable[Range]) -> tuple[Range, ...]:
    """Return what ranges have that `others` have not; both lie apart and are in order."""
    found: list[Range] = []
    others = list(others)
    for start, end in ranges:
        at = start
        for from_, to in others:
            if to <= at or from_ >= end:
                continue
            if at < from_:
                found.append((at, from_))
            at = to
        if at < end:
            found.append((at, end))
    return tuple(found)


def _longest(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """Return ranges without the shortest where there are too many: what is seen never gets less."""
    if len(ranges) <= MAX_RANGES:
        return ranges
    return tuple(sorted(sorted(ranges, key=lambda r: r[0] - r[1])[:MAX_RANGES]))


def union(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return ranges in order, those that touch or overlap as one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def length_of(ranges: Iterable[Range]) -> int:
    """Return the length of ranges that lie apart."""
    return sum(end - start for start, end in ranges)


def percent_of(watched_ms: int, duration_ms: int) -> int:
    """Return how much of a recording was seen, in whole percent rounded down; 100 within 1 s."""
    if watched_ms + 1000 >= duration_ms:
        return 100 if watched_ms else 0
    return watched_ms * 100 // duration_ms


def asked_recordings(files: Mapping[str, int]) -> tuple[str, ...]:
    """Return which recordings of a lesson are to be watched, of its files' durations by name.

    Those with captions, since who cannot see or hear them can read those instead: no lesson asks
    for what somebody cannot do. Milliseconds; 0 for what is no recording.
    """
    return tuple(
        name for name, ms in files.items() if ms and f"{name.rpartition('.')[0]}.vtt" in files
    )


def ranges_to_json(ranges: Iterable[Range]) -> str:
    """Return ranges as they are kept."""
    return json.dumps([list(each) for each in ranges], separators=(",", ":"))


def ranges_from_json(text: str) -> tuple[Range, ...]:
    """Read what `ranges_to_json` wrote."""
    return tuple((int(start), int(end)) for start, end in json.loads(text))


def parse_report(raw: Any) -> Report:
    """Read a report of a page; raise Invalid for anything that is none."""
    given = raw if isinstance(raw, Mapping) else {}
    sha256, stretches, position = (given.get(key) for key in ("file", "played", "position_ms"))
    wrong = []
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        wrong.append("file")
    if not _is_ms(position):
        wrong.append("position_ms")
    if not _are_stretches(stretches):
        wrong.append("played")
    if wrong:
        raise Invalid([Problem("", None, name, name, name) for name in wrong])
    return Report(str(sha256), tuple((a, b) for a, b in stretches or ()), int(position or 0))


def _are_stretches(value: object) -> bool:
    if not isinstance(value, list) or len(value) > MAX_STRETCHES:
        return False
    return all(isinstance(s, list) and len(s) == 2 and all(map(_is_ms, s)) for s in value)


def _is_ms(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**9


def byte_range(header: str | None, size: int) -> Range | None:
    """Return the bytes that a Range header asks for, the end not among them; None for all.

    No more than MAX_ANSWER_BYTES of them, as RFC 9110, 15.3.7 allows. A header that cannot be read
    or names several ranges asks for all. Raises ValueError for what lies beyond the end.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found[0] == "bytes=-":
        return None
    if found[1]:
        start = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    else:
        start, end = max(0, size - int(found[2])), size
    if start >= size:
        raise ValueError("beyond the end")
    return start, min(end, start + MAX_ANSWER_BYTES)
