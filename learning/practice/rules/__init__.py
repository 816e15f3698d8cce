"""Pure decisions of practice: what an attempt teaches, when an item is due, what is weak."""

from learning.practice.rules.challenging import (
    Settings,
    count_right,
    rank_key_of,
    run_of_key,
    settings_of,
)
from learning.practice.rules.mocking import (
    Mock,
    MockArea,
    MockCell,
    MockResult,
    Supplied,
    areas_of,
    mock_rules,
    scaled_cut,
    set_mock,
)
from learning.practice.rules.scheduling import MASTERED_AFTER, Review, interval_of, review
from learning.practice.rules.taking import (
    READY_MARGIN,
    Answered,
    Tally,
    add_up,
    answered_of,
    ready_at,
    streak_of,
    tally_of,
    weakest,
)

__all__ = [
    "MASTERED_AFTER",
    "READY_MARGIN",
    "Answered",
    "Mock",
    "MockArea",
    "MockCell",
    "MockResult",
    "Review",
    "Settings",
    "Supplied",
    "Tally",
    "add_up",
    "answered_of",
    "areas_of",
    "count_right",
    "interval_of",
    "mock_rules",
    "rank_key_of",
    "ready_at",
    "review",
    "run_of_key",
    "scaled_cut",
    "set_mock",
    "settings_of",
    "streak_of",
    "tally_of",
    "weakest",
]
