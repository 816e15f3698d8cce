"""A fixed paper as text: one item a line, its code and its points, in the order of the paper.

Consecutive items of one kind and worth are one section. What a code names is the bank's matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby

from learning.exams.rules.plan import MAX_PAPER, SectionPlan
from learning.kernel.errors import Problem
from learning.question_bank.rules import ItemKind

MAX_CODE = 60
MAX_NAMED_TEXT = MAX_PAPER * (MAX_CODE + 20)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A line: which item, worth how much; `line` is its number in the text."""

    line: int
    code: str
    points: Decimal


def parse_named(text: str) -> tuple[list[NamedRow], list[Problem]]:
    """Return the lines of a fixed paper, and what is wrong with them by `line`.

    A line is a code, or a code and points behind white space or a comma; without points it is worth
    one. Problems: "named_line" (no code and points), "named_twice" (an item stands above already),
    "named_many" (more than 1,000), "named_empty".
    """
    rows: list[NamedRow] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for line, raw_line in enumerate(text.splitlines(), start=1):
        parts = raw_line.replace(",", " ").replace("\uff0c", " ").split()
        if not parts:
            continue
        row = _row(line, parts)
        if row is None:
            problems.append(_problem("named_line", line, raw_line.strip()[:MAX_CODE]))
        elif row.code in first:
            problems.append(_problem("named_twice", line, f"{row.code} {first[row.code]}"))
        else:
            first[row.code] = line
            rows.append(row)
    if not rows and not problems:
        problems.append(_problem("named_empty", None, ""))
    if len(rows) > MAX_PAPER:
        problems.append(_problem("named_many", None, str(MAX_PAPER)))
    return rows, problems


def _row(line: int, parts: Sequence[str]) -> NamedRow | None:
    code, *rest = parts
    if len(code) > MAX_CODE or len(rest) > 1:
        return None
    try:
        points = Decimal(rest[0]) if rest else Decimal(1)
    except InvalidOperation:
        return None
    return NamedRow(line, code, points)


def _problem(code: str, line: int | None, message: str) -> Problem:
    return Problem("", line, "named", code, message)


def named_sections(
    rows: Iterable[NamedRow], kinds: Mapping[str, ItemKind]
) -> tuple[SectionPlan, ...]:
    """Return the sections of a fixed paper; `kinds` are those of all its items by code."""
    groups = groupby(rows, key=lambda row: (kinds[row.code], row.points))
    sections = []
    for (kind, points), found in groups:
        codes = tuple(row.code for row in found)
        sections.append(SectionPlan(kind, len(codes), points, items=codes))
    return tuple(sections)


def named_text(sections: Iterable[SectionPlan]) -> str:
    """Return the text that makes the sections."""
    return "\n".join(f"{code} {section.points:f}" for section in sections for code in section.items)
