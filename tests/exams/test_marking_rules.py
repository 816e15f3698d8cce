"""Marks by people, purely: who may take which, what steps give, what two and three marks decide."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.exams.rules import (
    may_mark,
    next_slot,
    parse_points,
    points_of,
    settle,
    steps_fault,
)

POINTS = st.integers(0, 10_000)
D = Decimal


class TestSettling:
    def test_one_mark_decides_where_one_is_asked(self) -> None:
        assert settle({}, 1, 0).points_milli is None
        assert settle({1: 6_000}, 1, 0).points_milli == 6_000

    def test_two_marks_within_the_tolerance_give_their_mean(self) -> None:
        assert settle({1: 6_000, 2: 8_000}, 2, 2_000).points_milli == 7_000
        assert settle({1: 6_000, 2: 7_999}, 2, 2_000).points_milli == 7_000  # 6.9995 rounded up

    def test_two_marks_that_differ_by_more_wait_for_a_third(self) -> None:
        decided = settle({1: 6_000, 2: 8_001}, 2, 2_000)

        assert (decided.points_milli, decided.wanted) == (None, 3)

    def test_the_third_mark_alone_decides(self) -> None:
        assert settle({1: 6_000, 2: 9_000, 3: 7_500}, 2, 2_000).points_milli == 7_500

    @given(POINTS, POINTS, POINTS)
    def test_the_order_of_two_marks_does_not_matter_and_the_mean_lies_between(
        self, first, second, tolerance
    ) -> None:
        decided = settle({1: first, 2: second}, 2, tolerance)

        assert decided == settle({1: second, 2: first}, 2, tolerance)
        if decided.points_milli is None:
            assert abs(first - second) > tolerance
        else:
            assert abs(decided.points_milli - Fraction(first + second, 2)) <= Fraction(1, 2)


class TestTaking:
    @pytest.mark.parametrize(
        ("wanted", "taken", "slot"),
        [
            (1, set(), 1),
            (1, {1}, None),
            (2, {1}, 2),
            (2, {2}, 1),
            (3, {1, 2}, 3),
            (3, {1, 2, 3}, None),
        ],
    )
    def test_the_first_free_mark_is_taken(self, wanted, taken, slot) -> None:
        assert next_slot(wanted, taken) == slot

    def test_nobody_marks_themselves_or_twice_or_against_a_conflict(self) -> None:
        assert may_mark(1, 2, marked_by={3}, conflicts={4})
        assert not may_mark(1, 1, marked_by=(), conflicts=())
        assert not may_mark(1, 2, marked_by={1}, conflicts=())
        assert not may_mark(1, 2, marked_by=(), conflicts={2})


class TestSteps:
    def test_a_rubric_of_another_total_is_scaled(self) -> None:
        assert points_of([D(3), D(1)], [D(4), D(2)], 10_000) == 6_667
        assert points_of([D("2.5"), D(2)], [D(3), D(2)], 5_000) == 4_500

    @pytest.mark.parametrize(
        ("steps", "fault"),
        [
            ([D(3), D(2)], None),
            ([D(0), D("1.999")], None),
            ([D(3)], 2),
            ([D(3), D(2), D(0)], 3),
            ([D(4), D(2)], 1),
            ([D(3), D("1.9995")], 2),
            ([D(-1), D(0)], 1),
            ([D("NaN"), D(0)], 1),
            ([D("1E+999999"), D(0)], 1),
        ],
    )
    def test_a_step_gives_what_it_can(self, steps, fault) -> None:
        assert steps_fault(steps, [D(3), D(2)]) == fault

    @given(st.lists(st.tuples(POINTS, POINTS).filter(max), min_size=1, max_size=8), POINTS)
    def test_all_steps_give_all_and_never_more(self, pairs, worth) -> None:
        most = [D(max(pair)) / 1000 for pair in pairs]
        steps = [D(min(pair)) / 1000 for pair in pairs]

        assert points_of(most, most, worth) == worth
        assert 0 <= points_of(steps, most, worth) <= worth


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("2", Decimal(2)),
        (" 2.5 ", Decimal("2.5")),
        ("２．５", Decimal("2.5")),
        ("2。5", Decimal("2.5")),
        ("0", Decimal(0)),
        ("", None),
        ("-1", None),
        ("1e3", None),
        ("NaN", None),
        ("1.2.3", None),
        (".", None),
        ("9" * 13, None),
        ("很好", None),
        ("²", Decimal(2)),
    ],
)
def test_points_are_read_as_they_are_typed(typed, points) -> None:
    assert parse_points(typed) == points
