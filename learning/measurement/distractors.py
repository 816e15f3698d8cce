"""The distractor table: who chose which option, by fifths of the total.

For each option of each item: how many chose it, their share in each fifth of the total score
(lowest first; ties as in `ranks`), and its point-biserial: Pearson's r of "chose it" with the rest
of the test without the item. The key's should be clearly above 0, the distractors' below. An item
that takes several options has shares that sum to more than 1.
"""

from dataclasses import dataclass

import numpy as np

from learning.measurement.classical import rest_shares
from learning.measurement.matrices import Choices, Floats, Mask, Scores
from learning.measurement.ranks import FIFTHS, memberships, shares_of_points
from learning.measurement.statistics import quotient, ratio


@dataclass(frozen=True, slots=True)
class OptionStatistics:
    """One option, or the omitting of the item: how often, by whom, how it discriminates."""

    count: int
    share: float | None
    fifths: tuple[float | None, ...]
    point_biserial: float | None
    is_key: bool


@dataclass(frozen=True, slots=True)
class ItemOptions:
    """The options of one item in order; `sizes` are the persons of each fifth who were given it.

    A border within a tie divides persons, so sizes need not be whole. No options: an item that is
    not answered by choosing.
    """

    given: int
    sizes: tuple[float, ...]
    options: tuple[OptionStatistics, ...]
    omitted: OptionStatistics


def table(scores: Scores, choices: Choices) -> tuple[ItemOptions, ...]:
    """Return the distractor table, an entry an item."""
    groups = memberships(shares_of_points(scores), FIFTHS)
    points, possible = scores.totals()
    result = []
    for item in range(scores.items):
        rest, compared = rest_shares(scores, item, points, possible)
        result.append(_item(scores, choices, item, groups, (rest, compared)))
    return tuple(result)


def _item(
    scores: Scores,
    choices: Choices,
    item: int,
    groups: Floats,
    others: tuple[Floats, Mask | None],
) -> ItemOptions:
    """Count all options at once: a matrix of who chose what against groups and rest scores."""
    rest, compared = others
    whom = scores.whom(item)
    column = np.ascontiguousarray(choices.chosen[:, item])
    bits = [(column >> option) & 1 for option in range(choices.options[item])]
    chose = np.stack([*bits, column == 0]).astype(np.float64)
    sizes, given = groups.sum(axis=0), scores.persons
    if whom is not None:
        chose *= whom
        sizes, given = whom.astype(np.float64) @ groups, int(whom.sum())
    centred = rest - rest.mean() if len(rest) else rest
    peers = chose if compared is None else chose[:, compared]
    counts, in_groups = chose.sum(axis=1), chose @ groups
    chosen, products = peers.sum(axis=1), peers @ centred
    variance = float(np.einsum("i,i->", centred, centred))
    compared_to = len(rest)

    def statistics(place: int, *, is_key: bool) -> OptionStatistics:
        n = float(chosen[place])
        spread = n - n * n / compared_to if compared_to else 0.0
        return OptionStatistics(
            count=int(counts[place]),
            share=ratio(float(counts[place]), given),
            fifths=tuple(
                ratio(float(a), float(b)) for a, b in zip(in_groups[place], sizes, strict=True)
            ),
            point_biserial=quotient(float(products[place]), spread, variance, compared_to),
            is_key=is_key,
        )

    options = tuple(
        statistics(option, is_key=bool(choices.keys[item] >> option & 1))
        for option in range(choices.options[item])
    )
    omitted = statistics(len(options), is_key=False)
    return ItemOptions(given, tuple(map(float, sizes)), options, omitted)
