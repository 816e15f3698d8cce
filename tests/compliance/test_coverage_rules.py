"""Figures, requirements and cells of the matrix: pure rules."""

import pytest

from learning.compliance.loader import parse_matrix
from learning.compliance.rules.coverage import Asked, Figures, Requirements, Sum, roll_up
from learning.compliance.rules.requirements import Cell, cell_of, parse_cell
from learning.kernel.documents import Column, read_sheet, write_workbook


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
    assert (asked.required(3, 10), asked.required(1, 10)) == ({101}, {100, 101})


def test_a_unit_above_itself_ends_there() -> None:
    asked = Requirements({(1, 10): {100: Asked(1, "required")}}, {1: 2, 2: 1})

    assert asked.required(1, 10) == {100}


def test_figures_roll_up_to_the_root_and_keep_contractors_apart() -> None:
    own = {1: Sum(Figures(4, 3)), 3: Sum(Figures(), Figures(2, 1))}

    rolled = roll_up(own, {1: None, 2: 1, 3: 2})

    assert rolled[1] == Sum(Figures(4, 3), Figures(2, 1))
    assert rolled[2] == rolled[3] == Sum(Figures(), Figures(2, 1))


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
