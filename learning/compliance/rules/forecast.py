"""Who drops out when, and where too few are left: a sweep over beginnings and ends. Pure.

People, posts and requirements are taken as they stand today; what is known of certificates already
decides the rest, and of leave where too few are left (`rules.leave`). A place that needs holders
and has nobody is short today. A holding that follows another without a gap changes nothing.
Instants are in microseconds since 1970 UTC within, as there may be a hundred thousand of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from learning.compliance.rules.obligations import NO_VACANCIES, Ids, Obligations, Places, Vacancies
from learning.study.rules.hours import local_day, start_of_day

MONTHS = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

Key = tuple[int, int, int]  # unit, post, scheme


@dataclass(frozen=True, slots=True)
class Spans:
    """A person holds a scheme from an instant until before another, in columns."""

    scheme_id: Ids
    user_id: Ids
    since: Ids
    until: Ids


@dataclass(frozen=True, slots=True)
class Steps:
    """One more or fewer, in columns, by instant: `change` is +1 or -1 at a row of places.

    `row` is the obligation that it is of, -1 for none.
    """

    at: Ids
    change: Ids
    place: Ids
    row: Ids


@dataclass(frozen=True, slots=True)
class Shortage:
    """From an instant on a place has fewer holders than needed; `at` None: it has so today.

    `people` are asked there then, 0 where the place is vacant.
    """

    key: Key
    at: datetime | None
    needed: int
    left: int
    people: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Places as they stand now, and the changes of their holders until the horizon.

    `steps` are those of certificates. `turns` are with leave that begins or ends, too: of who
    stands ready; `comings` are the changes of who is asked by leave alone.
    """

    places: Places
    steps: Steps
    turns: Steps
    comings: Steps


NO_STEPS = Steps(*[np.empty(0, np.int64)] * 4)


def outlook_of(
    obligations: Obligations,
    spans: Spans,
    now: datetime,
    until: datetime,
    *,
    vacant: Vacancies = NO_VACANCIES,
) -> Outlook:
    """Return the places and what changes in them after `now` and before `until`.

    `spans` are all that end or begin between of those who do not hold the scheme throughout. Spans
    of one person and scheme that overlap or touch count as one.
    """
    places, place = obligations.places(vacant)
    joined = _joined(spans)
    scheme_id = obligations.pair_schemes[obligations.pair]
    row, span = _matches(scheme_id, obligations.user_id, joined)
    at = np.concatenate((joined.since[span], joined.until[span]))
    change = np.repeat(np.array([1, -1], np.int64), len(span))
    where = np.concatenate((place[row], place[row]))
    kept = (at > micros(now)) & (at < micros(until))
    order = np.argsort(at[kept], kind="stable")
    rows = np.concatenate((row, row))
    columns = (column[kept][order] for column in (at, change, where, rows))
    steps = Steps(*columns)
    return Outlook(places, steps, steps, NO_STEPS)


def _joined(spans: Spans) -> Spans:
    """Return the spans without those that only prolong another."""
    if not len(spans.since):
        return spans
    order = np.lexsort((spans.since, spans.user_id, spans.scheme_id))
    scheme_id, user_id = spans.scheme_id[order], spans.user_id[order]
    # Ranks instead of instants leave room for a number of the person above them, so that one
    # running maximum serves all: another person's is below whatever this one begins with.
    instants, ranks = np.unique(
        np.concatenate((spans.since[order], spans.until[order])), return_inverse=True
    )
    is_other = np.ones(len(order), np.bool_)
    is_other[1:] = (scheme_id[1:] != scheme_id[:-1]) | (user_id[1:] != user_id[:-1])
    base = np.cumsum(is_other) * len(instants)
    since, until = ranks[: len(order)] + base, ranks[len(order) :] + base
    furthest = np.maximum.accumulate(until)
    begins = np.ones(len(order), np.bool_)
    begins[1:] = since[1:] > furthest[:-1]
    last = np.append(np.flatnonzero(begins)[1:] - 1, len(order) - 1)
    return Spans(
        scheme_id[begins],
        user_id[begins],
        instants[(since - base)[begins]],
        instants[(furthest - base)[last]],
    )


