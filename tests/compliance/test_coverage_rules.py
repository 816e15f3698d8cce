"""Figures, cells, and the sweep of a forecast: pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.compliance.loader import parse_matrix
from learning.compliance.rules.coverage import (
    Asked,
    Figures,
    Line,
    Requirements,
    lines_of,
    roll_up,
    sum_lines,
)
from learning.compliance.rules.forecast import (
    Span,
    drops_by_month,
    held_by_month,
    month_ends,
    shortages_of,
    steps_of,
)
from learning.compliance.rules.requirements import Cell, cell_of, parse_cell
from learning.kernel.documents import Column, read_sheet, write_workbook

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = (1, 10, 100)


def line(required: int = 2, held: int = 2, needed: int | None = None) -> Line:
    return Line(*KEY[:2], 0, KEY[2], Asked(1, "required", needed), required, held)


def test_a_coverage_is_whole_only_when_nothing_is_missing_and_none_of_nothing() -> None:
    assert Figures(100_000, 99_999).permille == 999
    assert Figures(3, 3).permille == 1000
    assert Figures(0, 0).permille is None


def test_the_nearest_unit_above_decides_and_what_it_does_not_say_comes_from_further_up() -> None:
    asked = Requirements(
        {
            (1, 10): {100: Asked(1, "required"), 101: Asked(1, "required")},
            (2, 10): {100: Asked(2, "optional")},
        },
        {1: None, 2: 1, 3: 2},
    )

    assert asked.of(3, 10) == {100: Asked(2, "optional"), 101: Asked(1, "required")}
    assert asked.of(1, 10)[100] == Asked(1, "required")
    assert asked.of(3, 11) == {}


def test_whom_nothing_is_asked_counts_neither_above_nor_below_the_line() -> None:
    asked = Requirements({(1, 10): {100: Asked(1, "required")}}, {1: None})

    (found,) = lines_of(asked, {(1, 10, 0): 5}, {(1, 10, 0, 100): 3}, {(1, 10, 0, 100): (2, 1)})

    assert (found.required, found.held) == (3, 2)


def test_figures_roll_up_to_the_root_and_keep_contractors_apart() -> None:
    lines = [line(4, 3), line(2, 1)._replace(unit_id=3, is_contractor=1)]

    rolled = roll_up(sum_lines(lines, "unit_id"), {1: None, 2: 1, 3: 2})

    assert rolled[1].staff == Figures(4, 3)
    assert rolled[1].contractors == rolled[2].contractors == Figures(2, 1)
    assert rolled[2].staff == Figures()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("必须", Cell("required")),
        (" 必须 2 ", Cell("required", 2)),
        ("必3", Cell("required", 3)),
        ("Optional", Cell("optional")),
        ("", Cell()),
        ("可选 2", None),
        ("必须 0", None),
        ("2", None),
        ("也许", None),
        ("必须 99999", None),
    ],
)
def test_a_cell_of_a_spreadsheet_is_understood_or_refused(text: str, cell: Cell | None) -> None:
    assert parse_cell(text) == cell


def test_a_form_takes_a_number_only_where_something_is_required() -> None:
    assert cell_of("required", "3") == Cell("required", 3)
    assert cell_of("required", "") == Cell("required")
    assert cell_of("optional", "3") == Cell("optional")
    assert cell_of("required", "0") is None
    assert cell_of("required", "x") is None
    assert cell_of("maybe", "") is None


def test_every_wrong_cell_of_a_matrix_is_named() -> None:
    data = write_workbook(
        [Column("岗位", 10), Column("证书甲", 10), Column("没有的证", 10)],
        [("焊工", "必须 2", ""), ("没有的岗", "必须", ""), ("钳工", "大概", ""), ("焊工", "", "")],
    )

    parsed = parse_matrix(
        read_sheet(data), posts={"焊工": "W", "钳工": "Q"}, schemes={"证书甲": "A"}
    )

    assert parsed.cells == {("W", "A"): Cell("required", 2)}
    assert [(one.cell, one.code) for one in parsed.problems] == [
        ("C1", "unknown_scheme"),
        ("A3", "unknown_post"),
        ("B4", "bad_cell"),
        ("A5", "twice"),
    ]


def test_a_renewal_without_a_gap_changes_nothing_and_one_with_a_gap_twice() -> None:
    until = NOW + 365 * DAY
    first = Span(KEY, 1, NOW - DAY, NOW + 30 * DAY)
    assert steps_of([first, Span(KEY, 1, NOW + 30 * DAY, NOW + 999 * DAY)], NOW, until) == []

    steps = steps_of([first, Span(KEY, 1, NOW + 40 * DAY, NOW + 999 * DAY)], NOW, until)

    assert [(step.at - NOW, step.change) for step in steps] == [(30 * DAY, -1), (40 * DAY, 1)]


def test_a_shortage_is_named_at_the_first_instant_with_too_few() -> None:
    until = NOW + 365 * DAY
    ends = [NOW + days * DAY for days in (10, 20)]
    steps = steps_of([Span(KEY, n, NOW - DAY, end) for n, end in enumerate(ends)], NOW, until)

    (alone,) = shortages_of([line()], steps)
    (two,) = shortages_of([line(needed=2)], steps)
    (today,) = shortages_of([line(held=1, needed=2)], steps)

    assert (alone.at, alone.left) == (ends[1], 0)
    assert (two.at, two.left) == (ends[0], 1)
    assert (today.at, today.left, today.people) == (None, 1, 2)


def test_who_drops_out_at_one_instant_is_counted_as_one_change() -> None:
    end = NOW + 10 * DAY
    steps = steps_of([Span(KEY, n, NOW - DAY, end) for n in (1, 2)], NOW, NOW + 365 * DAY)

    (found,) = shortages_of([line(needed=2)], steps)

    assert (found.at, found.left) == (end, 0)


def test_months_end_at_midnight_of_the_zone_and_count_who_drops_out_in_them() -> None:
    ends = month_ends(NOW, "Asia/Shanghai")
    assert len(ends) == 12
    assert ends[0] == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert ends[1] == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    steps = steps_of([Span(KEY, 1, NOW - DAY, NOW + 20 * DAY)], NOW, ends[-1])

    assert drops_by_month(steps, ends, [line()])[:3] == [0, 1, 0]
    assert held_by_month([line()], steps, [NOW, *ends])[:3] == [(2, 2), (2, 2), (2, 1)]
