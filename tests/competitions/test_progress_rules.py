"""Plan against result, by hand-computed figures: targets as typed, expectation, what stands out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from learning.competitions.rules.console import Day
from learning.competitions.rules.desks import code_of
from learning.competitions.rules.progress import (
    OddKind,
    Part,
    UnitLine,
    cut_provinces,
    expected_by,
    find_oddities,
)
from learning.competitions.rules.targets import (
    Plan,
    TargetKind,
    TypedTarget,
    UnitKeys,
    check_targets,
)

OPENS = datetime(2026, 8, 28, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=100)
KEYS = UnitKeys({42: 7}, {"JX01": 7, "91110000100000000X": 8})


def typed(*rows: tuple[str, str, str]) -> list[TypedTarget]:
    return [TypedTarget(*row, number, ("A1", "B1", "C1")) for number, row in enumerate(rows, 2)]


class TestTargets:
    def test_each_kind_is_named_as_people_name_it(self) -> None:
        changes, problems = check_targets(
            typed(
                ("合计", "", "5,000"),
                ("省份", "山东", "900"),
                ("province", "610000", "100"),
                ("单位", code_of(42), "30"),
                ("unit", "91110000100000000x", "40"),
                ("日期", "2026-09-30", ""),
            ),
            KEYS,
            Plan(),
        )

        assert problems == []
        assert changes == {
            (TargetKind.TOTAL, ""): 5000,
            (TargetKind.PROVINCE, "37"): 900,
            (TargetKind.PROVINCE, "61"): 100,
            (TargetKind.UNIT, "7"): 30,
            (TargetKind.UNIT, "8"): 40,
            (TargetKind.DAY, "2026-09-30"): None,
        }

    def test_every_wrong_cell_is_named_at_once(self) -> None:
        _changes, problems = check_targets(
            typed(
                ("地区", "山东", "1"),
                ("省份", "齐国", "1"),
                ("单位", "000042-9", "1"),
                ("日期", "九月", "1"),
                ("省份", "山东", "一千"),
                ("省份", "37", "5"),
                ("合计", "", "-3"),
            ),
            KEYS,
            Plan(),
        )

        assert [(p.line, p.place, p.code) for p in problems] == [
            (2, "A1", "target_kind"),
            (3, "B1", "target_province"),
            (4, "B1", "target_unit"),
            (5, "B1", "target_day"),
            (6, "C1", "target_number"),
            (7, "B1", "target_twice"),
            (8, "C1", "target_number"),
        ]

    def test_days_add_up_and_never_fall_those_held_among_them(self) -> None:
        held = Plan(days={date(2026, 9, 1): 100})

        _changes, falls = check_targets(typed(("日期", "2026-09-10", "99")), KEYS, held)
        _changes, goes = check_targets(
            typed(("日期", "2026-09-10", "99"), ("日期", "2026-09-01", "")), KEYS, held
        )

        assert [p.code for p in falls] == ["target_falls"]
        assert goes == []

    def test_the_total_is_that_written_else_the_sum_of_provinces_else_of_units(self) -> None:
        provinces, units = {"37": 3, "61": 4}, {7: 5}

        assert Plan(9, provinces, units).in_all == 9
        assert Plan(None, provinces, units).in_all == 7
        assert Plan(None, {}, units).in_all == 5
        assert Plan().in_all is None


class TestExpectation:
    @pytest.mark.parametrize(
        ("days_over", "expected"), [(-1, 0), (0, 0), (25, 250), (100, 1000), (200, 1000)]
    )
    def test_without_days_it_is_a_straight_line_to_the_total(self, days_over, expected) -> None:
        now = OPENS + timedelta(days=days_over)

        assert expected_by(Plan(total=1000), OPENS, CLOSES, now, now.date()) == expected

    @pytest.mark.parametrize(
        ("day", "expected"),
        [("2026-08-28", 0), ("2026-09-02", 50), ("2026-09-07", 100), ("2026-09-12", 300),
         ("2026-09-17", 500), ("2026-12-01", 500)],
    )  # fmt: skip
    def test_with_days_it_runs_straight_between_them(self, day, expected) -> None:
        plan = Plan(days={date(2026, 9, 7): 100, date(2026, 9, 17): 500})

        assert expected_by(plan, OPENS, CLOSES, OPENS, date.fromisoformat(day)) == expected

    def test_without_a_plan_nothing_is_expected(self) -> None:
        assert expected_by(Plan(), OPENS, CLOSES, OPENS, OPENS.date()) is None


def unit(number: int, finished: int, *, headcount: int | None = 100, **more) -> UnitLine:
    part = Part(finished, finished, more.pop("mean", 80) * 1000 * finished)
    line = UnitLine(number, f"u{number}", f"单位{number}", "37", headcount, OPENS, part)
    return replace(line, **more)


class TestOddities:
    def kinds(self, units, days=(), *, elapsed=500, final=False):
        found = find_oddities(units, days, elapsed_permille=elapsed, is_final=final)
        return [(odd.kind, odd.unit.unit_id if odd.unit else None) for odd in found]

    def test_more_than_declared_and_nobody_at_all(self) -> None:
        units = [unit(1, 101), unit(2, 100), unit(3, 0), unit(4, 0, enrolled_at=None)]

        assert self.kinds(units) == [(OddKind.OVER, 1), (OddKind.IDLE, 3)]
        assert self.kinds(units, elapsed=300) == [(OddKind.OVER, 1)]

    def test_a_hall_full_within_an_hour(self) -> None:
        units = [
            unit(1, 37, busiest_hour=30),
            unit(2, 38, busiest_hour=30),
            unit(3, 29, busiest_hour=29),
        ]

        assert self.kinds(units) == [(OddKind.HOUR, 1)]

    def test_a_mean_far_from_the_others_once_published(self) -> None:
        units = [unit(n, 10, mean=mean) for n, mean in enumerate((78, 79, 80, 81, 82, 99))]
        units.append(unit(9, 9, mean=10))  # too few to say anything

        assert self.kinds(units) == []
        assert self.kinds(units, final=True) == [(OddKind.MEAN, 5)]

    def test_a_day_of_three_times_the_usual(self) -> None:
        first = date(2026, 9, 1)
        done = [40, 80, 120, 160, 200, 240, 280, 320, 440, 443]
        days = [Day(first + timedelta(days=n), count, count) for n, count in enumerate(done)]

        found = find_oddities([], days, elapsed_permille=0, is_final=False)

        assert [(odd.day, odd.count, odd.against) for odd in found] == [(date(2026, 9, 9), 120, 40)]


def test_provinces_add_up_their_units_and_rank_by_participants() -> None:
    units = [unit(1, 50), unit(2, 10, headcount=None), unit(3, 0, province="61", headcount=40)]
    parts = {"37": Part(70, 65, 1), "": Part(3, 2, 1)}

    lines = cut_provinces(units, parts, Plan(provinces={"61": 20, "11": 5}))

    assert [
        (x.code, x.units, x.headcount, x.covered, x.part.finished, x.target) for x in lines
    ] == [
        ("37", 2, 100, 50, 65, None),
        ("", 0, 0, 0, 2, None),
        ("11", 0, 0, 0, 0, 5),
        ("61", 1, 40, 0, 0, 20),
    ]
    assert lines[0].coverage_permille == 500
    assert lines[3].reached_permille == 0
