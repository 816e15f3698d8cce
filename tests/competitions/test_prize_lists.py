"""Prizes by several lists: a later round's, who went on, the live final's; nobody wins twice."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from learning.competitions.rules.awards import (
    AwardRules,
    AwardStatus,
    Drawn,
    Listed,
    Prize,
    draw,
    lists_text,
    problems_of,
    read_list,
    sha256,
)
from learning.competitions.rules.prize_lists import PrizeKind, lists_of_rounds
from tests.competitions.test_award_rules import GUIDE, NUMBER, SEED

AT = datetime(2026, 12, 1, tzinfo=UTC)
LISTS = (*lists_of_rounds([0, 1, 2]), "stage")


def rules_of(*prizes: Prize) -> AwardRules:
    return AwardRules(prizes, "某指数收盘点位", AT, 7, 30)


def on(code: str, *rows: tuple[str, int, int], **more: str) -> list[Listed]:
    """Rows of a list as (entry, points, standing)."""
    return [Listed(entry, points * 1000, place, list=code, **more) for entry, points, place in rows]


def team(number: int, place: int, *entries: str) -> list[Listed]:
    return [Listed(entry, 0, place, list="stage", part=str(number)) for entry in entries]


def give(rules: AwardRules, entries: list[Listed]) -> list[Drawn]:
    list_hash = sha256(lists_text(rules, entries))
    return draw(rules.prizes, entries, seed=SEED, number=NUMBER, list_hash=list_hash)


def held(drawn: list[Drawn], prize: str) -> set[str]:
    return {row.entry for row in drawn if (row.prize, row.status) == (prize, AwardStatus.HELD)}


FIRST = Prize("first", "一等奖", PrizeKind.RANK, 1, by="round-2")
GOOD = Prize("good", "优秀奖", PrizeKind.ALL, 0, by="reached-2")
LUCKY = Prize("lucky", "幸运奖", PrizeKind.LOT, 2, by="round-1", reserve=1)


def test_the_list_of_a_contest_of_one_round_is_written_as_ever() -> None:
    rules = rules_of(replace(FIRST, by="round-1"))
    rows = on("round-1", ("a", 90, 1))

    assert lists_text(rules, rows) == "entry,points,standing,division\na,90,1,\n"
    assert read_list(lists_text(rules, rows)) == rows


def test_several_lists_are_one_text_with_one_hash_and_come_back_from_it() -> None:
    rules = rules_of(FIRST, GOOD)
    rows = [*on("round-2", ("b", 80, 1)), *on("reached-2", ("b", 95, 2), ("a", 99, 1))]

    text = lists_text(rules, rows)

    assert text == (
        "list,entry,points,standing,division,part\n"
        "reached-2,a,99,1,,\nreached-2,b,95,2,,\nround-2,b,80,1,,\n"
    )
    assert sorted(read_list(text), key=str) == sorted(rows, key=str)


def test_the_best_of_the_later_round_win_and_all_others_who_reached_it_get_theirs() -> None:
    first_round = on("round-1", ("a", 99, 1), ("b", 95, 2), ("c", 90, 3), ("d", 50, 4))
    later = on("round-2", ("c", 88, 1), ("a", 70, 2))  # b went on and did not come
    went_on = on("reached-2", ("a", 99, 1), ("b", 95, 2), ("c", 90, 3))

    drawn = give(rules_of(FIRST, GOOD, LUCKY), [*first_round, *later, *went_on])

    assert held(drawn, "first") == {"c"}
    assert held(drawn, "good") == {"a", "b"}
    assert held(drawn, "lucky") == {"d"}  # the others have one already


def test_by_the_final_prizes_are_counted_by_teams_and_every_member_holds_one() -> None:
    rules = rules_of(
        Prize("one", "一等奖", PrizeKind.RANK, 1, by="stage"),
        Prize("two", "二等奖", PrizeKind.RANK, 2, by="stage"),
        Prize("all", "入围奖", PrizeKind.ALL, 0, by="stage"),
    )
    stage = [*team(4, 1, "g", "h"), *team(1, 2, "a"), *team(2, 3, "c", "d", "e"), *team(3, 4, "f")]

    drawn = give(rules, stage)

    assert held(drawn, "one") == {"g", "h"}
    assert held(drawn, "two") == {"a", "c", "d", "e"}
    assert held(drawn, "all") == {"f"}


def test_teams_that_share_a_place_are_parted_whole() -> None:
    rules = rules_of(Prize("one", "一等奖", PrizeKind.RANK, 1, by="stage"))

    drawn = give(rules, [*team(1, 1, "a", "b", "c"), *team(2, 1, "d", "e", "f")])

    assert held(drawn, "one") in ({"a", "b", "c"}, {"d", "e", "f"})


def guide() -> dict:
    """What the script of the guide defines, as it stands there."""
    found = re.search(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    names: dict = {}
    exec(found.group(1), names)  # noqa: S102 - our own guide
    return names


def test_an_outsider_replays_prizes_of_several_lists() -> None:
    """The script of the guide as it stands; what is read off its order is said there."""
    names = guide()
    one = Prize("one", "一等奖", PrizeKind.RANK, 1, by="stage")
    rules = rules_of(one, LUCKY)
    rows = [*team(1, 1, "a", "b"), *team(2, 1, "c", "d")]
    rows += on("round-1", *((name, 90, 1) for name in "abcdefgh"))
    text = lists_text(rules, rows)
    drawn = give(rules, rows)
    first = (text, sha256(text), sha256(SEED), SEED, NUMBER)

    order = names["replay"](*first, "one", lambda row: row["list"] == "stage", by_rank=True)
    team_of = {row.entry: row.part for row in rows if row.part}
    won = [entry for entry in order if team_of[entry] == team_of[order[0]]]
    lucky = names["replay"](
        *first, "lucky", lambda row: row["list"] == "round-1" and row["entry"] not in won
    )

    assert [row.entry for row in drawn if row.prize == "one"] == won
    assert [row.entry for row in drawn if row.prize == "lucky"] == lucky[:3]


@pytest.mark.parametrize(
    ("prize", "places"),
    [
        (FIRST, set()),
        (GOOD, set()),
        (replace(FIRST, by="round-3"), {"by"}),
        (replace(FIRST, by="round-0"), {"by", "kind"}),
        (replace(GOOD, by="round-1"), {"kind"}),
        (replace(GOOD, count=5), {"count"}),
        (replace(GOOD, reserve=1), {"reserve"}),
        (replace(GOOD, kind=PrizeKind.LOT, count=3, reserve=3), set()),
        (replace(GOOD, kind=PrizeKind.RANK, count=3), {"kind"}),
        (replace(GOOD, least_milli=1, most_milli=2), {"least_points", "most_points"}),
        (replace(GOOD, by="round-2", least_milli=2, widened_milli=1), {"widened_points"}),
        (replace(FIRST, by="stage", reserve=1), {"reserve"}),
        (replace(FIRST, by="stage", kind=PrizeKind.LOT), {"kind"}),
    ],
)
def test_what_a_list_cannot_give_is_named(prize, places) -> None:
    found = problems_of(rules_of(prize), (), LISTS)

    assert {problem.place.rpartition("-")[2] for problem in found} == places


def test_a_plan_written_before_there_were_lists_goes_by_the_first_round() -> None:
    stored = rules_of(replace(FIRST, by="round-1")).to_json()
    for prize in stored["prizes"]:
        del prize["by"]

    assert AwardRules.from_json(stored).lists == {"round-1"}


def days(day: str, *rows: tuple[str, int]) -> list[Listed]:
    return on("days", *((entry, points, 1) for entry, points in rows), part=day)


DAILY = Prize("daily", "每日奖", PrizeKind.LOT, 2, least_milli=100_000, by="days")


def test_so_many_are_drawn_of_each_day_and_a_poor_day_lends_none_to_another() -> None:
    rows = [
        *days("2026-09-01", ("a", 100), ("b", 100), ("c", 100), ("d", 90)),
        *days("2026-09-02", ("e", 100)),
        *days("2026-09-03", ("f", 100), ("g", 100)),
    ]

    drawn = give(rules_of(DAILY), rows)

    won = held(drawn, "daily")
    assert {"e", "f", "g"} < won
    assert len(won) == 5
    assert len(won & {"a", "b", "c"}) == 2
    assert [row.place for row in drawn] == [1, 2, 3, 4, 5]


def test_who_won_an_earlier_prize_leaves_the_place_of_the_day_to_another() -> None:
    rows = [
        *on("round-1", ("a", 100, 1)),
        *days("2026-09-01", ("a", 100), ("b", 100), ("c", 100)),
    ]

    drawn = give(rules_of(replace(LUCKY, count=1, reserve=0), DAILY), rows)

    assert held(drawn, "lucky") == {"a"}
    assert held(drawn, "daily") == {"b", "c"}


def test_an_outsider_replays_the_draw_of_a_day() -> None:
    rows = [
        row
        for day in ("2026-09-01", "2026-09-02")
        for row in days(day, *((f"{day}{name}", 100) for name in "abcd"))
    ]
    text = lists_text(rules_of(DAILY), rows)

    order = guide()["replay"](
        *(text, sha256(text), sha256(SEED), SEED, NUMBER, "daily"),
        lambda row: row["list"] == "days" and row["part"] == "2026-09-02",
    )

    won = held(give(rules_of(DAILY), rows), "daily")
    assert set(order[:2]) == {entry for entry in won if entry.startswith("2026-09-02")}


@pytest.mark.parametrize(
    ("prize", "places"),
    [
        (DAILY, []),
        (replace(DAILY, kind=PrizeKind.RANK), ["prizes-0-kind"]),
        (replace(DAILY, kind=PrizeKind.ALL, count=0), ["prizes-0-kind"]),
        (replace(DAILY, reserve=1), ["prizes-0-reserve"]),
    ],
)
def test_of_days_prizes_are_drawn_and_nobody_waits(prize, places) -> None:
    assert [p.place for p in problems_of(rules_of(prize), (), LISTS)] == places
