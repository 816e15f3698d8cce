"""Scoring an attempt: form, keys and responses in, an exact score and a frozen document out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.folding import StoredResponse
from learning.attempts.rules.form import Form
from learning.attempts.rules.rulings import Mark, Ruling, Treatment, apply_mark
from learning.attempts.rules.sections import Due
from learning.attempts.rules.specification import Blueprint
from learning.question_bank.rules import Item
from learning.question_bank.scoring import ItemScore, MarkingRule, Outcome, score_item

NO_ANSWERS = "[]"
"""The answers document of a paper of which the total alone was keyed."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a position of a form is worth, and by which rule."""

    points_milli: int
    marking: MarkingRule


@dataclass(frozen=True, slots=True)
class PositionScore:
    """The score of one position, points in thousandths; `flagged`: counted thanks to the grace.

    `excluded_milli` is what the position was worth before a ruling took it out.
    """

    points_milli: int
    max_milli: int
    outcome: str
    flagged: bool = False
    excluded_milli: int = 0

    def to_row(self) -> list[Any]:
        """Return [points, max, outcome, flagged]."""
        return [self.points_milli, self.max_milli, self.outcome, self.flagged]


@dataclass(frozen=True, slots=True)
class AttemptScore:
    """The score of an attempt and its frozen answers document (canonical JSON) with its hash.

    A total below zero (negative marking) counts as zero. `pending` positions wait for a person.
    """

    points_milli: int
    max_milli: int
    excluded_milli: int
    pending: int
    items: str
    answers: str
    answers_sha256: str


def score_attempt(
    *,
    blueprint: Blueprint,
    form: Form,
    items: Sequence[Item],
    current: Mapping[int, StoredResponse],
    due: Due,
    rulings: Mapping[int, Ruling],
) -> AttemptScore:
    """Score the current answers of a form; pure and exact: the same input, the same bytes.

    `items` are what was asked at each position, variants drawn, with the keys that hold by the
    `rulings` (by item version); `current` is what `fold` gave.
    """
    positions = []
    for number, (place, item) in enumerate(zip(form.positions, items, strict=True), 1):
        response = current.get(number)
        worth = Worth(place.points_milli, blueprint.sections[place.section].marking)
        score = score_position(
            item, response.answer if response else None, worth, rulings.get(place.version_id)
        )
        flagged = response is not None and response.is_flagged(due)
        positions.append([*score.to_row()[:3], flagged, score.excluded_milli])
    answers = freeze(form, current)
    return AttemptScore(
        points_milli=max(0, sum(p[0] for p in positions)),
        max_milli=sum(p[1] for p in positions),
        excluded_milli=sum(p[4] for p in positions),
        pending=sum(p[2] == Outcome.PENDING for p in positions),
        items=canonical([p[:4] for p in positions]),
        answers=answers,
        answers_sha256=hashlib.sha256(answers.encode()).hexdigest(),
    )


def total_score(points_milli: int, max_milli: int) -> AttemptScore:
    """Return the score of a paper of which only the total is known; rulings do not reach it."""
    return AttemptScore(
        points_milli=points_milli,
        max_milli=max_milli,
        excluded_milli=0,
        pending=0,
        items=NO_ANSWERS,
        answers=NO_ANSWERS,
        answers_sha256=hashlib.sha256(NO_ANSWERS.encode()).hexdigest(),
    )


def score_position(
    item: Item,
    answer: str | None,
    worth: Worth,
    ruling: Ruling | None = None,
    mark: Mark | None = None,
) -> PositionScore:
    """Score one position: ruling, machine, mark, in this order; `answer` is JSON text or None."""
    whole = worth.points_milli
    if ruling is not None and ruling.treatment is Treatment.EXCLUDED:
        return PositionScore(0, 0, Outcome.EXCLUDED.value, excluded_milli=whole)
    if ruling is not None and ruling.treatment is Treatment.FULL_MARKS:
        return PositionScore(whole, whole, Outcome.GRANTED.value)
    response = json.loads(answer) if answer is not None else None
    result = score_item(item.document, item.key, response, Decimal(whole) / 1000, worth.marking)
    points, outcome = milli(result), result.outcome
    if mark is not None:
        points, outcome = apply_mark(item.document, response, points, whole, mark)
    return PositionScore(points, whole, outcome.value)


def reaches_cut(points_milli: int, max_milli: int, excluded_milli: int, cut_milli: int) -> bool:
    """Tell whether points pass: the cut score itself does, in proportion to what still counts.

    points ≥ cut · maximum / (maximum + excluded), exactly. Worked: of 100 points 5 are excluded and
    the cut is 60: 57 of 95 pass, 56.999 do not. Where nothing counts nobody passes.
    """
    return max_milli > 0 and points_milli * (max_milli + excluded_milli) >= cut_milli * max_milli


def milli(score: ItemScore) -> int:
    """Return the points of an item score as integer thousandths, exactly."""
    return int(score.points * 1000)


def freeze(form: Form, current: Mapping[int, StoredResponse]) -> str:
    """Return the answers document: what was asked and what was answered, canonical JSON.

    [[position, item version, epoch, seq, answer], …]; epoch, seq and answer null if unanswered,
    the variant behind them where the item has one.
    """
    rows: list[list[Any]] = []
    for number, place in enumerate(form.positions, 1):
        response = current.get(number)
        answered = (response.epoch, response.seq, response.answer) if response else (None,) * 3
        variant = () if place.variant is None else (place.variant,)
        rows.append([number, place.version_id, *answered, *variant])
    return canonical(rows)
