"""What goes in: scores and choices of persons (rows) on items (columns), compact.

100,000 persons × 120 items are 12 MB when every item is right or wrong. What was not in a person's
form, or is not marked yet, is *not given*; what was given and left empty is *omitted* and scores 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BLOCK = 8_192
"""Persons a block: the intermediate results of one block stay within some MB."""
MOST_OPTIONS = 15
ANSWERED = 1 << MOST_OPTIONS
"""The bit of `Choices.chosen` for an answer that is not a choice: a number, a text."""
OMITTED, NOT_GIVEN = -1, -2
"""Codes of `Choices.from_codes`; any negative code counts as not chosen."""


def among(values: Floats, whom: Mask | None) -> Floats:
    """Return the values of some persons; None is everybody, and costs nothing."""
    return values if whom is None else values[whom]


def blocks(persons: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover the persons in order."""
    for start in range(0, persons, size):
        yield slice(start, min(start + size, persons))


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores as shares of the points: 0 wrong, 1 full points, below 0 under negative marking.

    `ratios` is uint8 when all are 0 or 1, else float32; what was not given is 0 there. `given` is
    None when everybody was given everything. `max_points` are the points of each item.
    """

    ratios: NDArray[Any]
    given: Mask | None
    max_points: Floats

    @classmethod
    def of(
        cls,
        ratios: ArrayLike,
        *,
        given: ArrayLike | None = None,
        max_points: Sequence[float] | None = None,
    ) -> Self:
        """Make scores of a persons × items matrix; NaN or a False of `given` is not given.

        Raises ValueError for another shape, infinite scores, or points that are not above 0.
        """
        values = np.asarray(ratios)
        if values.ndim != 2:
            raise ValueError("scores are a matrix of persons and items")
        mask = None if given is None else np.array(given, dtype=bool)
        if mask is not None and mask.shape != values.shape:
            raise ValueError("`given` has another shape than the scores")
        if values.dtype.kind == "f":
            values, mask = _without_gaps(values, mask)
        if mask is not None and not mask.all():
            values = np.where(mask, values, 0)
        elif mask is not None:
            mask = None
        points = np.ones(values.shape[1]) if max_points is None else np.array(max_points, float)
        if points.shape != values.shape[1:] or not (np.isfinite(points) & (points > 0)).all():
            raise ValueError("points are one number above 0 an item")
        is_binary = values.dtype == bool or bool(((values == 0) | (values == 1)).all())
        return cls(values.astype(np.uint8 if is_binary else np.float32), mask, points)

    @property
    def persons(self) -> int:
        """Return the number of rows."""
        return int(self.ratios.shape[0])

    @property
    def items(self) -> int:
        """Return the number of columns."""
        return int(self.ratios.shape[1])

    def column(self, item: int) -> Floats:
        """Return the scores of one item, 0 where it was not given."""
        return self.ratios[:, item].astype(np.float64)

    def whom(self, item: int) -> Mask | None:
        """Return whom an item was given; None: everybody."""
        return None if self.given is None else self.given[:, item]

    def totals(self) -> tuple[Floats, Floats]:
        """Return what each person reached and could have reached, in points."""
        reached = np.zeros(self.persons)
        possible = np.full(self.persons, self.max_points.sum())
        for part in blocks(self.persons):
            reached[part] = self.ratios[part].astype(np.float64) @ self.max_points
            if self.given is not None:
                possible[part] = self.given[part].astype(np.float64) @ self.max_points
        return reached, possible

    def right(self) -> NDArray[np.uint8]:
        """Return 1 for full points, else 0: what models of right and wrong read."""
        if self.ratios.dtype == np.uint8:
            return self.ratios
        return (self.ratios >= 1).astype(np.uint8)

    def are_right_or_wrong(self) -> bool:
        """Say whether no score lies between 0 and full points."""
        return self.ratios.dtype == np.uint8


def _without_gaps(values: NDArray[Any], mask: Mask | None) -> tuple[NDArray[Any], Mask | None]:
    """Turn NaN into not given; refuse what is not finite otherwise."""
    gaps = np.isnan(values)
    if gaps.any():
        values = np.where(gaps, 0, values)
        mask = ~gaps if mask is None else mask & ~gaps
    if not np.isfinite(values).all():
        raise ValueError("scores are finite")
    return values, mask


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Which options were chosen, as bits: bit j for option j, so that several may be chosen.

    0 is omitted; `ANSWERED` an answer to an item without options. `options` is the number of
    options of each item (0: none), `keys` the bits of the right ones. `positions` is the place of
    each item in each person's paper; None: the order of the columns.
    """

    chosen: NDArray[np.uint16]
    options: tuple[int, ...]
    keys: tuple[int, ...]
    positions: NDArray[np.uint16] | None = None

    def __post_init__(self) -> None:
        items = self.chosen.shape[1]
        if len(self.options) != items or len(self.keys) != items:
            raise ValueError("options and keys are one number an item")
        if max(self.options, default=0) > MOST_OPTIONS:
            raise ValueError(f"at most {MOST_OPTIONS} options an item")

    @classmethod
    def from_codes(
        cls,
        codes: ArrayLike,
        *,
        options: Sequence[int],
        keys: Sequence[int],
        positions: NDArray[np.uint16] | None = None,
    ) -> Self:
        """Make choices of one option number a cell (`OMITTED`, `NOT_GIVEN` below 0) and of keys."""
        numbers = np.asarray(codes, dtype=np.int8)
        bits = np.left_shift(np.uint16(1), np.maximum(numbers, 0).astype(np.uint16))
        chosen = np.where(numbers < 0, 0, bits).astype(np.uint16)
        return cls(chosen, tuple(options), tuple(1 << key for key in keys), positions)