def _matches(scheme_id: Ids, user_id: Ids, spans: Spans) -> tuple[Ids, Ids]:
    """Return which rows are of the person and scheme of which spans, each with each."""
    schemes = np.unique(np.concatenate((scheme_id, spans.scheme_id)))
    width = max(user_id.max(initial=0), spans.user_id.max(initial=0)) + 1
    keys = np.searchsorted(schemes, scheme_id) * width + user_id
    wanted = np.searchsorted(schemes, spans.scheme_id) * width + spans.user_id
    order = np.argsort(keys, kind="stable")
    first = np.searchsorted(keys[order], wanted, side="left")
    number = np.searchsorted(keys[order], wanted, side="right") - first
    span = np.repeat(np.arange(len(wanted)), number)
    within = np.arange(len(span)) - np.repeat(np.cumsum(number) - number, number)
    return order[first[span] + within], span


def held_by_month(outlook: Outlook, ends: Sequence[datetime]) -> list[tuple[int, int]]:
    """Return obligations and those met at each of the instants, ascending."""
    required, held = int(outlook.places.people.sum()), int(outlook.places.ready.sum())
    changed = np.append(0, np.cumsum(outlook.steps.change))
    passed = np.searchsorted(outlook.steps.at, [micros(end) for end in ends], side="right")
    return [(required, held + int(changed[number])) for number in passed]


def drops_by_month(outlook: Outlook, ends: Sequence[datetime]) -> list[int]:
    """Return how many drop out up to each of the instants and after the one before."""
    drops = outlook.steps.at[outlook.steps.change < 0]
    passed = np.searchsorted(drops, [micros(end) for end in ends], side="right")
    return [int(number) for number in np.diff(passed, prepend=0)]


def shortages_of(outlook: Outlook, limit: int) -> tuple[list[Shortage], int]:
    """Return the places where fewer stand ready than needed, the soonest first; how many in all.

    Needed is what the requirement says, one where it says nothing: nobody would be left. A place is
    named once, with the first instant and how many are left then. At most `limit` are returned.
    """
    places, steps = outlook.places, outlook.turns
    today = np.flatnonzero(places.ready < places.needed)
    order = np.lexsort((steps.at, steps.place))
    at, place = steps.at[order], steps.place[order]
    changed = np.cumsum(steps.change[order])
    first = np.searchsorted(place, place)  # the first step of the same place
    left = places.ready[place] + changed - np.append(0, changed)[first]
    is_whole = np.ones(len(order), np.bool_)  # the last of an instant: half of it is no state
    is_whole[:-1] = (place[1:] != place[:-1]) | (at[1:] != at[:-1])
    short = np.flatnonzero(is_whole & (left < places.needed[place]) & ~np.isin(place, today))
    later, one = np.unique(place[short], return_index=True)
    found = short[one]
    soonest = np.lexsort((later, at[found]))[: max(0, limit - len(today))]
    shortages = [_shortage(outlook, row, None, places.ready[row]) for row in today[:limit]]
    shortages += [_shortage(outlook, later[n], int(at[found[n]]), left[found[n]]) for n in soonest]
    return shortages, len(today) + len(found)


def _shortage(outlook: Outlook, row: int, at: int | None, left: int) -> Shortage:
    places, comings = outlook.places, outlook.comings
    key = (int(places.unit_id[row]), int(places.post_id[row]), int(places.scheme_id[row]))
    people = int(places.people[row])
    if at is not None:
        people += int(comings.change[(comings.place == row) & (comings.at <= at)].sum())
    instant = None if at is None else _instant(at)
    return Shortage(key, instant, int(places.needed[row]), int(left), people)


def micros(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970 UTC."""
    return (instant - _EPOCH) // _TICK


def _instant(microseconds: int) -> datetime:
    return _EPOCH + int(microseconds) * _TICK


def month_ends(now: datetime, zone: str) -> list[datetime]:
    """Return the first instants after this month and each of the eleven months that follow."""
    first = local_day(now, zone)
    months = range(first.month, first.month + MONTHS)
    days = (date(first.year + month // 12, month % 12 + 1, 1) for month in months)
    return [start_of_day(day, zone) for day in days]
