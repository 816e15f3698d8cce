"""The form 试卷: what one person sees, drawn once from a seed and pinned in the attempt."""

import json
import random
from dataclasses import dataclass, replace
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.enemies import enemies_of
from learning.attempts.rules.filling import Demand, Shortage, fill, find_shortages
from learning.attempts.rules.specification import Blueprint, Candidate, Section
from learning.question_bank.rules import ItemKind

SHUFFLED_ALWAYS = frozenset({ItemKind.MATCHING, ItemKind.ORDERING})
"""Kinds whose options stand in an order of the texts: it would be the same for everybody."""


@dataclass(frozen=True, slots=True)
class FormPosition:
    """One position: item version, the order of its options, points in thousandths, section.

    `variant` is the number drawn of a parametric item, None for others.
    """

    version_id: int
    option_order: tuple[str, ...]
    points_milli: int
    section: int
    variant: int | None = None

    def to_row(self) -> list[Any]:
        """Return [version, order, points, section], and the variant behind where there is one."""
        row = [self.version_id, list(self.option_order), self.points_milli, self.section]
        return row if self.variant is None else [*row, self.variant]

    @classmethod
    def from_row(cls, row: list[Any]) -> "FormPosition":
        """Read what `to_row` wrote."""
        version_id, order, points_milli, section, *variant = row
        return cls(version_id, tuple(order), points_milli, section, *variant)


@dataclass(frozen=True, slots=True)
class Form:
    """A drawn form; positions count from 1 in the order of `positions`."""

    seed: str
    positions: tuple[FormPosition, ...]

    @property
    def version_ids(self) -> list[int]:
        """Return the item versions in order of position."""
        return [position.version_id for position in self.positions]

    def to_json(self) -> str:
        """Return canonical JSON text: {"p": rows of the positions, "seed"}."""
        return canonical({"seed": self.seed, "p": [place.to_row() for place in self.positions]})

    @classmethod
    def from_json(cls, text: str) -> "Form":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(data["seed"], tuple(FormPosition.from_row(row) for row in data["p"]))


def draw_form(blueprint: Blueprint, seed: str, *, shuffle_options: bool) -> Form:
    """Draw a form: the same blueprint and seed give the same form, always.

    Items are drawn without replacement over the whole form, no two enemies among them; cells are
    filled exactly, and a section
    that names its items gives them in its own order. The draw knows version ids, option ids and
    numbers of variants alone, so neither selection nor order can depend on a key. Options of
    matching and ordering items are shuffled always; those of a case's sub-items stand as in the
    file.
    """
    rng = random.Random(seed)
    if not any(section.cells for section in blueprint.sections):
        plain = _draw_plain(blueprint, rng, shuffle_options=shuffle_options)
        if plain is not None:
            return Form(seed, plain)
        rng = random.Random(seed)
    positions: list[FormPosition] = []
    for index, drawn in enumerate(_draw_cells(blueprint, rng)):
        section = blueprint.sections[index]
        positions += _place(section, index, drawn, rng, shuffle_options=shuffle_options)
    return Form(seed, tuple(positions))


def parallel_form(blueprint: Blueprint, number: int, *, shuffle_options: bool) -> Form:
    """Return a form that was assembled with the blueprint, from 0; its seed is its letter.

    Order of options and numbers of variants are the form's own: who has the same form has the same
    paper, on a screen or printed.
    """
    code = chr(ord("A") + number)
    positions: list[FormPosition] = []
    chosen = [
        [section.candidates[place] for place in places]
        for section, places in zip(blueprint.sections, blueprint.forms[number], strict=True)
    ]
    rng = random.Random(f"{code}{[c.version_id for drawn in chosen for c in drawn]}")
    for index, drawn in enumerate(chosen):
        section = blueprint.sections[index]
        positions += _place(section, index, drawn, rng, shuffle_options=shuffle_options)
    return Form(code, tuple(positions))


