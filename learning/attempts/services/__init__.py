"""Use cases of the attempt engine: make an assessment, start, take over, submit, sweep, step."""

from learning.attempts.services.assessments import create_assessment
from learning.attempts.services.finishing import Submission, submit_attempt, sweep_attempt
from learning.attempts.services.holding import add_extra_time, take_over
from learning.attempts.services.starting import start_attempt
from learning.attempts.services.stepwise import Committed, commit_position, reveal_position

__all__ = [
    "Committed",
    "Submission",
    "add_extra_time",
    "commit_position",
    "create_assessment",
    "reveal_position",
    "start_attempt",
    "submit_attempt",
    "sweep_attempt",
    "take_over",
]
