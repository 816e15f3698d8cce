"""Pure decisions of the attempt engine: specification, form, time, batches, folding, release."""

from learning.attempts.rules.batch import MAX_BATCH, Batch, BatchEntry, Rejected, parse_batch
from learning.attempts.rules.folding import StoredResponse, fold, missing_positions
from learning.attempts.rules.form import Form, FormPosition, draw_form
from learning.attempts.rules.integrity import (
    AWAY_MS,
    DEPARTURES,
    MAX_KEPT,
    Integrity,
    Report,
    RoomEvent,
    parse_report,
)
from learning.attempts.rules.release import Release, is_released
from learning.attempts.rules.rescoring import Rescored, Rescorer
from learning.attempts.rules.rulings import (
    Asked,
    Mark,
    Ruling,
    Treatment,
    mark_fault,
    marks_from_json,
    marks_to_json,
    most_of,
)
from learning.attempts.rules.scoring import AttemptScore, reaches_cut, score_attempt
from learning.attempts.rules.specification import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Counts,
    Delivery,
    Section,
)
from learning.attempts.rules.timing import (
    GRACE,
    SESSION_MARGIN,
    SWEEP_DELAY,
    Span,
    deadline,
    is_in_time,
    lost_time,
    whole_seconds,
)

__all__ = [
    "AWAY_MS",
    "DEPARTURES",
    "GRACE",
    "MAX_BATCH",
    "MAX_KEPT",
    "SESSION_MARGIN",
    "SWEEP_DELAY",
    "Asked",
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
    "Integrity",
    "Mark",
    "Rejected",
    "Release",
    "Report",
    "Rescored",
    "Rescorer",
    "RoomEvent",
    "Ruling",
    "Section",
    "Span",
    "StoredResponse",
    "Treatment",
    "deadline",
    "draw_form",
    "fold",
    "is_in_time",
    "is_released",
    "lost_time",
    "mark_fault",
    "marks_from_json",
    "marks_to_json",
    "missing_positions",
    "most_of",
    "parse_batch",
    "parse_report",
    "reaches_cut",
    "score_attempt",
    "whole_seconds",
]
