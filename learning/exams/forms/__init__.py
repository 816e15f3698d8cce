"""The forms of sittings: shape and limits; what they mean together is in the rules."""

from learning.exams.forms.accommodation import accommodation_values
from learning.exams.forms.appeals import (
    AnswerForm,
    AppealForm,
    HandlerForm,
)
from learning.exams.forms.applications import (
    ApplicationForm,
    BatchForm,
    DecideForm,
    WithdrawForm,
)
from learning.exams.forms.halls import (
    IncidentForm,
    LeaveForm,
    PlaceForm,
    PresenceForm,
    RoomForm,
    SeatingForm,
    SettingsForm,
    StaffForm,
    place_values,
    settings_values,
)
from learning.exams.forms.invigilating import ActForm, OutageForm, outage_values
from learning.exams.forms.marking import ConflictForm, MarkForm, ReopenForm, conflict_people
from learning.exams.forms.papers import DrawForm
from learning.exams.forms.rows import blank_row
from learning.exams.forms.sittings import (
    AdmissionForm,
    SittingForm,
    default_values,
    values_of,
)
from learning.exams.forms.standards import (
    AdoptForm,
    DismissForm,
    JudgementForm,
    JudgesForm,
    StandardForm,
    StepForm,
)
from learning.web.forms import plain_text

__all__ = [
    "ActForm",
    "AdmissionForm",
    "AdoptForm",
    "AnswerForm",
    "AppealForm",
    "ApplicationForm",
    "BatchForm",
    "ConflictForm",
    "DecideForm",
    "DismissForm",
    "DrawForm",
    "HandlerForm",
    "IncidentForm",
    "JudgementForm",
    "JudgesForm",
    "LeaveForm",
    "MarkForm",
    "OutageForm",
    "PlaceForm",
    "PresenceForm",
    "ReopenForm",
    "RoomForm",
    "SeatingForm",
    "SettingsForm",
    "SittingForm",
    "StaffForm",
    "StandardForm",
    "StepForm",
    "WithdrawForm",
    "accommodation_values",
    "blank_row",
    "conflict_people",
    "default_values",
    "outage_values",
    "place_values",
    "plain_text",
    "settings_values",
    "values_of",
]
