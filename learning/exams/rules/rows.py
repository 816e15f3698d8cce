"""The paper as a table: one row a cell, as an examiner writes it; sections are made of rows.

Rows of one kind, title, worth and marking are one section. The order of kinds is the paper's, so a
row's number in the table and its number in the blueprint differ: `arrange` tells both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from learning.attempts.rules import Blueprint, Cell, Section
from learning.exams.rules.plan import (
    KINDS,
    PLAIN_MARKING,
    SECTION_TITLES,
    MultipleMarking,
    SectionPlan,
)
from learning.question_bank.rules import Band, ItemKind, Level, Pool


@dataclass(frozen=True, slots=True)
class Row:
    """A row: how many items of which kind, area, level and difficulty, worth how much each.

    `minutes` are what it adds to the time limit of its section; 0 where that has none.
    """

    kind: ItemKind
    count: int
    points: Decimal
    area: str = ""
    level: Level | None = None
    band: Band | None = None
    title: str = ""
    marking: MultipleMarking | None = None
    minutes: int = 0

    @property
    def cell(self) -> Cell:
        """Return what the row asks of the pool."""
        return Cell(self.count, self.area, self.level, self.band)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The sections that rows make; `order` has the places of the rows as the blueprint counts."""

    sections: tuple[SectionPlan, ...]
    order: tuple[int, ...]


def arrange(rows: Sequence[Row], multiple_marking: MultipleMarking) -> Arrangement:
    """Return the sections of a table; rows that ask nothing are left out.

    A row of multiple choice without a marking has `multiple_marking`: both are one section.
    A section of one row that leaves everything open has no cells: it reads as a plain one.
    """
    groups: dict[tuple[int, str, Decimal, MultipleMarking | None], list[int]] = {}
    for place, row in enumerate(rows):
        if row.count:
            own = row.marking if row.kind is ItemKind.MULTIPLE else None
            marking = None if own is multiple_marking else own
            key = (KINDS.index(row.kind), row.title, row.points, marking)
            groups.setdefault(key, []).append(place)
    ordered = sorted(groups.items(), key=lambda group: group[0][0])
    return Arrangement(
        tuple(_section([rows[place] for place in places], key[-1]) for key, places in ordered),
        tuple(place for _, places in ordered for place in places),
    )


def _section(rows: list[Row], marking: MultipleMarking | None) -> SectionPlan:
    first, cells = rows[0], tuple(row.cell for row in rows)
    return SectionPlan(
        first.kind,
        sum(cell.count for cell in cells),
        first.points,
        title=first.title,
        marking=marking,
        cells=() if len(cells) == 1 and cells[0].is_open else cells,
        minutes=sum(row.minutes for row in rows),
    )


def rows_of(sections: Sequence[SectionPlan]) -> list[Row]:
    """Return the table that makes the sections."""
    return [
        Row(
            section.kind,
            cell.count,
            section.points,
            cell.area,
            cell.level,
            cell.band,
            section.title,
            section.marking,
            0 if number else section.minutes,
        )
        for section in sections
        for number, cell in enumerate(section.cells or (Cell(section.count),))
    ]


def survey_of(
    bank: str, pool: Pool, rows: Sequence[Row], unseen_days: int, forms: int
) -> Blueprint:
    """Return a blueprint of a section a row, in the order of the table, to ask a pool about."""
    sections = tuple(
        Section(
            row.title or SECTION_TITLES[row.kind],
            row.kind,
            row.count,
            row.points,
            PLAIN_MARKING,
            cells=(row.cell,),
        )
        for row in rows
    )
    return Blueprint(bank, pool, sections, unseen_days, forms)
