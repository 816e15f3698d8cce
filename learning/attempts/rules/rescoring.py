"""Scoring attempts again from their frozen answers documents, many of them quickly.

An answer document says which version was asked and what was answered; what a position is worth
follows from the blueprint, since a form has its sections in order. The same answer to the same item
comes back thousands of times: its score is kept by item version, variant, answer, points and
marking rule, as the JSON that the score's row is made of.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.rulings import Mark, Ruling
from learning.attempts.rules.scoring import NO_ANSWERS, PositionScore, Worth, score_position
from learning.attempts.rules.specification import Blueprint
from learning.question_bank.rules import Item
from learning.question_bank.scoring import Outcome

KEPT_ANSWERS = 200_000
KEPT_CHARS = 200
"""Longer answers are somebody's own words: they do not come back."""
PLAIN_ROW = 5
"""Columns of an answer's row without a variant."""
_FLAGGED = ",true]"


@dataclass(frozen=True, slots=True)
class Rescored:
    """A score made anew, without answers and hash, which stay. Points in thousandths."""

    points_milli: int
    max_milli: int
    excluded_milli: int
    pending: int
    items: str


class _Place:
    """A position of every form: what it is worth, and the scores kept for that worth."""

    __slots__ = ("memo", "worth")

    def __init__(self, worth: Worth, memo: "dict[Any, _Kept]") -> None:
        self.worth, self.memo = worth, memo


class _Kept(NamedTuple):
    points: int
    most: int
    excluded: int
    pending: int
    text: str
    row: list[Any]


class Rescorer:
    """Scores frozen documents of one assessment again.

    `item_of(version_id, variant)` gives an item as drawn with the key that holds now; `rulings` are
    those in force by item version. `versions` limits what is scored anew: positions that asked
    another item keep the score they had. None means everything.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        item_of: Callable[[int, int | None], Item],
        rulings: Mapping[int, Ruling],
        versions: Collection[int] | None = None,
    ) -> None:
        self._item_of, self._rulings, self._versions = item_of, rulings, versions
        # As a document's rows write them: one that holds none of these need not be read.
        self._signs = [f",{version_id}," for version_id in versions or ()]
        self._places: list[_Place] = []
        memos: dict[Worth, dict[Any, _Kept]] = {}
        for section in blueprint.sections:
            worth = Worth(section.points_milli, section.marking)
            place = _Place(worth, memos.setdefault(worth, {}))
            self._places += [place] * section.count
        self._room = KEPT_ANSWERS

    def rescore(self, answers: str, items: str, marks: Mapping[int, Mark]) -> Rescored | None:
        """Score a frozen document; `items` are its position scores so far.

        None where it asked none of the `versions`, and where a total alone is known.
        """
        if answers == NO_ANSWERS:
            return None
        if self._versions is not None and not any(sign in answers for sign in self._signs):
            return None
        rows = json.loads(answers)
        if self._versions is None and not marks and _FLAGGED not in items:
            return self._rescore_all(rows)
        wanted = [n for n, row in enumerate(rows) if self._concerns(row)]
        return self._rescore_some(rows, json.loads(items), wanted, marks) if wanted else None

    def _concerns(self, row: list[Any]) -> bool:
        return self._versions is None or row[1] in self._versions

    def _rescore_all(self, rows: list[list[Any]]) -> Rescored:
        points = most = excluded = pending = 0
        texts = []
        keep = self._keep
        for row, place in zip(rows, self._places, strict=True):
            key = (row[1], row[4]) if len(row) == PLAIN_ROW else (row[1], row[4], row[5])
            kept = place.memo.get(key) or keep(row, place, key)
            points += kept[0]
            most += kept[1]
            excluded += kept[2]
            pending += kept[3]
            texts.append(kept[4])
        return Rescored(max(0, points), most, excluded, pending, f"[{','.join(texts)}]")

    def _rescore_some(
        self,
        rows: list[list[Any]],
        items: list[list[Any]],
        wanted: Sequence[int],
        marks: Mapping[int, Mark],
    ) -> Rescored:
        for n in wanted:
            row, place, mark = rows[n], self._places[n], marks.get(n + 1)
            if mark is None:
                key = tuple(row[1::3]) + tuple(row[PLAIN_ROW:])
                new = (place.memo.get(key) or self._keep(row, place, key)).row
            else:
                new = self._score(row, place, mark).to_row()
            items[n] = [*new[:3], items[n][3]]
        worths = (place.worth.points_milli for place in self._places)
        return Rescored(
            points_milli=max(0, sum(row[0] for row in items)),
            max_milli=sum(row[1] for row in items),
            excluded_milli=sum(worths) - sum(row[1] for row in items),
            pending=sum(row[2] == Outcome.PENDING for row in items),
            items=canonical(items),
        )

    def _score(self, row: list[Any], place: _Place, mark: Mark | None) -> PositionScore:
        version_id, variant = row[1], row[PLAIN_ROW] if len(row) > PLAIN_ROW else None
        item = self._item_of(version_id, variant)
        return score_position(item, row[4], place.worth, self._rulings.get(version_id), mark)

    def _keep(self, row: list[Any], place: _Place, key: tuple[Any, ...]) -> _Kept:
        score = self._score(row, place, None)
        new = score.to_row()
        pending = int(score.outcome == Outcome.PENDING)
        kept = _Kept(
            score.points_milli, score.max_milli, score.excluded_milli, pending, canonical(new), new
        )
        if row[4] is None or len(row[4]) <= KEPT_CHARS:
            if self._room <= 0:  # emptied: simpler than an order, and the next answers fill it
                for each in self._places:
                    each.memo.clear()
                self._room = KEPT_ANSWERS
            place.memo[key] = kept
            self._room -= 1
        return kept
