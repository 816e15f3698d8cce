"""From a response to points: exact, pure, the only place where a key meets a response.

It knows nothing of attempts, time or tables. Points are `Decimal`; every result is computed as an
exact fraction and rounded once, to thousandths, half to even (so that rounding favours nobody over
many items).
"""

from learning.question_bank.scoring.items import ItemScore, Outcome, score_item
from learning.question_bank.scoring.marking import MarkingKind, MarkingRule

__all__ = ["ItemScore", "MarkingKind", "MarkingRule", "Outcome", "score_item"]
