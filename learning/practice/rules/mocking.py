"""A mock exam 模拟考试: the real blueprint, filled with what practice has."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Cell,
    Counts,
    Delivery,
    Demand,
    Release,
    Section,
    enemies_of,
    fill,
    pair_up,
)
from learning.question_bank.rules import Band, ItemKind, Level, Pool
from learning.question_bank.scoring import Outcome

UNCOUNTED = frozenset({Outcome.PENDING, Outcome.GRANTED, Outcome.EXCLUDED})


@dataclass(frozen=True, slots=True)
class Supplied:
    """An item that a mock exam may ask. Its enemies are named by code, within its bank.

    `is_fresh`: the person was not asked it lately.
    """

    version_id: int
    bank: str
    code: str
    kind: ItemKind
    area: str
    level: Level
    band: Band
    options: tuple[str, ...]
    refused: tuple[int, ...] | None
    excludes: tuple[str, ...]
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class MockCell:
    """What the blueprint asks in one cell, and how many items a mock exam has for it.

    `area` "" and level and band None leave that open, as in the blueprint.
    """

    section: int
    title: str
    area: str
    level: Level | None
    band: Band | None
    needed: int
    found: int


@dataclass(frozen=True, slots=True)
class Mock:
    """A mock exam as it can be set: its blueprint, pinned, and what each cell of the real one has.

    `blueprint` has no section left where nothing is found at all.
    """

    blueprint: Blueprint
    cells: tuple[MockCell, ...]

    @property
    def shortages(self) -> tuple[MockCell, ...]:
        """Return the cells that are not filled."""
        return tuple(cell for cell in self.cells if cell.found < cell.needed)


def set_mock(
    model: Blueprint,
    areas: Mapping[int, Collection[str]],
    supply: Sequence[Supplied],
    rng: random.Random,
) -> Mock:
    """Fill a real blueprint with what practice has; no item twice and no two enemies.

    `areas` are the knowledge areas of each section, by index: an open cell takes none from outside.
    Cells take fresh items where these suffice. Points, marking and times are the real ones.
    """
    asked = [
        (index, cell) for index, section in enumerate(model.sections) for cell in _cells(section)
    ]
    demands = [
        _demand(cell, model.sections[index].kind, areas[index], supply) for index, cell in asked
    ]
    held = fill(demands, rng, enemies_of(_pairs(supply)))
    known = {item.version_id: item for item in supply}
    sections = []
    for index, section in enumerate(model.sections):
        taken = [n for (at, _), each in zip(asked, held, strict=True) if at == index for n in each]
        if taken:
            sections.append(_pinned(section, [known[n] for n in taken]))
    cells = tuple(
        MockCell(
            index,
            model.sections[index].title,
            cell.area,
            cell.level,
            cell.band,
            cell.count,
            len(each),
        )
        for (index, cell), each in zip(asked, held, strict=True)
    )
    return Mock(Blueprint("", Pool.PRACTICE, tuple(sections)), cells)


def _cells(section: Section) -> tuple[Cell, ...]:
    return section.cells or (Cell(section.count),)


def _demand(
    cell: Cell, kind: ItemKind, areas: Collection[str], supply: Sequence[Supplied]
) -> Demand:
    fits = [
        item
        for item in supply
        if item.kind is kind
        and item.area in areas
        and cell.accepts(item.area, item.level, item.band)
    ]
    fresh = [item for item in fits if item.is_fresh]
    chosen = fresh if len(fresh) >= cell.count else fits
    return Demand(cell.count, tuple(item.version_id for item in chosen))


def _pairs(supply: Sequence[Supplied]) -> list[tuple[int, int]]:
    """Return the pairs of enemies; codes are those of one bank."""
    found: list[tuple[int, int]] = []
    for bank in {item.bank for item in supply if item.excludes}:
        own = [item for item in supply if item.bank == bank]
        found += pair_up(
            {item.version_id: item.code for item in own},
            {item.version_id: item.excludes for item in own},
        )
    return found


def _pinned(section: Section, items: Sequence[Supplied]) -> Section:
    return replace(
        section,
        count=len(items),
        areas=(),
        items=(),
        cells=(),
        candidates=tuple(Candidate(i.version_id, i.options, i.refused) for i in items),
    )


@dataclass(frozen=True, slots=True)
class MockArea:
    """How a mock exam went in one knowledge area; what people would mark is left out."""

    area: str
    right: int
    asked: int

    @property
    def is_weak(self) -> bool:
        """Tell whether something of the area was not right."""
        return self.right < self.asked


@dataclass(frozen=True, slots=True)
class MockResult:
    """A scored mock exam: points in thousandths, whether they pass (None without a cut), areas."""

    points_milli: int
    max_milli: int
    cut_milli: int | None
    is_passed: bool | None
    areas: tuple[MockArea, ...]


def areas_of(answers: Iterable[tuple[str, Outcome]]) -> tuple[MockArea, ...]:
    """Return the areas of a scored paper's items, each (area, outcome), the weakest first.

    What was not answered counts as not right; what waits for a person or was ruled out, not at all.
    """
    counts: dict[str, list[int]] = {}
    for area, outcome in answers:
        if outcome not in UNCOUNTED:
            held = counts.setdefault(area, [0, 0])
            held[0] += outcome == Outcome.RIGHT
            held[1] += 1
    found = [MockArea(area, *held) for area, held in counts.items()]
    return tuple(sorted(found, key=lambda a: (a.right / a.asked, -a.asked, a.area)))


def mock_rules(real: AttemptRules) -> AttemptRules:
    """Return the rules of a mock exam: the real time and tools; result and keys at once."""
    return AttemptRules(
        limit_s=real.limit_s,
        max_attempts=1,
        counts=Counts.FIRST,
        delivery=Delivery.PAPER,
        release=Release.AT_SUBMIT,
        review=True,
        shuffle_options=real.shuffle_options,
        by_hand=ByHand.REFUSED if real.by_hand is ByHand.REFUSED else ByHand.UNMARKED,
        calculator=real.calculator,
        is_practice=True,
    )


def scaled_cut(cut_milli: int, real_max_milli: int, mock_max_milli: int) -> int:
    """Return the cut score of a mock that lacks items, in proportion, rounded up.

    Worked: 60 of 100 points, a mock of 95: 57 (in thousandths 57 000).
    """
    return -(-cut_milli * mock_max_milli // real_max_milli)
