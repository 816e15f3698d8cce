"""The matrix as a spreadsheet: posts down, schemes across, a level in each cell. Parses only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from learning.compliance.rules.requirements import Cell, parse_cell
from learning.kernel.documents import Sheet, cell_address, cell_text
from learning.organisations.rules.names import name_key

HEAD_ROWS = 10  # a title and notes may stand above the heading
POST_HEADS = frozenset({"岗位", "岗位名称", "post", "post name"})


@dataclass(frozen=True, slots=True)
class MatrixProblem:
    """What is wrong with a cell: `code` is stable, `value` what stands there."""

    cell: str
    value: str
    code: str


@dataclass(slots=True)
class ParsedMatrix:
    """Cells by the public ids of post and scheme, and every problem, in order of the sheet."""

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    problems: list[MatrixProblem] = field(default_factory=list)


def parse_matrix(
    sheet: Sheet, *, posts: Mapping[str, str], schemes: Mapping[str, str]
) -> ParsedMatrix:
    """Return what a sheet asks. `posts` and `schemes` are public ids by name.

    Problems: no_heading, unknown_scheme, unknown_post, twice, bad_cell, formula. Rows without a
    post and columns without a heading are passed over when they are empty.
    """
    parsed = ParsedMatrix()
    known_posts = {name_key(name): row for name, row in posts.items()}
    known_schemes = {name_key(name): row for name, row in schemes.items()}
    head = _find_heading(sheet)
    if head is None:
        parsed.problems.append(MatrixProblem("A1", "", "no_heading"))
        return parsed
    top, first = head
    columns: dict[int, str] = {}
    for place, raw in enumerate(sheet.rows[top]):
        name = cell_text(raw).strip()
        if place <= first or not name:
            continue
        scheme = known_schemes.get(name_key(name))
        if scheme is None or scheme in columns.values():
            code = "unknown_scheme" if scheme is None else "twice"
            parsed.problems.append(MatrixProblem(cell_address(top, place), name[:80], code))
        else:
            columns[place] = scheme
    for line in range(top + 1, len(sheet.rows)):
        _read_row(sheet, line, first, columns, known_posts, parsed)
    return parsed


def _find_heading(sheet: Sheet) -> tuple[int, int] | None:
    for line, row in enumerate(sheet.rows[:HEAD_ROWS]):
        for place, raw in enumerate(row):
            if cell_text(raw).strip().casefold() in POST_HEADS:
                return line, place
    return None


def _read_row(
    sheet: Sheet,
    line: int,
    first: int,
    columns: Mapping[int, str],
    known_posts: Mapping[str, str],
    parsed: ParsedMatrix,
) -> None:
    row = sheet.rows[line]
    texts = {place: cell_text(row[place]).strip() for place in columns if place < len(row)}
    name = cell_text(row[first]).strip() if first < len(row) else ""
    if not name and not any(texts.values()):
        return
    post = known_posts.get(name_key(name))
    seen = {key[0] for key in parsed.cells}
    if post is None or post in seen:
        code = "unknown_post" if post is None else "twice"
        parsed.problems.append(MatrixProblem(cell_address(line, first), name[:80], code))
        return
    for place, scheme in columns.items():
        text = texts.get(place, "")
        cell = parse_cell(text)
        if (line, place) in sheet.formulas:
            parsed.problems.append(MatrixProblem(cell_address(line, place), text[:80], "formula"))
        elif cell is None:
            parsed.problems.append(MatrixProblem(cell_address(line, place), text[:80], "bad_cell"))
        else:
            parsed.cells[post, scheme] = cell
