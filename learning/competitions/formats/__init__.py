"""What the settings of a round do (`rules.format`): pure functions, no database, no web.

May somebody begin an attempt now; what of the attempts counts; what an answer earns; who goes on to
the next round; where the stages of a contest stand in time. Presets show real shapes of contests.
"""

from learning.competitions.formats.attempts import Begun, attempt_refusal, day_of, day_start
from learning.competitions.formats.keeping import BonusDay, can_count, kept_by, kept_results
from learning.competitions.formats.presets import PRESETS, Later, Preset
from learning.competitions.formats.promotion import (
    MAX_TOP,
    Border,
    Promotion,
    Ranked,
    list_of,
    places_of,
    promote,
    share_of,
)
from learning.competitions.formats.rounds import (
    FIRST,
    MAX_ROUND_TITLE,
    MAX_ROUNDS,
    TRAINING,
    RoundPlan,
    Window,
    are_in_order,
    problems_of_round,
)
from learning.competitions.formats.steps import Step, full_points, step_points
from learning.competitions.formats.windows import LEAD, window_refusal

__all__ = [
    "FIRST",
    "LEAD",
    "MAX_ROUNDS",
    "MAX_ROUND_TITLE",
    "MAX_TOP",
    "PRESETS",
    "TRAINING",
    "Begun",
    "BonusDay",
    "Border",
    "Later",
    "Preset",
    "Promotion",
    "Ranked",
    "RoundPlan",
    "Step",
    "Window",
    "are_in_order",
    "attempt_refusal",
    "can_count",
    "day_of",
    "day_start",
    "full_points",
    "kept_by",
    "kept_results",
    "list_of",
    "places_of",
    "problems_of_round",
    "promote",
    "share_of",
    "step_points",
    "window_refusal",
]
