"""Tables of compliance. No queries here."""

from learning.compliance.models.assignments import Assignment, AssignmentPause, AssignmentTask
from learning.compliance.models.authorisations import (
    Authorisation,
    AuthorisationEnd,
    AuthorisationGround,
    AuthorisationSerial,
    CardForm,
)
from learning.compliance.models.filters import GridColumns, KeptFilter
from learning.compliance.models.reminders import Reminder, ReminderDigest, ReminderSettings
from learning.compliance.models.reports import CoverageReport
from learning.compliance.models.requirements import Exemption, Requirement, StaffStatus

__all__ = [
    "Assignment",
    "AssignmentPause",
    "AssignmentTask",
    "Authorisation",
    "AuthorisationEnd",
    "AuthorisationGround",
    "AuthorisationSerial",
    "CardForm",
    "CoverageReport",
    "Exemption",
    "GridColumns",
    "KeptFilter",
    "Reminder",
    "ReminderDigest",
    "ReminderSettings",
    "Requirement",
    "StaffStatus",
]
