"""Scoring an attempt: form, keys and responses in, an exact score and a frozen document out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.folding import StoredResponse
from learning.attempts.rules.form import Form
from learning.attempts.rules.specification import Blueprint
from learning.question_bank.rules import Item
from learning.question_bank.scoring import ItemScore, score_item


@dataclass(frozen=True, slots=True)
class PositionScore:
    """The score of one position, points in thousandths; `flagged`: counted thanks to the grace."""

    position: int
    points_milli: int
    max_milli: int
    outcome: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class AttemptScore:
    """The score of an attempt and its frozen answers document (canonical JSON) with its hash.

    A total below zero (negative marking) counts as zero.
    """

    points_milli: int
    max_milli: int
    positions: tuple[PositionScore, ...]
    answers: str
    answers_sha256: str

    def items_json(self) -> str:
        """Return the position scores as canonical JSON rows [points, max, outcome, flagged]."""
        return canonical(
            [[p.points_milli, p.max_milli, p.outcome, p.flagged] for p in self.positions]
        )


def score_attempt(
    *,
    blueprint: Blueprint,
    form: Form,
    items: Sequence[Item],
    current: Mapping[int, StoredResponse],
    deadline_at: datetime,
) -> AttemptScore:
    """Score the current answers of a form; pure and exact: the same input, the same bytes.

    `items` are what was asked at each position, variants drawn; `current` is what `fold` gave.
    """
    positions = []
    for number, (place, item) in enumerate(zip(form.positions, items, strict=True), 1):
        response = current.get(number)
        result = score_item(
            item.document,
            item.key,
            json.loads(response.answer) if response else None,
            Decimal(place.points_milli) / 1000,
            blueprint.sections[place.section].marking,
        )
        positions.append(
            PositionScore(
                number,
                milli(result),
                place.points_milli,
                str(result.outcome),
                response is not None and response.is_flagged(deadline_at),
            )
        )
    answers = freeze(form, current)
    return AttemptScore(
        points_milli=max(0, sum(p.points_milli for p in positions)),
        max_milli=sum(p.max_milli for p in positions),
        positions=tuple(positions),
        answers=answers,
        answers_sha256=hashlib.sha256(answers.encode()).hexdigest(),
    )


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
