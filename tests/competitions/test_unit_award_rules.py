"""Prizes for organisations and provinces: by hand, what can be announced, the frozen list."""

from dataclasses import replace

import pytest

from learning.competitions.rules import Division
from learning.competitions.rules.awards import AwardRules, problems_of, sha256
from learning.competitions.rules.unit_awards import (
    ListedUnit,
    award_units,
    main_division,
    read_unit_list_text,
    unit_list_text,
)
from learning.competitions.rules.unit_prizes import PrizeOf, UnitPrize, UnitPrizeKind

UNITS, PROVINCES = PrizeOf.UNITS, PrizeOf.PROVINCES
RANK, REACHED = UnitPrizeKind.RANK, UnitPrizeKind.REACHED
DIVISIONS = (Division("central", "中央企业组"), Division("local", "地方企业组"))
LISTED = [
    ListedUnit(UNITS, "a", 1, "central", 200, 400, 500, 9000),
    ListedUnit(UNITS, "b", 2, "local", 60, 80, 750, 8100),
    ListedUnit(UNITS, "c", 2, "local", 50, 50, 1000, 8100),
    ListedUnit(UNITS, "d", 4, "local", 10, None, None, 4550),
    ListedUnit(PROVINCES, "44", 1, "", 260, None, None, 8800),
    ListedUnit(PROVINCES, "11", 2, "", 60, None, None, 8005),
]


def given(*prizes: UnitPrize) -> list[tuple[str, str, str]]:
    rows = award_units(prizes, LISTED, seed="s", number="1", list_hash="h")
    return [(row.prize, row.entry, row.status.value) for row in rows]


def first_by_lot(prize: str) -> list[str]:
    return sorted("bc", key=lambda unit: sha256(f"s:1:h:{prize}:{unit}"))


def test_by_rank_in_a_division_what_ties_is_parted_by_lot_and_the_next_wait() -> None:
    first, second = first_by_lot("org")

    assert given(UnitPrize("org", "组织奖", RANK, 1, division="local", reserve=2)) == [
        ("org", first, "held"),
        ("org", second, "reserve"),
        ("org", "d", "reserve"),
    ]


@pytest.mark.parametrize(
    ("bounds", "units"),
    [
        ({"least_coverage": 750}, "bc"),
        ({"least_coverage": 751}, "c"),
        ({"least_participants": 60}, "ab"),
        ({"least_mean": 4551}, "abc"),
        ({"least_mean": 8100, "least_participants": 60, "division": "local"}, "b"),
        ({"least_coverage": 0}, "abc"),  # what declared no headcount reaches no coverage
    ],
)
def test_all_that_reach_what_was_announced_win(bounds, units) -> None:
    won = given(UnitPrize("good", "优秀组织奖", REACHED, **bounds))

    assert sorted(unit for _prize, unit, _status in won) == list(units)
    assert {status for _prize, _unit, status in won} == {"held"}


def test_a_unit_holds_one_prize_at_most_and_provinces_have_prizes_of_their_own() -> None:
    won = given(
        UnitPrize("best", "最佳组织奖", RANK, 1),
        UnitPrize("good", "优秀组织奖", REACHED, least_mean=8000),
        UnitPrize("area", "省级组织奖", RANK, 1, of=PROVINCES),
    )

    assert won[0] == ("best", "a", "held")
    assert sorted(won[1:3]) == [("good", "b", "held"), ("good", "c", "held")]
    assert won[3:] == [("area", "44", "held")]


def test_the_order_of_the_list_changes_nothing() -> None:
    prize = UnitPrize("org", "组织奖", RANK, 3)
    turned = award_units([prize], LISTED[::-1], seed="s", number="1", list_hash="h")

    assert turned == award_units([prize], LISTED, seed="s", number="1", list_hash="h")


def test_the_list_reads_back_as_it_was_written() -> None:
    text = unit_list_text(LISTED[::-1])

    assert text.splitlines()[1] == "units,a,1,central,200,400,50,90"
    assert sorted(map(repr, read_unit_list_text(text))) == sorted(map(repr, LISTED))


def test_a_unit_is_of_the_division_of_most_of_its_people() -> None:
    order = ["central", "local"]

    assert main_division({"local": 3, "central": 2}, order) == "local"
    assert main_division({"local": 2, "central": 2}, order) == "central"
    assert main_division({}, []) == ""


@pytest.mark.parametrize(
    ("prize", "part"),
    [
        (UnitPrize("org", "组织奖", RANK, 0), "count"),
        (UnitPrize("org", "组织奖", REACHED), "kind"),
        (UnitPrize("org", "组织奖", REACHED, 3, least_mean=1), "count"),
        (UnitPrize("org", "组织奖", REACHED, least_mean=1, reserve=1), "reserve"),
        (UnitPrize("org", "组织奖", RANK, 1, division="x"), "division"),
        (UnitPrize("org", "组织奖", RANK, 1, of=PROVINCES, division="local"), "division"),
        (UnitPrize("org", "组织奖", RANK, 1, of=PROVINCES, least_coverage=1), "least_coverage"),
        (UnitPrize("org", "组织奖", RANK, 1, least_coverage=1001), "least_coverage"),
        (UnitPrize("组织", "组织奖", RANK, 1), "code"),
        (UnitPrize("org", "", RANK, 1), "title"),
    ],
)
def test_what_cannot_be_announced_is_named_by_its_field(now, prize, part) -> None:
    rules = AwardRules((), "指数", now, 7, 30, (prize,))

    found = [problem.place for problem in problems_of(rules, ("central", "local"))]
    assert found == [f"unit_prizes-0-{part}"]


def test_rules_with_prizes_for_units_come_back_from_the_database_as_they_went(now) -> None:
    prize = UnitPrize("org", "组织奖", REACHED, of=UNITS, least_coverage=800)
    rules = AwardRules((), "指数", now, 7, 30, (prize,))
    old = {key: value for key, value in rules.to_json().items() if key != "unit_prizes"}

    assert AwardRules.from_json(rules.to_json()) == rules
    assert AwardRules.from_json(old) == replace(rules, unit_prizes=())
