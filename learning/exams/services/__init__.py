"""Use cases of sittings: write one, admit, open, start, record results, close."""

from learning.exams.services.admission import (
    AdmissionPlan,
    Choice,
    ChoiceKind,
    admit,
    plan_admission,
    withdraw,
)
from learning.exams.services.halls import add_room, appoint, dismiss, remove_room
from learning.exams.services.managing import (
    close_sitting,
    create_sitting,
    edit_sitting,
    open_sitting,
)
from learning.exams.services.sitting import start_sitting, take_result

__all__ = [
    "AdmissionPlan",
    "Choice",
    "ChoiceKind",
    "add_room",
    "admit",
    "appoint",
    "close_sitting",
    "create_sitting",
    "dismiss",
    "edit_sitting",
    "open_sitting",
    "plan_admission",
    "remove_room",
    "start_sitting",
    "take_result",
    "withdraw",
]
