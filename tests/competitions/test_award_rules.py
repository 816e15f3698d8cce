"""Prizes by rank and by lot: who wins, who follows, and that an outsider finds the same."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.competitions.rules.awards import (
    AwardRules,
    AwardStatus,
    Drawn,
    Listed,
    Prize,
    draw,
    is_number,
    list_text,
    next_in_reserve,
    normalised_number,
    problems_of,
    read_list,
    sha256,
)
from learning.competitions.rules.prize_lists import PrizeKind

SEED, NUMBER = "5e" * 32, "03 08 17 21 28 30 + 11"
FULL = Prize("full", "满分奖", PrizeKind.LOT, 2, least_milli=100_000, reserve=1)
GOOD = Prize("good", "优秀奖", PrizeKind.LOT, 2, least_milli=90_000, most_milli=99_999)
TOP = Prize("top", "名次奖", PrizeKind.RANK, 2, reserve=1)
GUIDE = Path(__file__).parents[2] / "docs/replaying-a-draw.md"


def listed(*points: int, division: str = "") -> list[Listed]:
    """Entries e00, e01, … with points in thousandths, best first."""
    return [
        Listed(f"e{i:02d}", p, 1 + sum(q > p for q in points), division)
        for i, p in enumerate(points)
    ]


def drawn_of(prizes: list[Prize], entries: list[Listed]) -> list[Drawn]:
    return draw(prizes, entries, seed=SEED, number=NUMBER, list_hash=sha256(list_text(entries)))


def held(drawn: list[Drawn], prize: str) -> list[str]:
    return [d.entry for d in drawn if d.prize == prize and d.status is AwardStatus.HELD]


entries = st.lists(
    st.tuples(st.integers(-1000, 100_000), st.sampled_from(["", "staff", "campus"])), max_size=40
).map(
    lambda rows: [
        Listed(f"e{i:02d}", p, 1 + sum(q > p for q, _ in rows), d) for i, (p, d) in enumerate(rows)
    ]
)
prizes = st.lists(
    st.builds(
        Prize,
        code=st.sampled_from(["a", "b", "c", "d"]),
        title=st.just("奖"),
        kind=st.sampled_from([PrizeKind.RANK, PrizeKind.LOT]),
        count=st.integers(1, 5),
        least_milli=st.none() | st.integers(0, 100_000),
        most_milli=st.none() | st.integers(0, 100_000),
        division=st.sampled_from(["", "staff"]),
        reserve=st.integers(0, 5),
    ),
    max_size=4,
    unique_by=lambda prize: prize.code,
)


def test_only_who_lies_in_the_band_can_win_and_the_rest_stands_in_reserve():
    everybody = listed(100_000, 100_000, 100_000, 99_999, 95_000, 90_000, 89_999)

    drawn = drawn_of([FULL, GOOD], everybody)

    full, good = held(drawn, "full"), held(drawn, "good")
    assert len(full) == 2
    assert set(full) < {"e00", "e01", "e02"}
    assert len(good) == 2
    assert set(good) < {"e03", "e04", "e05"}
    waiting = [d.entry for d in drawn if d.status is AwardStatus.RESERVE]
    assert set(waiting) == {"e00", "e01", "e02"} - set(full)


def test_by_rank_the_better_wins_and_equals_are_parted_by_lot():
    drawn = drawn_of([TOP], listed(100_000, 99_000, 99_000, 99_000, 98_000))

    first, second = held(drawn, "top")
    assert first == "e00"
    assert second in {"e01", "e02", "e03"}
    lots = {
        e: sha256(
            f"{SEED}:{NUMBER}:{sha256(list_text(listed(100_000, 99_000, 99_000, 99_000, 98_000)))}:top:{e}"
        )
        for e in ("e01", "e02", "e03")
    }
    assert second == min(lots, key=lambda e: lots[e])


def test_fewer_than_the_count_all_win():
    assert held(drawn_of([FULL], listed(100_000, 90_000)), "full") == ["e00"]


@given(entries, prizes, st.randoms())
def test_the_order_of_the_entries_changes_nothing(rows, wanted, random):
    mixed = list(rows)
    random.shuffle(mixed)

    assert drawn_of(wanted, mixed) == drawn_of(wanted, rows)


@given(entries, prizes)
def test_nobody_wins_twice_and_no_place_is_left_free_while_somebody_could_have_it(rows, wanted):
    drawn = drawn_of(wanted, rows)

    winners = [d.entry for d in drawn if d.status is AwardStatus.HELD]
    assert len(winners) == len(set(winners))
    by_entry = {row.entry: row for row in rows}
    for prize in wanted:
        won = held(drawn, prize.code)
        able = {
            e
            for e, row in by_entry.items()
            if (prize.least_milli is None or row.points_milli >= prize.least_milli)
            and (prize.most_milli is None or row.points_milli <= prize.most_milli)
            and prize.division in {"", row.division}
        }
        assert set(won) <= able
        assert len(won) == prize.count or able <= set(winners)


@given(entries, prizes)
def test_an_outsider_with_the_script_of_the_guide_finds_the_same(rows, wanted):
    code = re.search(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert code is not None
    names: dict = {}
    exec(code.group(1), names)  # noqa: S102 - our own guide
    text = list_text(rows)
    taken: list[str] = []
    for prize in wanted:
        least, most = prize.least_milli, prize.most_milli

        def may_win(row, least=least, most=most, prize=prize, taken=taken) -> bool:
            return (
                row["entry"] not in taken
                and (least is None or float(row["points"]) >= least / 1000)
                and (most is None or float(row["points"]) <= most / 1000)
                and prize.division in {"", row["division"]}
            )

        order = names["replay"](
            text,
            sha256(text),
            sha256(SEED),
            SEED,
            NUMBER,
            prize.code,
            may_win,
            by_rank=prize.kind is PrizeKind.RANK,
        )
        drawn = [d for d in drawn_of(wanted, rows) if d.prize == prize.code]
        assert [d.entry for d in drawn] == order[: prize.count + prize.reserve]
        taken += order[: prize.count]


def test_the_script_of_the_guide_is_at_most_twenty_lines_of_code():
    code = re.search(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)

    assert code is not None
    assert len([line for line in code.group(1).splitlines() if line.strip()]) <= 20


@given(entries)
def test_a_list_comes_back_as_it_was_written(rows):
    assert read_list(list_text(rows)) == sorted(rows, key=lambda e: e.entry)


def test_who_holds_a_prize_is_passed_over_when_the_reserve_follows():
    rows = [
        Drawn("a", 1, "x", AwardStatus.STRUCK),
        Drawn("a", 2, "y", AwardStatus.RESERVE),
        Drawn("a", 3, "z", AwardStatus.RESERVE),
        Drawn("b", 1, "y", AwardStatus.HELD),
    ]

    follower = next_in_reserve(rows, "a")

    assert follower is not None
    assert follower.entry == "z"
    assert next_in_reserve(rows, "b") is None


@pytest.mark.parametrize(
    ("typed", "number"), [(" 03  08\t17 ", "03 08 17"), ("3,214.57", "3,214.57")]
)
def test_a_public_number_is_hashed_as_it_is_printed(typed, number):
    assert normalised_number(typed) == number
    assert is_number(number)


@pytest.mark.parametrize("text", ["", "无", "1:2", "1\x00", "9" * 101])
def test_what_cannot_be_a_public_number_is_refused(text):
    assert not is_number(text)


def test_every_fault_of_a_plan_is_named_by_its_field():
    at = datetime(2026, 12, 1, tzinfo=UTC)
    bad = AwardRules(
        (
            Prize("Bad code", " ", PrizeKind.LOT, 0, 2000, 1000, "nowhere", -1),
            Prize("x", "一", PrizeKind.LOT, 1),
            Prize("x", "二", PrizeKind.LOT, 1),
        ),
        source=" ",
        source_at=at,
        objection_days=0,
        claim_days=400,
    )

    assert {problem.place for problem in problems_of(bad, ["staff"])} == {
        "source",
        "objection_days",
        "claim_days",
        *(
            f"prizes-0-{p}"
            for p in ("code", "title", "count", "reserve", "most_points", "division")
        ),
        "prizes-2-code",
    }
    assert {p.place for p in problems_of(AwardRules((), "福彩", at, 1, 1), [])} == {"prizes"}


def test_rules_come_back_from_storage_as_they_were():
    rules = AwardRules((FULL, TOP), "某指数收盘点位", datetime(2026, 12, 1, tzinfo=UTC), 7, 30)

    assert AwardRules.from_json(rules.to_json()) == rules
