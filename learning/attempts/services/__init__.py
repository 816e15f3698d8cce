"""Use cases of the attempt engine: make an assessment, start, finish, score, give time, regrade."""

from learning.attempts.services.acts import MAX_ENDED, act_on
from learning.attempts.services.assessments import Survey, create_assessment, survey_pool
from learning.attempts.services.choosing import create_of_pinned, create_of_versions
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
from learning.attempts.services.making_up import MADE_UP
from learning.attempts.services.outages import declare_outage, give_back
from learning.attempts.services.preparing import (
    RegradeDesk,
    ask_plan_force,
    ask_plan_look,
    drop_plan,
    hold_plan,
    hold_plan_row,
    keep_plan_look,
    note_plan_failed,
    put_plan_into_force,
    rule_on_item,
    start_plan,
    take_back_ruling,
)
from learning.attempts.services.printing import MAX_DRAWN, draw_papers
from learning.attempts.services.recording import record_events
from learning.attempts.services.regrading import (
    Applied,
    RegradePreview,
    ScoreChange,
    apply_regrade,
    hand_keys_to_bank,
    preview_regrade,
)
from learning.attempts.services.scores import add_marks
from learning.attempts.services.sections import leave_section
from learning.attempts.services.starting import start_attempt
from learning.attempts.services.stepwise import (
    Committed,
    Revealed,
    commit_position,
    reveal_position,
)
from learning.attempts.services.timing import (
    MAX_HELD,
    add_extra_time,
    pause_attempts,
    resume_attempts,
)
from learning.attempts.services.windows import follow_window, move_window

__all__ = [
    "MADE_UP",
    "MAX_DRAWN",
    "MAX_ENDED",
    "MAX_HELD",
    "Applied",
    "Committed",
    "KeyedPaper",
    "RegradeDesk",
    "RegradePreview",
    "Revealed",
    "ScoreChange",
    "Submission",
    "Survey",
    "act_on",
    "add_extra_time",
    "add_marks",
    "apply_regrade",
    "ask_plan_force",
    "ask_plan_look",
    "commit_position",
    "correct_paper",
    "create_assessment",
    "create_of_pinned",
    "create_of_versions",
    "declare_outage",
    "draw_papers",
    "drop_plan",
    "follow_window",
    "force_finish",
    "give_back",
    "hand_keys_to_bank",
    "hold_plan",
    "hold_plan_row",
    "keep_plan_look",
    "leave_section",
    "move_window",
    "note_plan_failed",
    "paper_refusal",
    "pause_attempts",
    "preview_regrade",
    "put_plan_into_force",
    "record_events",
    "record_paper",
    "resume_attempts",
    "reveal_position",
    "rule_on_item",
    "start_attempt",
    "start_plan",
    "submit_attempt",
    "survey_pool",
    "sweep_attempt",
    "take_back_ruling",
    "take_over",
    "void_attempt",
]
