"""The sheet of a plan: its rows as typed, with the address of each cell; writes nothing."""

from learning.competitions.rules.targets import TypedTarget
from learning.kernel.documents import Sheet, cell_address, cell_text
from learning.kernel.errors import Invalid, Problem

COLUMNS = 3  # kind, of what, target; what stands further right is for people to read
HEADS = frozenset({"类别", "kind"})


def parse_targets(sheet: Sheet) -> list[TypedTarget]:
    """Return the rows of a plan below its head; those without any of the three cells are left out.

    Raises Invalid with the cells that hold an Excel error.
    """
    rows: list[TypedTarget] = []
    problems: list[Problem] = []
    for number, cells in enumerate(sheet.rows):
        texts = [cell_text(cells[i]).strip() if i < len(cells) else "" for i in range(COLUMNS)]
        if not any(texts) or texts[0].casefold() in HEADS:
            continue
        first, second, third = (cell_address(number, column) for column in range(COLUMNS))
        faults = [column for column in range(COLUMNS) if (number, column) in sheet.errors]
        problems += [
            Problem("", number + 1, cell_address(number, column), "cell_error", "cell_error")
            for column in faults
        ]
        if not faults:
            places = (first, second, third)
            rows.append(TypedTarget(texts[0], texts[1], texts[2], number + 1, places))
    if problems:
        raise Invalid(problems)
    return rows
