"""Places that need holders and have nobody: rules in columns against plain counting."""

import random
from collections.abc import Iterable

import numpy as np
import pytest

from learning.compliance.rules.coverage import Asked, Requirements
from learning.compliance.rules.forecast import Shortage, outlook_of, shortages_of
from learning.compliance.rules.obligations import Facts, Staff, obligations_of, words_of
from learning.compliance.rules.vacancies import Former, resting_of, vacancies_of
from tests.compliance.test_obligation_rules import NOW, UNTIL, columns, spans

FIRM, POSTS, SCHEMES = 7, (10, 11), (100, 101)
PARENTS = {1: None, 2: 1, 3: 2, 4: 1}
ABOVE = {**PARENTS, 1: 0, 0: None}

Asking = dict[tuple[int, int], dict[int, Asked]]
Rows = Iterable[tuple[int, int, int]]  # person, unit, post


def shortages(
    asked: Asking,
    staff: Rows = (),
    *,
    former: Iterable[tuple[int, int]] = (),
    held: Iterable[int] = (),
    away: Iterable[int] = (),
    exempt: Iterable[tuple[int, int]] = (),
    members: Iterable[int] = range(100),
) -> list[Shortage]:
    """Return what is short for people (unit and post of the former) with all schemes or none."""
    requirements = Requirements(asked, ABOVE, dict.fromkeys(POSTS, FIRM))
    staffed = Staff(*columns(staff, 3))
    facts = Facts(
        {FIRM: np.array(sorted(members), np.int64)},
        {scheme: np.array(sorted(held), np.int64) for scheme in SCHEMES},
        {(user, FIRM) for user in away},
        set(),
        {(user, FIRM, scheme) for user, scheme in exempt},
    )
    words = words_of(requirements, PARENTS)
    taken = obligations_of(requirements, PARENTS, staffed, facts, words=words)
    resting = resting_of(requirements, PARENTS, staffed, facts, words)
    gone = Former(*columns(former, 2))
    vacant = vacancies_of(words, staffed, gone, taken=taken, resting=resting)
    found, number = shortages_of(outlook_of(taken, spans([]), NOW, UNTIL, vacant=vacant), 999)
    assert number == len(found)
    return found


def asking(unit: int, needed: int | None, level: str = "required") -> Asking:
    return {(unit, 10): {100: Asked(unit, level, needed)}}


def empty(unit: int, needed: int = 1) -> Shortage:
    return Shortage((unit, 10, 100), None, needed, 0, 0)


def test_a_post_whose_last_holder_went_is_short_in_that_unit() -> None:
    assert shortages(asking(1, 2), former=[(3, 10)]) == [empty(3, 2)]
    assert shortages(asking(1, 2), [(1, 4, 10), (2, 4, 10)], former=[(3, 10)], held=[1, 2]) == [
        empty(3, 2)
    ]


def test_who_came_after_fills_the_place() -> None:
    assert shortages(asking(1, 1), [(1, 3, 10)], former=[(3, 10)], held=[1]) == []


@pytest.mark.parametrize("needed", [None, 2])
def test_a_post_whose_people_are_all_on_leave_is_short(needed: int | None) -> None:
    found = shortages(asking(1, needed), [(1, 3, 10), (2, 3, 10)], held=[1, 2], away=[1, 2])

    assert found == [empty(3, needed or 1)]


def test_a_number_counts_though_everybody_there_is_spared_or_has_left_the_organisation() -> None:
    spared = {"exempt": [(1, 100)]}
    assert shortages(asking(1, 1), [(1, 3, 10)], **spared) == [empty(3)]
    assert shortages(asking(1, 1), [(1, 3, 10)], members=[2]) == [empty(3)]
    assert shortages(asking(1, None), [(1, 3, 10)], **spared) == []
    assert shortages(asking(1, None), [(1, 3, 10)], **spared, away=[1]) == []
    assert shortages(asking(1, None), [(1, 3, 10)], members=[2], away=[1]) == []


def test_a_post_that_nobody_below_was_ever_in_is_short_where_its_number_was_set() -> None:
    assert shortages(asking(2, 3)) == [empty(2, 3)]
    assert shortages(asking(2, 3), [(1, 4, 10)], held=[1]) == [empty(2, 3)]
    assert shortages(asking(2, 1), [(1, 3, 10)], held=[1]) == []
    assert shortages(asking(0, 3)) == []  # it was set above the tree: others may be in it
    assert shortages(asking(1, None)) == []


def test_a_unit_that_is_told_it_needs_nobody_is_not_short() -> None:
    both = {**asking(1, 1), **asking(3, None, "optional")}

    assert shortages(both, [(1, 4, 10)], former=[(3, 10), (2, 10)], held=[1]) == [empty(2)]


def test_places_come_in_the_order_of_their_units_whether_anybody_is_there() -> None:
    found = shortages(asking(1, 1), [(1, 3, 10), (2, 4, 10)], former=[(2, 10), (1, 10)])

    assert [one.key[0] for one in found] == [1, 4, 2, 3]
    assert [one.people for one in found] == [0, 1, 0, 1]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_short_equals_counting_place_by_place(seed: int) -> None:
    dice = random.Random(seed)
    asked: Asking = {}
    for unit in (0, *PARENTS):
        for post in POSTS:
            for scheme in SCHEMES:
                if dice.random() < 0.4:
                    level = dice.choice(["required", "required", "optional"])
                    needed = dice.choice([None, 1, 2]) if level == "required" else None
                    asked.setdefault((unit, post), {})[scheme] = Asked(unit, level, needed)
    staff = [
        (user, dice.choice(list(PARENTS)), dice.choice(POSTS))
        for user in range(dice.choice([0, 7]))
    ]
    former = [(dice.choice(list(PARENTS)), dice.choice(POSTS)) for _ in range(dice.choice([0, 3]))]
    held, away, members = (
        {user for user in range(7) if dice.random() < share} for share in (0.6, 0.4, 0.9)
    )
    exempt = {(dice.randrange(7), dice.choice(SCHEMES)) for _ in range(3)}

    found = shortages(
        asked, staff, former=former, held=held, away=away, exempt=exempt, members=members
    )

    def word(unit: int | None, post: int, scheme: int) -> Asked | None:
        while unit is not None:
            if scheme in asked.get((unit, post), {}):
                return asked[unit, post][scheme]
            unit = ABOVE[unit]
        return None

    has = {(unit, post) for _user, unit, post in staff} | set(former)
    expected = []
    for unit in PARENTS:
        for post in POSTS:
            for scheme in SCHEMES:
                said = word(unit, post, scheme)
                if said is None or said.level != "required":
                    continue
                theirs = {user for user, at, of in staff if (at, of) == (unit, post)} & members
                theirs -= {user for user, of in exempt if of == scheme}
                there = theirs - away
                governed = [one for one in PARENTS if word(one, post, scheme) is said]
                nobody_ever = said.unit_id == unit and not any(
                    (one, post) in has for one in governed
                )
                with_number = said.holders_needed and ((unit, post) in has or nobody_ever)
                left, needed = len(there & held), said.holders_needed or 1
                if left < needed and (theirs or with_number):
                    key = (unit, post, scheme)
                    expected.append(Shortage(key, None, needed, left, len(there)))
    assert sorted(found, key=lambda one: one.key) == sorted(expected, key=lambda one: one.key)
