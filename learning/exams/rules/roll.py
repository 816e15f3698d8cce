"""The list of candidates, pasted or of a roster: one staff number or log-in name a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.kernel.errors import Invalid, Problem
from learning.organisations.rules.names import clean_text, fold_width
from learning.organisations.rules.roster import RosterProblem, RosterRow

MAX_LINES = 2_000
MAX_LINE_CHARS = 200
PLACE = "roll"  # the form's field


@dataclass(frozen=True, slots=True)
class RollLine:
    """A line of the list that says something; numbers count from 1 in the text as pasted."""

    number: int
    text: str


def parse_roll(text: str) -> list[RollLine]:
    """Return the lines that say something, cleaned; raises Invalid naming each line too long."""
    raw_lines = text.splitlines()
    said = [(n, raw) for n, raw in enumerate(raw_lines, start=1) if clean_text(raw)]
    if not said:
        raise Invalid([roll_problem(None, "roll_empty")])
    if len(said) > MAX_LINES:
        raise Invalid([roll_problem(None, "roll_lines", str(MAX_LINES))])
    long = [n for n, raw in said if len(raw) > MAX_LINE_CHARS]
    if long:
        raise Invalid([roll_problem(n, "roll_line_long") for n in long])
    return [RollLine(n, clean_text(raw)) for n, raw in said]


def roll_of_rows(rows: Sequence[RosterRow]) -> list[RollLine]:
    """Return a line for each row of a roster, numbered as in the sheet.

    Of a row the staff number counts, else the phone, else the address. Raises Invalid above
    MAX_LINES.
    """
    if len(rows) > MAX_LINES:
        raise Invalid([roll_problem(None, "roll_lines", str(MAX_LINES))])
    return [RollLine(row.line, row.staff_no or row.phone or row.email) for row in rows]


def line_of_file(name: str, lines: Sequence[RollLine]) -> RollLine | None:
    """Return the line whose number or log-in name a file's name begins with, the longest of them.

    “W1-毕业证.pdf” is of the line W1, and “W1-2 证.pdf” of W1-2 where there is one; of a line
    “单位代码/工号” the number counts. None where no line or more than one fits: nobody's paper goes
    to somebody else.
    """
    stem = fold_width(name.rpartition(".")[0] or name).casefold()
    fitting: dict[str, list[RollLine]] = {}
    for line in lines:
        key = fold_width(line.text.rpartition("/")[2]).casefold()
        if key and stem.startswith(key) and not stem[len(key) :][:1].isalnum():
            fitting.setdefault(key, []).append(line)
    found = fitting.get(max(fitting, key=len, default=""), [])
    return found[0] if len(found) == 1 else None


def naming_faults(problems: Sequence[RosterProblem]) -> list[RosterProblem]:
    """Return what keeps a roster from saying whom it means; departments and posts do not matter."""
    return [
        problem
        for problem in problems
        if problem.severity == "error" and problem.place not in {"department", "post"}
    ]


def roll_problem(line: int | None, code: str, message: str = "") -> Problem:
    """Return what is wrong with a line (None: with the list); `message` is what was written."""
    return Problem("", line, PLACE, code, message)
