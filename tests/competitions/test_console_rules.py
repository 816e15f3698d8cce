"""The ladder of departments, the days, and which areas are weak."""

import json
from datetime import UTC, date, datetime

from learning.competitions.rules.areas import EVERYONE, AreaCounting
from learning.competitions.rules.console import (
    AreaFigures,
    DepartmentCount,
    compare_areas,
    days_of,
    ladder,
)


def department(number: int, members: int, finished: int, sum_milli: int = 0) -> DepartmentCount:
    return DepartmentCount(number, f"部门{number}", members, finished, finished, sum_milli)


class TestLadder:
    def test_the_share_of_people_decides_and_equal_shares_have_one_standing(self) -> None:
        rungs = ladder(
            [department(1, 10, 5), department(2, 3, 2), department(3, 4, 2), department(4, 8, 0)]
        )

        assert [(rung.department.unit_id, rung.standing) for rung in rungs] == [
            (2, 1),
            (1, 2),
            (3, 2),
            (4, 4),
        ]
        assert rungs[0].department.share_permille == 666  # cut, never rounded up

    def test_nobody_in_a_department_is_no_share_and_no_mean(self) -> None:
        empty = department(1, 0, 0)

        assert empty.share_permille == 0
        assert empty.mean_centi is None

    def test_a_mean_is_rounded_half_up_to_hundredths(self) -> None:
        # 91.004 + 92.007 = 183.011; half of it is 91.5055
        assert department(1, 2, 2, 183_011).mean_centi == 9151


class TestDays:
    def test_days_are_those_of_the_zone_without_gaps_up_to_now(self) -> None:
        late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # the 21st at 01:00 in Shanghai
        days = days_of(
            [(late, 2), (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), 1)],
            [(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), 1)],
            "Asia/Shanghai",
            datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
        )

        assert [(day.day.day, day.entries, day.finished) for day in days] == [
            (21, 2, 0),
            (22, 2, 1),
            (23, 3, 1),
            (24, 3, 1),
        ]
        assert days[0].day == date(2026, 11, 21)

    def test_without_entries_there_are_no_days(self) -> None:
        assert days_of([], [], "Asia/Shanghai", datetime(2026, 11, 24, tzinfo=UTC)) == []


def area(name: str, right: int, answered: int = 20) -> AreaFigures:
    return AreaFigures(name, answered, right, right * 1000, answered * 1000)


class TestAreas:
    def test_the_three_lowest_shares_are_weak_whatever_everyone_did(self) -> None:
        own = [area("甲", 10), area("乙", 18), area("丙", 4), area("丁", 12), area("戊", 20)]
        everyone = [area("甲", 8), area("丙", 10)]

        compared = compare_areas(own, everyone)

        assert [(c.own.area, c.is_weak) for c in compared] == [
            ("丙", True),
            ("甲", True),
            ("丁", True),
            ("乙", False),
            ("戊", False),
        ]
        assert [c.gap_permille for c in compared[:2]] == [-300, 100]

    def test_few_answers_and_areas_without_a_mistake_are_never_called_weak(self) -> None:
        compared = compare_areas([area("少", 0, answered=9), area("全对", 20)], [])

        assert [c.is_weak for c in compared] == [False, False]

    def test_an_answer_counts_for_everyone_and_for_its_organisation(self) -> None:
        counting = AreaCounting({7: "抽样", 8: "图表"}.__getitem__)
        answers = json.dumps([[1, 7, None, None, '"a"'], [2, 8, None, None, '"b"']])
        counting.add("12", answers, json.dumps([[2000, 4000, "partial"], [4000, 4000, "right"]]))
        counting.add("", answers, json.dumps([[0, 4000, "wrong"], [0, 4000, "excluded"]]))

        assert list(counting.figures()) == [
            (EVERYONE, AreaFigures("图表", 1, 1, 4000, 4000)),
            (EVERYONE, AreaFigures("抽样", 2, 0, 2000, 8000)),
            ("12", AreaFigures("图表", 1, 1, 4000, 4000)),
            ("12", AreaFigures("抽样", 1, 0, 2000, 4000)),
        ]
