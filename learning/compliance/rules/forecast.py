"""Who drops out when, and where too few are left: a sweep over beginnings and ends. Pure.

People, posts and requirements are taken as they stand today; what is known of certificates already
decides the rest. A holding that follows another without a gap changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from learning.compliance.rules.coverage import REQUIRED, Line
from learning.study.rules.hours import local_day, start_of_day

MONTHS = 12

Key = tuple[int, int, int]  # unit, post, scheme


class Span(NamedTuple):
    """A person at a place holds a scheme from an instant until before another."""

    key: Key
    user_id: int
    since: datetime
    until: datetime


class Step(NamedTuple):
    """One holder more or fewer at a place: `change` is +1 or -1."""

    at: datetime
    change: int
    key: Key
    user_id: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """From an instant on a place has fewer holders than needed; `at` None: it has so today."""

    key: Key
    at: datetime | None
    needed: int
    left: int
    people: int


def steps_of(spans: Iterable[Span], now: datetime, until: datetime) -> list[Step]:
    """Return the changes after `now` and before `until`, oldest first.

    Spans of one person, place and scheme that overlap or touch count as one.
    """
    by_person: dict[tuple[Key, int], list[Span]] = {}
    for span in spans:
        by_person.setdefault((span.key, span.user_id), []).append(span)
    steps: list[Step] = []
    for (key, user_id), own in by_person.items():
        for since, end in _joined(own):
            if now < since < until:
                steps.append(Step(since, 1, key, user_id))
            if now < end < until:
                steps.append(Step(end, -1, key, user_id))
    # Beginnings first: who comes at the same instant makes good for who goes.
    return sorted(steps, key=lambda step: (step.at, -step.change, step.key, step.user_id))


def _joined(spans: Sequence[Span]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for span in sorted(spans, key=lambda one: one.since):
        if joined and span.since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span.until))
        else:
            joined.append((span.since, span.until))
    return joined


def held_by_month(
    lines: Iterable[Line], steps: Sequence[Step], ends: Sequence[datetime]
) -> list[tuple[int, int]]:
    """Return obligations and those met at each of the instants, ascending; required lines only."""
    wanted = [line for line in lines if line.asked.level == REQUIRED]
    counted = _required_keys(wanted)
    required, held = sum(one.required for one in wanted), sum(one.held for one in wanted)
    found, place = [], 0
    for end in ends:
        while place < len(steps) and steps[place].at <= end:
            held += steps[place].change if steps[place].key in counted else 0
            place += 1
        found.append((required, held))
    return found


def _required_keys(lines: Iterable[Line]) -> set[Key]:
    return {
        (line.unit_id, line.post_id, line.scheme_id)
        for line in lines
        if line.asked.level == REQUIRED
    }


def shortages_of(lines: Iterable[Line], steps: Iterable[Step]) -> list[Shortage]:
    """Return the places where fewer holders stand ready than needed, the soonest first.

    Needed is what the requirement says, one where it says nothing: nobody would be left. A place is
    named once, with the first instant and how many are left then.
    """
    ready: Counter[Key] = Counter()
    people: Counter[Key] = Counter()
    needed: dict[Key, int] = {}
    for line in lines:
        if line.asked.level == REQUIRED:
            key = (line.unit_id, line.post_id, line.scheme_id)
            ready[key] += line.held
            people[key] += line.required
            needed[key] = line.asked.holders_needed or 1
    found = {
        key: Shortage(key, None, needed[key], ready[key], people[key])
        for key in needed
        if ready[key] < needed[key] and people[key]
    }
    for at, together in groupby(steps, key=lambda step: step.at):
        changed = [step for step in together if step.key in needed]
        for step in changed:  # all of an instant first: half of it is no state of the place
            ready[step.key] += step.change
        for key in {step.key for step in changed} - found.keys():
            if ready[key] < needed[key]:
                found[key] = Shortage(key, at, needed[key], ready[key], people[key])
    return sorted(found.values(), key=lambda one: (one.at is not None, one.at or 0, one.key))


def drops_by_month(
    steps: Iterable[Step], ends: Sequence[datetime], lines: Iterable[Line]
) -> list[int]:
    """Return how many drop out up to each of the instants and after the one before."""
    counted = _required_keys(lines)
    found = [0] * len(ends)
    for step in steps:
        if step.change < 0 and step.key in counted:
            month = next((n for n, end in enumerate(ends) if step.at <= end), None)
            if month is not None:
                found[month] += 1
    return found


def month_ends(now: datetime, zone: str) -> list[datetime]:
    """Return the first instants after this month and each of the eleven months that follow."""
    first = local_day(now, zone)
    months = range(first.month, first.month + MONTHS)
    days = (date(first.year + month // 12, month % 12 + 1, 1) for month in months)
    return [start_of_day(day, zone) for day in days]