def list_short_cells(blueprint: Blueprint) -> list[tuple[int, Shortage, bool]]:
    """Return the cells that the pinned candidates cannot fill: (number, shortage, is shared).

    Cells are numbered from 1 through all sections, a section without cells being one. A cell that
    is short by itself stands alone; others stand with all that share their items.
    """
    asked = demands_of(blueprint)
    order = sorted(range(len(asked)), key=lambda place: asked[place][0])
    numbers = {place: number for number, place in enumerate(order, start=1)}
    found: dict[int, tuple[Shortage, bool]] = {}
    demands = [demand for _, demand in asked]
    for place, demand in enumerate(demands):
        if len(demand.fits) < demand.count:
            alone = Shortage((place,), demand.count, len(demand.fits))
            found[numbers[place]] = (alone, False)
    # Those would drag what they share items with along: the rest is judged with what they can have.
    within = [replace(d, count=min(d.count, len(d.fits))) for d in demands]
    for shortage in find_shortages(within):
        for place in shortage.cells:
            found.setdefault(numbers[place], (shortage, len(shortage.cells) > 1))
    return [(number, *found[number]) for number in sorted(found)]


def list_crowded_cells(blueprint: Blueprint) -> list[tuple[int, Shortage]]:
    """Return the cells that fall short because two enemies never share a form.

    Numbered as by `list_short_cells`, which finds nothing here: `found` is what the best way that
    was tried has for the cell. For parallel forms that is said of all forms together.
    """
    enemies = enemies_of(blueprint.enemies)
    if not enemies:
        return []
    asked = demands_of(replace(blueprint, parallel=0))
    order = sorted(range(len(asked)), key=lambda place: asked[place][0])
    held = fill([demand for _, demand in asked], random.Random(0), enemies)
    return [
        (number, Shortage((place,), asked[place][1].count, len(held[place])))
        for number, place in enumerate(order, start=1)
        if len(held[place]) < asked[place][1].count
    ]


def demands_of(blueprint: Blueprint) -> list[tuple[int, Demand]]:
    """Return what each cell asks, with the index of its section.

    Sections that name their items come first, that nothing else takes one of them; a section
    without cells is one cell. Parallel forms ask for all their items at once, except named ones.
    """
    found: list[tuple[int, Demand]] = []
    for index, section in enumerate(blueprint.sections):
        times = 1 if section.items else max(1, blueprint.parallel)
        versions = [candidate.version_id for candidate in section.candidates]
        if not section.cells:
            found.append((index, Demand(section.count * times, tuple(versions))))
        found += [
            (index, Demand(cell.count * times, tuple(versions[place] for place in cell.fits)))
            for cell in section.cells
        ]
    return sorted(found, key=lambda pair: not blueprint.sections[pair[0]].items)


def _draw_plain(
    blueprint: Blueprint, rng: random.Random, *, shuffle_options: bool
) -> tuple[FormPosition, ...] | None:
    """Draw section after section; None where one is left short by those before it."""
    enemies = enemies_of(blueprint.enemies)
    taken: set[int] = set()  # or barred by an enemy on the form
    positions: list[FormPosition] = []
    for index, section in enumerate(blueprint.sections):
        drawn: list[Candidate] = []
        while len(drawn) < section.count:
            free = [each for each in section.candidates if each.version_id not in taken]
            wanted = section.count - len(drawn)
            if len(free) < wanted:
                return None
            for candidate in free[:wanted] if section.items else rng.sample(free, wanted):
                if candidate.version_id not in taken:
                    drawn.append(candidate)
                    taken.add(candidate.version_id)
                    taken.update(enemies.get(candidate.version_id, ()))
        positions += _place(section, index, drawn, rng, shuffle_options=shuffle_options)
    return tuple(positions)


def _draw_cells(blueprint: Blueprint, rng: random.Random) -> list[list[Candidate]]:
    """Draw the candidates of each section, its cells mixed."""
    asked = demands_of(blueprint)
    filled = fill([demand for _, demand in asked], rng, enemies_of(blueprint.enemies))
    held: list[set[int]] = [set() for _ in blueprint.sections]
    for (index, _), items in zip(asked, filled, strict=True):
        held[index].update(items)
    drawn = []
    for section, versions in zip(blueprint.sections, held, strict=True):
        chosen = [c for c in section.candidates if c.version_id in versions]
        if not section.items:
            rng.shuffle(chosen)
        drawn.append(chosen)
    return drawn


def _place(
    section: Section,
    index: int,
    drawn: list[Candidate],
    rng: random.Random,
    *,
    shuffle_options: bool,
) -> list[FormPosition]:
    positions = []
    for candidate in drawn:
        order = list(candidate.options)
        if shuffle_options or section.kind in SHUFFLED_ALWAYS:
            rng.shuffle(order)
        variants = candidate.list_variants()
        variant = rng.choice(variants) if variants else None
        positions.append(
            FormPosition(candidate.version_id, tuple(order), section.points_milli, index, variant)
        )
    return positions
