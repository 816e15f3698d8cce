"""Answers that agree too well for people of one unit who worked alone: whom to look at. Pure.

Sharing happens among people who know one another, so that pairs are formed within a unit (those
without one among themselves), and there within blocks of papers handed in one after the other. How
rare a wrong answer is, and what people of that standing give, is taken from the block together with
a sample of the whole contest: in a unit that copied as one its own shares would call the copied
answer common. The measure is that of `measurement.similarity`; its chance is multiplied by the
number of all pairs that a look compares (Bonferroni).

A look is bounded: blocks of at most `BLOCK` papers, `MOST_BLOCKS` of them, `MOST_PAIRS` pairs,
units in an order that changes with every look, so that what one leaves out another one takes.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from learning.competitions.rules.fairness import FairnessRules
from learning.measurement.similarity import SimilarPair, pairs

BLOCK = 1_000
MOST_PAIRS, MOST_BLOCKS = 50_000_000, 2_000
"""What one look does at most: some ten minutes of one processor."""
REFERENCE = 1_000
FEWEST = 50
"""Papers in a contest below which shares of wrong answers say nothing."""
_NOT_ASKED = frozenset({"excluded", "granted", "pending"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished attempt to compare: whose it is, its answers document and its position scores."""

    attempt_id: int
    entry_id: int
    answers: str
    items: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How far a look went: papers and pairs that were compared, papers that had no turn."""

    papers: int = 0
    pairs: int = 0
    left_out: int = 0

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(
            self.papers + other.papers,
            self.pairs + other.pairs,
            self.left_out + other.left_out,
        )

    def to_dict(self) -> dict[str, int]:
        """Return it as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Shared:
    """Two attempts of one block that agree too well: `first` and `second` are places in it.

    `wrong_at` are the positions of the identical wrong answers in the first and in the second.
    """

    first: int
    second: int
    figures: Mapping[str, float]
    wrong_at: tuple[tuple[int, int], ...]


def pairs_of(papers: int) -> int:
    """Return how many pairs so many papers of a unit give in their blocks."""
    whole, rest = divmod(papers, BLOCK)
    return whole * (BLOCK * (BLOCK - 1) // 2) + rest * (rest - 1) // 2


def choose_units(sizes: Mapping[int | None, int], seed: str) -> tuple[list[int | None], Compared]:
    """Return the units that have their turn in a look, by an order drawn from the seed.

    `sizes` are papers by unit; units of a single paper have nobody to compare with.
    """
    order = sorted(((unit, n) for unit, n in sizes.items() if n > 1), key=str)
    random.Random(seed).shuffle(order)
    chosen: list[int | None] = []
    papers = total = blocks = left_out = 0
    for unit, size in order:
        more, own = pairs_of(size), -(-size // BLOCK)
        if chosen and (total + more > MOST_PAIRS or blocks + own > MOST_BLOCKS):
            left_out += size
            continue
        chosen.append(unit)
        papers, total, blocks = papers + size, total + more, blocks + own
    return chosen, Compared(papers, total, left_out)


def find_shared(
    rules: FairnessRules, block: Sequence[Paper], reference: Sequence[Paper], compared: int
) -> list[Shared]:
    """Return the pairs of a block to look at, furthest from chance first; at most 200.

    `reference` are papers of the whole contest for the shares. `compared` is how many pairs the
    whole look compares. Two tries of one person are no pair.
    """
    mine = {paper.attempt_id for paper in block}
    rows = [_read(paper) for paper in block]
    rows += [_read(paper) for paper in reference if paper.attempt_id not in mine]
    columns = {key: n for n, key in enumerate(sorted({key for row in rows for key in row}))}
    codes = np.full((len(rows), len(columns)), -1, np.int32)
    right, given = np.zeros(codes.shape, bool), np.zeros(codes.shape, bool)
    words: dict[tuple[int, str], int] = {}
    for n, row in enumerate(rows):
        for key, (answer, is_right, _position) in row.items():
            column = columns[key]
            given[n, column], right[n, column] = True, is_right
            if answer is not None:
                codes[n, column] = words.setdefault((column, answer), len(words))
    report = pairs(codes, right, given=given, among=len(block))
    found = []
    for pair in report.pairs:
        adjusted = min(1.0, pair.chance * max(compared, 1))
        is_one = block[pair.first].entry_id == block[pair.second].entry_id
        if is_one or pair.wrong < rules.shared or adjusted >= rules.chance:
            continue
        wrong_at = tuple(_both_wrong(rows[pair.first], rows[pair.second]))
        found.append(Shared(pair.first, pair.second, _figures(pair, adjusted, compared), wrong_at))
    return found


def _figures(pair: SimilarPair, adjusted: float, compared: int) -> dict[str, float]:
    return {
        "items": pair.items,
        "wrong": pair.wrong,
        "right": pair.right,
        "weight": round(pair.weight, 2),
        "z": round(pair.z, 2),
        "chance": adjusted,
        "compared": compared,
    }


_Row = Mapping[str, tuple[str | None, bool, int]]


def _read(paper: Paper) -> _Row:
    """Return answer, whether it was right and position, by what was asked: version and variant."""
    scores = json.loads(paper.items)
    found = {}
    for position, version, _epoch, _seq, answer, *variant in json.loads(paper.answers):
        outcome = scores[position - 1][2]
        if outcome not in _NOT_ASKED:
            said = None if answer in {None, "null"} else answer
            key = f"{version}-{variant[0] if variant else ''}"
            found[key] = (said, outcome == "right", position)
    return found


def _both_wrong(first: _Row, second: _Row) -> Iterable[tuple[int, int]]:
    for key, (answer, is_right, position) in first.items():
        other = second.get(key)
        if answer is not None and not is_right and other is not None and other[0] == answer:
            yield position, other[2]


def nearness_s(seconds: Iterable[float | None]) -> float | None:
    """Return the median of how far apart in time the answers were given, None without times."""
    known = [value for value in seconds if value is not None]
    return round(float(np.median(known)), 1) if known else None


def strongest(found: Iterable[tuple[int, Any, float]]) -> dict[int, tuple[Any, int]]:
    """Return for each attempt its most unlikely pair, and in how many pairs it is.

    `found` are (attempt, what to keep, chance).
    """
    best: dict[int, tuple[Any, int, float]] = {}
    for attempt, kept, chance in found:
        held = best.get(attempt)
        count = held[1] + 1 if held else 1
        best[attempt] = (
            (kept, count, chance) if held is None or chance < held[2] else (held[0], count, held[2])
        )
    return {attempt: (kept, count) for attempt, (kept, count, _) in best.items()}
