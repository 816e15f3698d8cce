"""Tables of sittings, one file a subject. No queries here."""

from learning.exams.models.halls import SittingIncident, SittingRoom, SittingStaff
from learning.exams.models.sittings import Admission, ResultRow, Sitting

__all__ = ["Admission", "ResultRow", "Sitting", "SittingIncident", "SittingRoom", "SittingStaff"]
