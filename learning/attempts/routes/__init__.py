"""HTTP of the attempt engine: the room, saving, submitting, stepping, the result."""

from learning.attempts.routes import result, room, saving, stepwise
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.uses import shown_in_attempts, uses_in_assessments

__all__ = ["bp", "result", "room", "saving", "shown_in_attempts", "stepwise", "uses_in_assessments"]
