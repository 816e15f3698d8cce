"""Coverage 持证率: what is asked of the people of a unit and post, and what of it is held. Pure.

An obligation is a person in a post of a unit and a scheme that this unit's nearest requirement asks
of the post. Obligations add up: over units, posts and schemes alike, so that every figure is the
sum of figures below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

REQUIRED = "required"
OPTIONAL = "optional"
LEVELS = (REQUIRED, OPTIONAL)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a unit's requirement says of a post and a scheme; `unit_id` is where it was set."""

    unit_id: int
    level: str
    holders_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Obligations and those that are met; `0 <= held <= required`."""

    required: int = 0
    held: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Return the figures of both together."""
        return Figures(self.required + other.required, self.held + other.held)

    @property
    def missing(self) -> int:
        """Return how many obligations are not met."""
        return self.required - self.held

    @property
    def permille(self) -> int | None:
        """Return the coverage in thousandths, rounded down: 1000 only when nothing is missing.

        None when nothing is required: a ratio of nothing is no ratio.
        """
        return self.held * 1000 // self.required if self.required else None


class Requirements:
    """What each unit asks of each post: its own word, or its nearest ancestor's."""

    def __init__(
        self,
        set_here: Mapping[tuple[int, int], Mapping[int, Asked]],
        parents: Mapping[int, int | None],
        organisations: Mapping[int, int] | None = None,
    ) -> None:
        """Take what units set themselves by (unit, post) and scheme, and each unit's parent.

        `organisations` are those of the posts, for who counts obligations.
        """
        self.set_here = set_here
        self.parents = parents
        self.organisations = organisations or {}
        self._posts = {post_id for _unit_id, post_id in set_here}
        self._known: dict[tuple[int, int], Mapping[int, Asked]] = {}

    def of(self, unit_id: int, post_id: int) -> Mapping[int, Asked]:
        """Return what is asked of a post in a unit, by scheme."""
        if post_id not in self._posts:
            return {}
        found = self._known.get((unit_id, post_id))
        if found is None:
            self._known[unit_id, post_id] = {}  # a unit that stood above itself would have no end
            parent = self.parents.get(unit_id)
            above = {} if parent is None else self.of(parent, post_id)
            own = self.set_here.get((unit_id, post_id))
            found = {**above, **own} if own else above
            self._known[unit_id, post_id] = found
        return found

    def required(self, unit_id: int, post_id: int) -> set[int]:
        """Return the schemes that a post must hold in a unit."""
        asked = self.of(unit_id, post_id)
        return {scheme_id for scheme_id, one in asked.items() if one.level == REQUIRED}

    def schemes(self) -> list[int]:
        """Return the schemes that are asked anywhere, in the order of their ids."""
        return sorted({scheme_id for asked in self.set_here.values() for scheme_id in asked})

    def path_above(self, unit_id: int) -> list[int]:
        """Return the units that a unit stands below, the nearest first."""
        path, above = [], self.parents.get(unit_id)
        while above is not None:
            path.append(above)
            above = self.parents.get(above)
        return path


@dataclass(frozen=True, slots=True)
class Sum:
    """Required obligations of employees and of contractors."""

    staff: Figures = Figures()
    contractors: Figures = Figures()

    def __add__(self, other: "Sum") -> "Sum":
        """Return the sum of both."""
        return Sum(self.staff + other.staff, self.contractors + other.contractors)


def roll_up(own: Mapping[int, Sum], parents: Mapping[int, int | None]) -> dict[int, Sum]:
    """Return each unit's own figures with those of all units below it.

    `parents` holds the units of the tree alone: what stands above them gets nothing.
    """
    rolled = {unit_id: [0, 0, 0, 0] for unit_id in parents}
    for unit_id, figures in own.items():
        staff, contractors = figures.staff, figures.contractors
        at: int | None = unit_id
        while at is not None and at in rolled:
            counts = rolled[at]
            counts[0] += staff.required
            counts[1] += staff.held
            counts[2] += contractors.required
            counts[3] += contractors.held
            at = parents[at]
    return {
        unit_id: Sum(Figures(counts[0], counts[1]), Figures(counts[2], counts[3]))
        for unit_id, counts in rolled.items()
    }
