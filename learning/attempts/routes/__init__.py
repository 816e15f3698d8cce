"""HTTP of the attempt engine: the room, saving, submitting, stepping, the result."""

from learning.attempts.routes import result, room, saving, stepwise
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.uses import uses_in_assessments

__all__ = ["bp", "result", "room", "saving", "stepwise", "uses_in_assessments"]
