"""Leave that begins or ends within the time of a forecast, and what it does to places. Pure.

Only those whose leave changes within that time are looked at, one after the other: they are few.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from learning.compliance.rules.forecast import Outlook, Steps
from learning.compliance.rules.obligations import Ids, Obligations, is_in

Span = tuple[int, int]  # from an instant until before another, in microseconds since 1970 UTC
Step = tuple[int, int, int, int]  # as a row of Steps


@dataclass(frozen=True, slots=True)
class Leave:
    """Who is away when, by person and organisation; what each of them holds when, by scheme.

    `organisations` are those of the posts.
    """

    away: Mapping[tuple[int, int], list[Span]]
    held: Mapping[tuple[int, int], list[Span]]
    organisations: Mapping[int, int]


def changing(away: Mapping[tuple[int, int], list[Span]], now: int, until: int) -> set[int]:
    """Return the people whose leave begins or ends after `now` and before `until`."""
    return {
        user_id
        for (user_id, _organisation), spans in away.items()
        if any(now < instant < until for span in spans for instant in span)
    }


def with_leave(
    outlook: Outlook,
    obligations: Obligations,
    resting: Obligations,
    leave: Leave,
    *,
    keys: Ids,
    within: Span,
) -> Outlook:
    """Return the outlook in which leave takes people from their places, and gives them back.

    `keys` are those of the places, rising; `resting` are on leave at the beginning of `within`.
    """
    turns: list[Step] = []
    comings: list[Step] = []
    people = np.array(sorted({user_id for user_id, _organisation in leave.away}), np.int64)
    known = np.flatnonzero(is_in(obligations.user_id, people))
    back = np.flatnonzero(is_in(resting.user_id, people))
    for rows, of in ((known, obligations), (back, resting)):
        place = np.searchsorted(keys, of.keys[rows]).tolist()
        for row, at_place, (there, ready) in zip(
            rows.tolist(), place, _presence(of, rows, leave), strict=True
        ):
            number = row if of is obligations else -1
            turns += ((*step, at_place, number) for step in _changes(ready, within))
            comings += ((*step, at_place, number) for step in _changes(there, within))
    kept = ~np.isin(outlook.steps.row, known)
    old = [column[kept] for column in _columns(outlook.steps)]
    both = np.concatenate((np.stack(old), _stacked(turns)), axis=1)
    return replace(outlook, turns=_sorted(both), comings=_sorted(_stacked(comings)))


def _presence(of: Obligations, rows: Ids, leave: Leave) -> Iterator[tuple[list[Span], list[Span]]]:
    """Yield when each is at work, and when at work and holding."""
    always = [(-(2**62), 2**62)]
    pair = of.pair[rows]
    columns = (of.user_id[rows], of.pair_posts[pair], of.pair_schemes[pair])
    for user_id, post_id, scheme_id in zip(*(one.tolist() for one in columns), strict=True):
        away = leave.away.get((user_id, leave.organisations[post_id]), [])
        there = _without(always, away)
        missing = _without(always, leave.held.get((user_id, scheme_id), []))
        yield there, _without(there, missing)


def _without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return what is left of spans that do not overlap when others are taken out of them."""
    left = list(spans)
    for since, until in others:
        cut = []
        for begin, end in left:
            cut += [
                one
                for one in ((begin, min(end, since)), (max(begin, until), end))
                if one[0] < one[1]
            ]
        left = sorted(set(cut))
    return left


def _changes(spans: Iterable[Span], within: Span) -> Iterator[tuple[int, int]]:
    now, horizon = within
    for since, until in spans:
        if now < since < horizon:
            yield since, 1
        if now < until < horizon:
            yield until, -1


def _columns(steps: Steps) -> tuple[Ids, Ids, Ids, Ids]:
    return steps.at, steps.change, steps.place, steps.row


def _stacked(steps: list[Step]) -> Ids:
    return np.array(steps, np.int64).reshape(-1, 4).T


def _sorted(columns: Ids) -> Steps:
    return Steps(*columns[:, np.argsort(columns[0], kind="stable")])
