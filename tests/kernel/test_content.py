"""Content is read with every problem collected, at its line."""

from decimal import Decimal

import pytest

from learning.kernel.content import (
    MAX_BYTES,
    ProblemList,
    numbered_lines,
    parse_toml,
    read_text,
    read_toml,
    split_front_matter,
    split_sections,
)
from learning.kernel.errors import Invalid


@pytest.fixture
def problems() -> ProblemList:
    return ProblemList()


def codes(problems: ProblemList) -> list[tuple[int | None, str, str]]:
    return [(problem.line, problem.place, problem.code) for problem in problems]


def test_a_file_is_read_with_plain_line_ends_and_without_its_mark(tmp_path, problems) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeff甲\r\n乙\r丙".encode())

    assert read_text(path, problems.at(path)) == "甲\n乙\n丙"
    assert len(problems) == 0


def test_unreadable_files_are_problems(tmp_path, problems) -> None:
    encoded, large = tmp_path / "a.md", tmp_path / "b.md"
    encoded.write_bytes("好\n".encode() + "坏".encode("gbk"))
    large.write_bytes(b"x" * (MAX_BYTES + 1))

    for path in (encoded, large, tmp_path / "none.md", tmp_path):
        assert read_text(path, problems.at(path)) is None

    assert codes(problems) == [
        (2, "", "encoding"),
        (None, "", "too_large"),
        (None, "", "unreadable"),
        (None, "", "unreadable"),
    ]
    assert str(next(iter(problems))).startswith(f"{encoded.as_posix()}:2: ")


def test_every_problem_of_a_table_is_collected_with_its_line(problems) -> None:
    table = parse_toml(
        'name = ""\ncount = "3"\nrate = true\nlist = ["a", 1]\nkind = "x"\nrows = [1]\nextra = 1\n',
        problems.at("a.toml"),
        first_line=2,
    )

    assert table is not None
    assert table.text("name") == ""
    assert table.text("absent") == ""
    assert table.whole("count") == 0
    assert table.decimal("rate") == 0
    assert table.texts("list") == ()
    assert table.one_of("kind", {"a": 1}) is None
    assert table.tables("rows") == []
    table.refuse_unknown()

    assert codes(problems) == [
        (2, "name", "empty"),
        (None, "absent", "missing"),
        (3, "count", "type"),
        (4, "rate", "type"),
        (5, "list", "type"),
        (6, "kind", "unknown_value"),
        (7, "rows", "type"),
        (8, "extra", "unknown_key"),
    ]


def test_good_values_are_read_exactly(problems) -> None:
    table = parse_toml(
        'name = " 甲 "\ncount = 3\nrate = 0.10\nwhole = 2\non = true\nlist = ["a "]\nkind = "a"\n'
        "[[rows]]\nx = 1\n[[rows]]\n",
        problems.at("a.toml"),
    )

    assert table is not None
    assert table.text("name") == "甲"
    assert table.text("absent", default="缺省") == "缺省"
    assert table.whole("count") == 3
    assert table.whole("absent", default=7) == 7
    assert str(table.decimal("rate")) == "0.10"
    assert table.decimal("whole") == Decimal(2)
    assert table.decimal("absent", default=Decimal(1)) == 1
    assert table.flag("on") is True
    assert table.flag("absent") is False
    assert table.texts("list") == ("a",)
    assert table.texts("absent") == ()
    assert table.one_of("kind", {"a": 1}) == 1
    rows = table.tables("rows")
    assert [row.whole("x", default=0) for row in rows] == [1, 0]
    table.refuse_unknown()
    assert len(problems) == 0


def test_a_problem_inside_a_list_of_tables_names_the_entry(problems) -> None:
    table = parse_toml("[[rows]]\nx = 1\n[[rows]]\ny = 1\n", problems.at("a.toml"))

    assert table is not None
    for row in table.tables("rows"):
        row.whole("x")

    assert codes(problems) == [(None, "rows[2].x", "missing")]


def test_a_required_word_that_is_empty_is_reported_once(problems) -> None:
    table = parse_toml('kind = ""\n', problems.at("a.toml"))

    assert table is not None
    assert table.one_of("kind", {"a": 1}) is None
    assert codes(problems) == [(1, "kind", "empty")]


def test_broken_toml_names_its_line(tmp_path, problems) -> None:
    path = tmp_path / "a.toml"
    path.write_text('a = 1\nb = "\n', encoding="utf-8")

    assert read_toml(path, problems.at(path)) is None
    assert read_toml(tmp_path / "none.toml", problems.at(path)) is None
    assert parse_toml("a = 1\na = ", problems.at("x"), first_line=5) is None
    assert parse_toml("x = 1e99999999999999999999", problems.at("x")) is None
    assert codes(problems) == [
        (2, "", "toml"),
        (None, "", "unreadable"),
        (6, "", "toml"),
        (None, "", "toml"),
    ]


def test_a_readable_toml_file_gives_its_table(tmp_path, problems) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n", encoding="utf-8")

    table = read_toml(path, problems.at(path))

    assert table is not None
    assert table.whole("a") == 1


def test_front_matter_and_body_know_their_lines(problems) -> None:
    front = split_front_matter("+++\na = 1\n+++\n\n正文", problems.at("a.md"))

    assert front is not None
    assert (front.toml, front.toml_line) == ("a = 1", 2)
    assert (front.body, front.body_line) == ("\n正文", 4)


@pytest.mark.parametrize("text", ["正文", "+++\na = 1\n"])
def test_missing_front_matter_is_a_problem(text, problems) -> None:
    assert split_front_matter(text, problems.at("a.md")) is None
    assert codes(problems) == [(1, "", "front_matter")]


def test_sections_end_at_the_next_heading_and_fences_hide_headings() -> None:
    text = "前言\n# 一 #\n```\n# 不是\n```\n### 深\n## 二\n正文"

    sections = split_sections(text, first_line=10)

    assert [(s.line, s.level, s.title) for s in sections] == [
        (10, 0, ""),
        (11, 1, "一"),
        (16, 2, "二"),
    ]
    assert [line.number for line in sections[1].lines] == [12, 13, 14, 15]


def test_a_fence_ends_with_its_own_mark() -> None:
    lines = numbered_lines("a\n````\n```\n~~~\n`````\nb")

    assert [line.is_code for line in lines] == [False, True, True, True, True, False]


def test_collected_problems_can_be_raised_together(problems) -> None:
    problems.raise_if_any()
    problems.at("a").add(1, "x", "one", "一")
    problems.at("b").add(None, "", "two", "二")

    with pytest.raises(Invalid) as caught:
        problems.raise_if_any()

    assert [problem.code for problem in caught.value.problems] == ["one", "two"]
