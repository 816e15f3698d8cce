"""The pasted list of candidates: one staff number or log-in name a line. Parsing only."""

from dataclasses import dataclass

from learning.kernel.errors import Invalid, Problem
from learning.organisations.rules.names import clean_text

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


def roll_problem(line: int | None, code: str, message: str = "") -> Problem:
    """Return what is wrong with a line (None: with the list); `message` is what was written."""
    return Problem("", line, PLACE, code, message)
