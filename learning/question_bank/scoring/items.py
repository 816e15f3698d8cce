"""One item, one response, one score."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from learning.question_bank.item_types import Tally, is_answered, normalise, tally
from learning.question_bank.rules import AnswerKey, ItemDocument, ResponseInvalid
from learning.question_bank.scoring.marking import MarkingRule

_THOUSANDTH = 3


class Outcome(StrEnum):
    """What became of an item."""

    RIGHT = "right"
    PARTIAL = "partial"
    WRONG = "wrong"
    UNANSWERED = "unanswered"
    INVALID = "invalid"
    PENDING = "pending"
    GRANTED = "granted"  # a ruling gave everybody its points
    EXCLUDED = "excluded"  # a ruling took it out of the count


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Points to thousandths, possibly negative under negative marking, and the outcome."""

    points: Decimal
    outcome: Outcome


def score_item(
    document: ItemDocument,
    key: AnswerKey,
    response: Any,
    points: Decimal,
    rule: MarkingRule,
) -> ItemScore:
    """Score a response of any shape; never fails because of the response.

    What does not fit the item scores 0 as `invalid`, nothing answered 0 as `unanswered`. `partial`
    means that points were earned by an incomplete answer, `pending` that a person has yet to mark
    it or a part of it; `points` is what the item is worth, ≥ 0.
    """
    try:
        canonical = normalise(document, response)
        if not is_answered(document, canonical):
            return ItemScore(rounded(Fraction(0)), Outcome.UNANSWERED)
        counted = tally(document, key, canonical)
    except ResponseInvalid:
        return ItemScore(rounded(Fraction(0)), Outcome.INVALID)
    earned = rule.earned(document.kind, points, counted)
    return ItemScore(rounded(earned), _outcome(counted, earned))


def _outcome(counted: Tally, earned: Fraction) -> Outcome:
    if counted.is_pending:
        return Outcome.PENDING
    if counted.is_all_right:
        return Outcome.RIGHT
    return Outcome.PARTIAL if earned > 0 else Outcome.WRONG


def rounded(points: Fraction) -> Decimal:
    """Round to thousandths, half to even: 2/3 is 0.667, 1/2000 is 0.000, 3/2000 is 0.002."""
    return Decimal(round(points * 10**_THOUSANDTH)).scaleb(-_THOUSANDTH)
