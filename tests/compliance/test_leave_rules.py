"""Leave that begins or ends within a forecast takes people from their places and gives them back."""

import random
from datetime import datetime

import numpy as np
import pytest

from learning.compliance.rules.coverage import Asked, Requirements
from learning.compliance.rules.forecast import (
    Shortage,
    drops_by_month,
    held_by_month,
    micros,
    outlook_of,
    shortages_of,
)
from learning.compliance.rules.leave import Leave, changing, with_leave
from learning.compliance.rules.obligations import Facts, Staff, obligations_of, words_of
from learning.compliance.rules.vacancies import Former, resting_of, vacancies_of
from tests.compliance.test_obligation_rules import (
    DAY,
    NOW,
    PARENTS,
    POST,
    SCHEME,
    columns,
    spans,
)

FIRM = 7
UNTIL = NOW + 30 * DAY
Dated = list[tuple[int, int, int]]  # person, from and until so many days from now


def at(days: int) -> datetime:
    return NOW + days * DAY


def is_in(rows: Dated, user: int, day: int) -> bool:
    return any(who == user and since <= day < until for who, since, until in rows)


def outlook(people: list[tuple[int, int]], held: Dated, away: Dated, needed: int | None = 1):
    """Return the outlook over thirty days for people in one post of units."""
    requirements = Requirements(
        {(1, POST): {SCHEME: Asked(1, "required", needed)}},
        {**PARENTS, 1: 0, 0: None},
        {POST: FIRM},
    )
    staff = Staff(*columns([(user, unit, POST) for user, unit in people], 3))
    users = {user for user, _unit in people}
    holders = np.array(sorted(user for user in users if is_in(held, user, 0)), np.int64)
    facts = Facts(
        {FIRM: np.array(sorted(users), np.int64)},
        {SCHEME: holders},
        {(user, FIRM) for user in users if is_in(away, user, 0)},
        set(),
        set(),
    )
    words = words_of(requirements, PARENTS)
    taken = obligations_of(requirements, PARENTS, staff, facts, words=words)
    resting = resting_of(requirements, PARENTS, staff, facts, words)
    former = Former(*columns([], 2))
    vacant = vacancies_of(words, staff, former, taken=taken, resting=resting)
    ending = [row for row in held if row[2] > 0 and row[1] < 30]
    rows = spans([(user, at(since), at(until)) for user, since, until in ending])
    found = outlook_of(taken, rows, NOW, UNTIL, vacant=vacant)
    absent: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for user, since, until in away:
        absent.setdefault((user, FIRM), []).append((micros(at(since)), micros(at(until))))
    moving = changing(absent, micros(NOW), micros(UNTIL))
    holds: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for user, since, until in ending:
        if user in moving:
            holds.setdefault((user, SCHEME), []).append((micros(at(since)), micros(at(until))))
    leave = Leave({k: v for k, v in absent.items() if k[0] in moving}, holds, {POST: FIRM})
    keys = np.unique(np.concatenate((taken.keys, vacant.keys(len(taken.pair_posts)))))
    within = (micros(NOW), micros(UNTIL))
    return found, with_leave(found, taken, resting, leave, keys=keys, within=within)


def test_the_only_holder_goes_on_leave_next_week() -> None:
    before, after = outlook([(1, 3)], [(1, -9, 99)], [(1, 7, 60)])

    assert shortages_of(before, 9) == ([], 0)
    (found,), _number = shortages_of(after, 9)
    assert found == Shortage((3, POST, SCHEME), at(7), 1, 0, 0)


def test_months_count_what_ends_and_not_who_is_away() -> None:
    before, after = outlook([(1, 3), (2, 3)], [(1, -9, 99), (2, -9, 9)], [(1, 7, 20)])

    assert drops_by_month(after, [UNTIL]) == drops_by_month(before, [UNTIL]) == [1]
    assert held_by_month(after, [NOW, UNTIL]) == held_by_month(before, [NOW, UNTIL])


def test_who_is_back_fills_the_place_that_another_leaves() -> None:
    people, held = [(1, 3), (2, 3)], [(1, -9, 99), (2, -9, 99)]

    _before, in_time = outlook(people, held, [(1, -5, 6), (2, 7, 60)])
    _before, too_late = outlook(people, held, [(1, -5, 9), (2, 7, 60)])

    assert shortages_of(in_time, 9) == ([], 0)
    (found,), _number = shortages_of(too_late, 9)
    assert (found.at, found.left, found.people) == (at(7), 0, 0)


def test_a_certificate_that_ends_on_leave_is_gone_when_its_holder_is_back() -> None:
    people, away = [(1, 3), (2, 3)], [(1, -5, 6), (2, 7, 60)]

    _before, after = outlook(people, [(1, -9, 3), (2, -9, 99)], away)

    (found,), _number = shortages_of(after, 9)
    assert (found.at, found.left, found.people) == (at(7), 0, 1)


@pytest.mark.parametrize("seed", range(40))
def test_the_sweep_with_leave_equals_counting_on_every_day(seed: int) -> None:
    dice = random.Random(seed)
    people = sorted({(user, dice.choice([1, 2, 3, 4])) for user in range(1, 12) for _ in (1, 2)})
    needed = dice.choice([None, 1, 2])
    held, away = [], []
    for user in range(1, 12):
        for rows, most in ((held, 3), (away, 2)):
            for _ in range(dice.randint(0, most)):
                begin = dice.randint(-15, 32)
                rows.append((user, begin, begin + dice.randint(1, 40)))

    _before, after = outlook(people, held, away, needed)

    expected = []
    for unit in {unit for _user, unit in people}:
        theirs = [user for user, place in people if place == unit]
        for day in range(30):
            there = [user for user in theirs if not is_in(away, user, day)]
            left = sum(is_in(held, user, day) for user in there)
            if left < (needed or 1):
                key = (unit, POST, SCHEME)
                expected.append(
                    Shortage(key, at(day) if day else None, needed or 1, left, len(there))
                )
                break
    found, number = shortages_of(after, 99)
    assert number == len(found)
    by_key = [sorted(rows, key=lambda one: one.key) for rows in (found, expected)]
    assert by_key[0] == by_key[1]
