"""How a beat moves the clock: the one decision about what time counts. Pure, in milliseconds.

Twin of the statement in `services.beating`; a test holds both to the same figures.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from learning.kernel.errors import Invalid, Problem
from learning.study.rules.hours import MINUTE_MS, HourRule

MAX_IDLE_MS = 24 * 60 * MINUTE_MS
_TAB = re.compile(r"[A-Za-z0-9_-]{8,40}")


class BeatKind(StrEnum):
    """What a page says: it is in front, it still is, it no longer is, it wants the clock."""

    START = "start"
    BEAT = "beat"
    LEAVE = "leave"
    TAKE = "take"


class Why(StrEnum):
    """Why no time is counted just now; NONE when it is."""

    NONE = ""
    IDLE = "idle"  # no sign of the reader for too long
    ELSEWHERE = "elsewhere"  # another page or device holds the clock
    LESSON_FULL = "lesson_full"  # all that the lesson can count is counted
    DAY_FULL = "day_full"  # the day's maximum is reached
    CREDITED = "credited"  # the lesson is in the ledger already
    LEFT = "left"
    LOCKED = "locked"  # a course before this one is not finished, and the rules enforce it


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the clock while it runs in one lesson on one day, in milliseconds."""

    gap_ms: int
    idle_ms: int
    lesson_max_ms: int
    day_max_ms: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The count: last beat, last sign of the reader, and what the lesson and the day have counted.

    Instants are milliseconds since 1970; `fresh_ms` is counted and not yet written to the day.
    """

    beat_ms: int
    active_ms: int
    lesson_ms: int
    day_ms: int
    fresh_ms: int = 0


@dataclass(frozen=True, slots=True)
class Beat:
    """One report: from which tab, of what kind, how long ago the reader last did something."""

    tab: str
    kind: BeatKind
    idle_ms: int


def limits_of(rule: HourRule, minutes: int) -> Limits:
    """Return the limits of a lesson of so many minutes."""
    return Limits(
        rule.gap_s * 1000,
        rule.idle_minutes * MINUTE_MS,
        rule.lesson_max_ms(minutes),
        rule.daily_max_minutes * MINUTE_MS,
    )


def advance(clock: Clock, now_ms: int, idle_ms: int, limits: Limits) -> Clock:
    """Return the clock after a beat of the page that holds it.

    Counted is the time since the last beat, of it no more than `gap_ms`, none that lies later than
    `idle_ms` after the reader's last sign, none before a reader who had gone came back, and no more
    than lesson and day have left. A beat that comes twice or out of order finds no time to count.
    """
    active = max(clock.active_ms, now_ms - idle_ms)
    start = max(clock.beat_ms, now_ms - limits.gap_ms)
    if active > clock.active_ms + limits.idle_ms:
        start = max(start, active)
    end = min(now_ms, active + limits.idle_ms)
    room = min(limits.lesson_max_ms - clock.lesson_ms, limits.day_max_ms - clock.day_ms)
    counted = min(max(0, end - start), max(0, room))
    return replace(
        clock,
        beat_ms=max(clock.beat_ms, now_ms),
        active_ms=active,
        lesson_ms=clock.lesson_ms + counted,
        day_ms=clock.day_ms + counted,
        fresh_ms=clock.fresh_ms + counted,
    )


def why_not(clock: Clock, limits: Limits) -> Why:
    """Return why the clock that a page holds does not count, if it does not."""
    if clock.lesson_ms >= limits.lesson_max_ms:
        return Why.LESSON_FULL
    if clock.day_ms >= limits.day_max_ms:
        return Why.DAY_FULL
    if clock.beat_ms > clock.active_ms + limits.idle_ms:
        return Why.IDLE
    return Why.NONE


def parse_beat(raw: Any) -> Beat:
    """Read a report of a lesson page; raise Invalid for anything that is none."""
    given = raw if isinstance(raw, Mapping) else {}
    tab, kind, idle = given.get("tab"), given.get("kind"), given.get("idle_ms")
    known = {one.value for one in BeatKind}
    wrong = []
    if not isinstance(tab, str) or not _TAB.fullmatch(tab):
        wrong.append("tab")
    if not isinstance(kind, str) or kind not in known:
        wrong.append("kind")
    if not isinstance(idle, int) or isinstance(idle, bool) or not 0 <= idle <= MAX_IDLE_MS:
        wrong.append("idle_ms")
    if wrong:
        raise Invalid([Problem("", None, name, name, name) for name in wrong])
    return Beat(str(tab), BeatKind(str(kind)), int(str(idle)))
