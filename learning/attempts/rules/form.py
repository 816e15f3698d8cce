"""The form 试卷: what one person sees, drawn once from a seed and pinned in the attempt."""

import json
import random
from dataclasses import dataclass

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.specification import Blueprint, Section


@dataclass(frozen=True, slots=True)
class FormPosition:
    """One position: item version, the order of its options, points in thousandths, section."""

    version_id: int
    option_order: tuple[str, ...]
    points_milli: int
    section: int


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
        """Return canonical JSON text: {"p": [[version, order, points, section], …], "seed"}."""
        rows = [
            [p.version_id, list(p.option_order), p.points_milli, p.section] for p in self.positions
        ]
        return canonical({"seed": self.seed, "p": rows})

    @classmethod
    def from_json(cls, text: str) -> "Form":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(
            seed=data["seed"],
            positions=tuple(FormPosition(v, tuple(o), m, s) for v, o, m, s in data["p"]),
        )


def draw_form(blueprint: Blueprint, seed: str, *, shuffle_options: bool) -> Form:
    """Draw a form: the same blueprint and seed give the same form, always.

    Items are drawn without replacement over the whole form; a section that names its items gives
    them in its own order. The draw knows version ids and option
    ids alone, so neither selection nor order can depend on a key.
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
        if shuffle_options:
            rng.shuffle(order)
        positions.append(
            FormPosition(candidate.version_id, tuple(order), section.points_milli, index)
        )
    return positions
