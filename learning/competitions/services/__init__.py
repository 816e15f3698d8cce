"""Use cases of competitions: write one, open it, enter, start, publish the list."""

from learning.competitions.services.closing import (
    ClosingPlan,
    apply_plan,
    close_competition,
    plan_close,
    recompute_board,
    take_result,
)
from learning.competitions.services.managing import (
    create_competition,
    edit_competition,
    open_competition,
)
from learning.competitions.services.participation import enter_competition, start_round

__all__ = [
    "ClosingPlan",
    "apply_plan",
    "close_competition",
    "create_competition",
    "edit_competition",
    "enter_competition",
    "open_competition",
    "plan_close",
    "recompute_board",
    "start_round",
    "take_result",
]
