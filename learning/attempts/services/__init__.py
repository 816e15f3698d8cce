"""Use cases of the attempt engine: make an assessment, start, finish, score, give time, regrade."""

from learning.attempts.services.acts import MAX_ENDED, act_on
from learning.attempts.services.assessments import Survey, create_assessment, survey_pool
from learning.attempts.services.finishing import (
    Submission,
    force_finish,
    submit_attempt,
    sweep_attempt,
    void_attempt,
)
from learning.attempts.services.holding import take_over
from learning.attempts.services.keying import (
    KeyedPaper,
    correct_paper,
    paper_refusal,
    record_paper,
)
from learning.attempts.services.outages import declare_outage, give_back
from learning.attempts.services.printing import MAX_DRAWN, draw_papers
from learning.attempts.services.recording import record_events
from learning.attempts.services.regrading import (
    Applied,
    RegradePreview,
    ScoreChange,
    apply_regrade,
    preview_regrade,
)
from learning.attempts.services.scores import add_marks
from learning.attempts.services.sections import leave_section
from learning.attempts.services.starting import start_attempt
from learning.attempts.services.stepwise import Committed, commit_position, reveal_position
from learning.attempts.services.timing import (
    MAX_HELD,
    add_extra_time,
    pause_attempts,
    resume_attempts,
)

__all__ = [
    "MAX_DRAWN",
    "MAX_ENDED",
    "MAX_HELD",
    "Applied",
    "Committed",
    "KeyedPaper",
    "RegradePreview",
    "ScoreChange",
    "Submission",
    "Survey",
    "act_on",
    "add_extra_time",
    "add_marks",
    "apply_regrade",
    "commit_position",
    "correct_paper",
    "create_assessment",
    "declare_outage",
    "draw_papers",
    "force_finish",
    "give_back",
    "leave_section",
    "paper_refusal",
    "pause_attempts",
    "preview_regrade",
    "record_events",
    "record_paper",
    "resume_attempts",
    "reveal_position",
    "start_attempt",
    "submit_attempt",
    "survey_pool",
    "sweep_attempt",
    "take_over",
    "void_attempt",
]
