"""A sheet as its cells in words, with what is strange about some of them; no meaning yet."""

from dataclasses import dataclass, field

from learning.question_bank.formats.contract import SourceProblem

MAX_CELL = 32_767
"""Characters: what Excel itself allows in a cell."""

Place = tuple[int, int]
"""Row and column, from 1."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an author has to know of a cell, should it turn out to matter."""

    code: str
    message: str
    is_loss: bool = False


@dataclass(slots=True)
class Table:
    """The cells that hold something, by row and column from 1, without white space at the ends.

    `pictures` are Markdown, taken out as they are used; their cells are among `rows`, perhaps "".
    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    notes: dict[Place, Note] = field(default_factory=dict)
    pictures: dict[Place, list[str]] = field(default_factory=dict)

    def problem(self, place: Place, note: Note) -> SourceProblem:
        """Say it with the address of the cell."""
        return SourceProblem(self.address(place), note.code, note.message, note.is_loss)

    def address(self, place: Place) -> str:
        """Return the address of a cell as people write it: 题目!C7."""
        row, column = place
        return (
            f"{self.name}!{column_letters(column)}{row}"
            if self.name
            else (f"第 {row} 行第 {column} 列")
        )

    def row_address(self, row: int) -> str:
        """Return the place of a row."""
        return f"{self.name}!第 {row} 行" if self.name else f"第 {row} 行"


def column_letters(column: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
