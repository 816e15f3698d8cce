"""The forms of sittings: shape and limits; what they mean together is in the rules."""

from learning.exams.forms.halls import RoomForm, StaffForm
from learning.exams.forms.sittings import (
    AdmissionForm,
    SittingForm,
    default_values,
    plain_text,
    values_of,
)

__all__ = [
    "AdmissionForm",
    "RoomForm",
    "SittingForm",
    "StaffForm",
    "default_values",
    "plain_text",
    "values_of",
]
