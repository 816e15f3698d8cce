"""The form 试卷: what one person sees, drawn once from a seed and pinned in the attempt."""

import json
import random
from dataclasses import dataclass
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.specification import Blueprint, Section
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

    Items are drawn without replacement over the whole form; a section that names its items gives
    them in its own order. The draw knows version ids, option ids and numbers of variants alone, so
    neither selection nor order can depend on a key. Options of matching and ordering items are
    shuffled always; those of a case's sub-items stand as in the file.
    """
    rng = random.Random(seed)
    taken: set[int] = set()
    positions: list[FormPosition] = []
    for index, section in enumerate(blueprint.sections):
        positions += _draw_section(section, index, rng, taken, shuffle_options=shuffle_options)
    return Form(seed, tuple(positions))


def _draw_section(
    section: Section, index: int, rng: random.Random, taken: set[int], *, shuffle_options: bool
) -> list[FormPosition]:
    free = [candidate for candidate in section.candidates if candidate.version_id not in taken]
    drawn = free[: section.count] if section.items else rng.sample(free, section.count)
    positions = []
    for candidate in drawn:
        taken.add(candidate.version_id)
        order = list(candidate.options)
        if shuffle_options or section.kind in SHUFFLED_ALWAYS:
            rng.shuffle(order)
        variants = candidate.list_variants()
        variant = rng.choice(variants) if variants else None
        positions.append(
            FormPosition(candidate.version_id, tuple(order), section.points_milli, index, variant)
        )
    return positions
