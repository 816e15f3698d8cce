"""Pure decisions of the attempt engine: specification, form, time, batches, folding, release."""

from learning.attempts.rules.batch import MAX_BATCH, Batch, BatchEntry, Rejected, parse_batch
from learning.attempts.rules.folding import StoredResponse, fold, missing_positions
from learning.attempts.rules.form import Form, FormPosition, draw_form
from learning.attempts.rules.release import Release, is_released
from learning.attempts.rules.scoring import AttemptScore, score_attempt
from learning.attempts.rules.specification import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Counts,
    Delivery,
    Section,
)
from learning.attempts.rules.timing import GRACE, SWEEP_DELAY, deadline, is_in_time

__all__ = [
    "GRACE",
    "MAX_BATCH",
    "SWEEP_DELAY",
    "AttemptRules",
    "AttemptScore",
    "Batch",
    "BatchEntry",
    "Blueprint",
    "ByHand",
    "Candidate",
    "Counts",
    "Delivery",
    "Form",
    "FormPosition",
    "Rejected",
    "Release",
    "Section",
    "StoredResponse",
    "deadline",
    "draw_form",
    "fold",
    "is_in_time",
    "is_released",
    "missing_positions",
    "parse_batch",
    "score_attempt",
]
