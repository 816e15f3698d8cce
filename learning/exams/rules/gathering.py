"""From frozen answers documents to the matrices of measurement, attempt by attempt.

An attempt costs some bytes an answer: nothing of a document is kept, so that 100,000 attempts need
a few hundred MB. What a person has yet to mark, and what a ruling took out, counts as not given.
"""

import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from learning.measurement.matrices import (
    ANSWERED,
    MOST_OPTIONS,
    OMITTED,
    Choices,
    Floats,
    Mask,
    Scores,
)
from learning.question_bank.rules import Item, ItemKind
from learning.question_bank.scoring import Outcome

NOT_COUNTED = frozenset({Outcome.PENDING, Outcome.EXCLUDED})
VERDICTS = ("t", "f")
CHOSEN_FROM = frozenset({ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE})


@dataclass(frozen=True, slots=True)
class Column:
    """An item version of the matrices; `options` are the ids of what may be chosen, in order."""

    version_id: int
    code: str
    kind: ItemKind
    options: tuple[str, ...]
    keys: int

    def bits(self, answer: str | None) -> int:
        """Return which options an answer (JSON text) names, `ANSWERED` for what is no choice."""
        response = json.loads(answer) if answer is not None else None
        if not response:
            return 0
        if not self.options:
            return ANSWERED
        return _bits(self.options, [response] if isinstance(response, str) else response)


def column_of(version_id: int, item: Item) -> Column:
    """Describe an item as a column; items with more options than can be told apart have none."""
    document = item.document
    options: tuple[str, ...] = ()
    if document.kind in CHOSEN_FROM:
        options = tuple(option.id for option in document.options) or VERDICTS
    if len(options) > MOST_OPTIONS:
        options = ()
    keys = _bits(options, item.key.choices) if options else 0
    return Column(version_id, document.code, document.kind, options, keys)


def _bits(options: Sequence[str], chosen: Sequence[str]) -> int:
    return sum(1 << place for place, option in enumerate(options) if option in chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The matrices, persons in the order in which they were added; None where nothing was asked.

    `codes` are numbers that stand for equal answers to an item, `OMITTED` for none.
    """

    columns: tuple[Column, ...]
    scores: Scores
    choices: Choices
    codes: NDArray[np.int32]
    places: NDArray[np.uint16]


@dataclass(slots=True)
class Gathering:
    """Takes the documents of attempts; `item_of` gives an item version with the key that holds."""

    item_of: Callable[[int], Item]
    columns: list[Column] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)
    _seen: dict[tuple[int, int | None, str | None], tuple[int, int, int]] = field(
        default_factory=dict
    )
    _lengths: "array[int]" = field(default_factory=lambda: array("H"))
    _places: "array[int]" = field(default_factory=lambda: array("H"))
    _items: "array[int]" = field(default_factory=lambda: array("H"))
    _chosen: "array[int]" = field(default_factory=lambda: array("H"))
    _codes: "array[int]" = field(default_factory=lambda: array("i"))
    _ratios: "array[float]" = field(default_factory=lambda: array("f"))
    _worth: list[float] = field(default_factory=list)

    def add(self, answers: str, items: str) -> None:
        """Take one attempt: its answers document and the positions of its score, both JSON."""
        seen, told = self._seen, []
        for asked, (points, most, outcome, *_) in zip(
            json.loads(answers), json.loads(items), strict=True
        ):
            if most <= 0 or outcome in NOT_COUNTED:
                continue
            asked_of = (asked[1], asked[5] if len(asked) > 5 else None, asked[4])
            known = seen.get(asked_of) or self._see(*asked_of)
            told.append((asked[0], *known, points / most))
            self._worth[known[0]] = max(self._worth[known[0]], most)
        self._lengths.append(len(told))
        if told:
            places, numbers, chosen, codes, ratios = zip(*told, strict=True)
            self._places.extend(places)
            self._items.extend(numbers)
            self._chosen.extend(chosen)
            self._codes.extend(codes)
            self._ratios.extend(ratios)

    def _see(
        self, version_id: int, variant: int | None, answer: str | None
    ) -> tuple[int, int, int]:
        number = self._numbers.get(version_id)
        if number is None:
            number = self._numbers[version_id] = len(self.columns)
            self.columns.append(column_of(version_id, self.item_of(version_id)))
            self._worth.append(0.0)
        chosen = self.columns[number].bits(answer)
        seen = (number, chosen, len(self._seen) if chosen else OMITTED)
        self._seen[version_id, variant, answer] = seen
        return seen

    def finish(self) -> Gathered:
        """Return the matrices, items in the order of the paper, or of codes where papers differ."""
        persons, items = len(self._lengths), len(self.columns)
        rows = np.repeat(np.arange(persons), np.frombuffer(self._lengths, np.uint16))
        numbers = np.frombuffer(self._items, np.uint16)
        positions = np.frombuffer(self._places, np.uint16)
        order = self._order(numbers, positions)
        rank = np.empty(items, np.intp)
        rank[order] = np.arange(items)
        cells = (rows, rank[numbers])
        places, codes = np.zeros((persons, items), np.uint16), np.full((persons, items), OMITTED)
        chosen, ratios = np.zeros((persons, items), np.uint16), np.zeros((persons, items), "f")
        places[cells] = positions
        codes = codes.astype(np.int32)
        codes[cells] = np.frombuffer(self._codes, np.int32)
        chosen[cells] = np.frombuffer(self._chosen, np.uint16)
        ratios[cells] = np.frombuffer(self._ratios, np.float32)
        columns = tuple(self.columns[number] for number in order)
        worth = [self._worth[number] / 1000 for number in order]
        return Gathered(
            columns,
            Scores.of(ratios, given=_all_or(places > 0), max_points=worth),
            Choices(
                chosen,
                tuple(len(column.options) for column in columns),
                tuple(column.keys for column in columns),
                places,
            ),
            codes,
            places,
        )

    def _order(self, numbers: NDArray[np.uint16], places: NDArray[np.uint16]) -> NDArray[np.intp]:
        items = len(self.columns)
        first: Floats = np.full(items, np.inf)
        last: Floats = np.zeros(items)
        np.minimum.at(first, numbers, places)
        np.maximum.at(last, numbers, places)
        if (first == last).all():
            return np.argsort(first, kind="stable")
        return np.array(sorted(range(items), key=lambda n: self.columns[n].code), np.intp)


def _all_or(given: Mask) -> Mask | None:
    return None if given.all() else given
