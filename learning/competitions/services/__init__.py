"""Use cases of competitions: write one, open it, enter, start, publish the list."""

from learning.competitions.services.closing import (
    ClosingPlan,
    apply_plan,
    close_competition,
    plan_close,
    recompute_board,
    record_download,
    take_result,
    take_void,
)
from learning.competitions.services.enterprises import (
    correct_headcount,
    enrol_enterprise,
    record_own_download,
)
from learning.competitions.services.managing import (
    create_competition,
    edit_competition,
    open_competition,
)
from learning.competitions.services.participation import (
    Wish,
    enter_competition,
    show_name,
    start_round,
)

__all__ = [
    "ClosingPlan",
    "Wish",
    "apply_plan",
    "close_competition",
    "correct_headcount",
    "create_competition",
    "edit_competition",
    "enrol_enterprise",
    "enter_competition",
    "open_competition",
    "plan_close",
    "recompute_board",
    "record_download",
    "record_own_download",
    "show_name",
    "start_round",
    "take_result",
    "take_void",
]
