"""Who is asked what, and the sweep of a forecast, in columns: pure rules against plain counting."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from learning.compliance.rules.coverage import Asked, Figures, Requirements, Sum
from learning.compliance.rules.forecast import (
    Outlook,
    Shortage,
    Spans,
    drops_by_month,
    held_by_month,
    micros,
    month_ends,
    outlook_of,
    shortages_of,
)
from learning.compliance.rules.obligations import Facts, Obligations, Staff, obligations_of

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
UNTIL = NOW + 365 * DAY
POST, SCHEME = 10, 100
PARENTS = {1: None, 2: 1, 3: 2, 4: 1}
EVERYWHERE = {(1, POST): {SCHEME: Asked(1, "required")}}


def columns(rows: Iterable[tuple[int, ...]], width: int) -> np.ndarray:
    return np.array(list(rows), np.int64).reshape(-1, width).T


def obligations(
    people: list[tuple[int, int]],
    held: set[int] = frozenset(),
    *,
    asked: dict[tuple[int, int], dict[int, Asked]] | None = None,
    **known: object,
) -> Obligations:
    """Return what is required of (person, unit) in one post, of whom all are members."""
    facts = {"away": set(), "contractors": set(), "exempt": set(), **known}
    return obligations_of(
        Requirements(EVERYWHERE if asked is None else asked, {**PARENTS, 1: 0, 0: None}, {POST: 7}),
        PARENTS,
        Staff(*columns(((user, unit, POST) for user, unit in people), 3)),
        Facts(
            {7: np.array([user for user, _unit in people if user < 90], np.int64)},
            {SCHEME: np.array(sorted(held), np.int64)},
            **facts,
        ),
    )


def test_of_whom_nothing_is_asked_counts_neither_above_nor_below_the_line() -> None:
    people = [(user, 3) for user in range(1, 8)]

    found = obligations(people, {1, 2, 3}, away={(1, 7), (4, 8)}, exempt={(2, 7, 100), (5, 7, 100)})

    assert found.sum_by("unit_id") == {3: Sum(Figures(4, 1))}


def test_contractors_are_counted_apart_and_those_from_elsewhere_not_at_all() -> None:
    found = obligations([(1, 3), (2, 3), (95, 3)], {2, 95}, contractors={(2, 7)})

    assert found.sum_by("scheme_id") == {100: Sum(Figures(1, 0), Figures(1, 1))}
    assert list(found.lacking().rows()) == [(1, 3, POST, SCHEME, False)]
    assert list(found.lacking(SCHEME + 1).rows()) == []


def test_a_person_counts_once_in_a_post_of_a_unit_and_in_each_of_two_units() -> None:
    found = obligations([(1, 3), (1, 3), (1, 4)])

    assert found.sum_by("unit_id") == {3: Sum(Figures(1, 0)), 4: Sum(Figures(1, 0))}
    assert found.sum_by("post_id") == {POST: Sum(Figures(2, 0))}


def test_the_nearest_requirement_has_the_last_word_and_what_is_above_the_tree_the_first() -> None:
    above = {(0, POST): {SCHEME: Asked(0, "required", 3)}}
    people = [(1, 1), (2, 2), (3, 3), (4, 4)]

    all_asked = obligations(people, asked=above)
    optional = obligations(people, asked={**above, (2, POST): {SCHEME: Asked(2, "optional")}})
    fewer = obligations(people, asked={**above, (3, POST): {SCHEME: Asked(3, "required")}})

    assert set(all_asked.sum_by("unit_id")) == {1, 2, 3, 4}
    assert set(optional.sum_by("unit_id")) == {1, 4}
    assert sorted(zip(*(c.tolist() for c in _unit_and_need(fewer)), strict=True)) == [
        (1, 3),
        (2, 3),
        (3, 1),
        (4, 3),
    ]


def _unit_and_need(found: Obligations) -> tuple[np.ndarray, np.ndarray]:
    places, _at = found.places()
    return places.unit_id, places.needed


def test_where_nobody_is_nothing_is_required() -> None:
    found = obligations([])

    assert found.sum_by("unit_id") == {}
    assert shortages_of(outlook_of(found, spans([]), NOW, UNTIL), 9) == ([], 0)


def spans(rows: list[tuple[int, datetime, datetime]]) -> Spans:
    return Spans(*columns(((SCHEME, user, micros(a), micros(b)) for user, a, b in rows), 4))


def outlook(rows: list[tuple[int, datetime, datetime]], needed: int | None = None) -> Outlook:
    """Return the outlook for two people in one place with what they hold."""
    held = {user for user, since, until in rows if since <= NOW < until}
    asked = {(1, POST): {SCHEME: Asked(1, "required", needed)}}
    return outlook_of(obligations([(1, 3), (2, 3)], held, asked=asked), spans(rows), NOW, UNTIL)


def test_a_renewal_without_a_gap_changes_nothing_and_one_with_a_gap_twice() -> None:
    first = (1, NOW - DAY, NOW + 30 * DAY)
    assert not len(outlook([first, (1, NOW + 30 * DAY, NOW + 999 * DAY)]).steps.at)

    steps = outlook([first, (1, NOW + 40 * DAY, NOW + 999 * DAY)]).steps

    assert steps.at.tolist() == [micros(NOW + days * DAY) for days in (30, 40)]
    assert steps.change.tolist() == [-1, 1]


def test_a_shortage_is_named_at_the_first_instant_with_too_few() -> None:
    ends = [NOW + days * DAY for days in (10, 20)]
    rows = [(user, NOW - DAY, end) for user, end in enumerate(ends, 1)]

    (alone,), number = shortages_of(outlook(rows), 9)
    (two,), _number = shortages_of(outlook(rows, 2), 9)
    (today,), _number = shortages_of(outlook(rows[:1], 2), 9)

    assert alone == Shortage((3, POST, SCHEME), ends[1], 1, 0, 2)
    assert number == 1
    assert (two.at, two.left) == (ends[0], 1)
    assert (today.at, today.left, today.people) == (None, 1, 2)


def test_who_drops_out_at_one_instant_is_counted_as_one_change() -> None:
    end = NOW + 10 * DAY

    (found,), _number = shortages_of(outlook([(n, NOW - DAY, end) for n in (1, 2)], 2), 9)

    assert (found.at, found.left) == (end, 0)


def test_months_end_at_midnight_of_the_zone_and_count_who_drops_out_in_them() -> None:
    ends = month_ends(NOW, "Asia/Shanghai")
    assert len(ends) == 12
    assert ends[0] == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert ends[1] == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    found = outlook([(1, NOW - DAY, NOW + 20 * DAY), (2, NOW - DAY, NOW + 999 * DAY)])

    assert drops_by_month(found, ends)[:3] == [0, 1, 0]
    assert held_by_month(found, [NOW, *ends])[:3] == [(2, 2), (2, 2), (2, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_the_sweep_equals_counting_at_every_instant(seed: int) -> None:
    dice = random.Random(seed)
    people = [(user, dice.choice([1, 2, 3, 4])) for user in range(1, 25) for _ in range(2)]
    asked = {(1, POST): {SCHEME: Asked(1, "required", dice.choice([None, 1, 2, 3]))}}
    asked[3, POST] = {SCHEME: Asked(3, "required", 2)}
    rows = []
    for user in dice.choices(range(1, 30), k=60):
        begin = NOW + dice.randint(-20, 40) * DAY
        rows.append((user, begin, begin + dice.randint(1, 30) * DAY))
    horizon = NOW + 30 * DAY

    def holds(user: int, at: datetime) -> bool:
        return any(who == user and since <= at < until for who, since, until in rows)

    held = {user for user, _unit in people if holds(user, NOW)}
    found = outlook_of(obligations(people, held, asked=asked), spans(rows), NOW, horizon)

    days = [NOW + day * DAY for day in range(30)]
    staff = set(people)
    counts = [sum(holds(user, day) for user, _unit in staff) for day in days]
    assert held_by_month(found, days) == [(len(staff), count) for count in counts]
    expected = []
    for unit in {unit for _user, unit in staff}:
        there = {user for user, at in staff if at == unit}
        needed = (asked.get((unit, POST)) or asked[1, POST])[SCHEME].holders_needed or 1
        left = [(day, sum(holds(user, day) for user in there)) for day in days]
        day, number = next((one for one in left if one[1] < needed), (None, 0))
        if day is not None:
            at = None if day == NOW else day
            expected.append(Shortage((unit, POST, SCHEME), at, needed, number, len(there)))
    shortages, number = shortages_of(found, 99)
    assert number == len(shortages)
    assert sorted(shortages, key=lambda one: one.key) == sorted(expected, key=lambda one: one.key)
    instants = [one.at or NOW for one in shortages]
    assert instants == sorted(instants)
    assert shortages_of(found, 2) == (shortages[:2], number)
