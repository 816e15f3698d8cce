"""HTTP of the attempt engine: the room, saving, submitting, stepping, watching, the result."""

from learning.attempts.routes import (
    receipt,
    result,
    room,
    saving,
    sections,
    stepwise,
    watching,
)
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.preparing import prepare_papers
from learning.attempts.routes.room import find_closed_room
from learning.attempts.routes.uses import shown_in_attempts, uses_in_assessments

__all__ = [
    "bp",
    "find_closed_room",
    "prepare_papers",
    "receipt",
    "result",
    "room",
    "saving",
    "sections",
    "shown_in_attempts",
    "stepwise",
    "uses_in_assessments",
    "watching",
]
