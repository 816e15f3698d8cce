"""Tables of sittings, one file a subject. No queries here."""

from learning.exams.models.analyses import SittingAnalysis
from learning.exams.models.appeals import AppealRegrade, RegradeEffect, SittingAppeal
from learning.exams.models.applications import ApplicationFile, SittingApplication
from learning.exams.models.halls import SittingIncident, SittingRoom, SittingStaff
from learning.exams.models.marking import DeclaredConflict, Marking, MarkingTask
from learning.exams.models.sheets import AnswerSheet, SheetKeying, SheetScan
from learning.exams.models.sittings import Admission, ResultRow, Sitting
from learning.exams.models.standards import StandardJudge, StandardJudgement, StandardSetting

__all__ = [
    "Admission",
    "AnswerSheet",
    "AppealRegrade",
    "ApplicationFile",
    "DeclaredConflict",
    "Marking",
    "MarkingTask",
    "RegradeEffect",
    "ResultRow",
    "SheetKeying",
    "SheetScan",
    "Sitting",
    "SittingAnalysis",
    "SittingAppeal",
    "SittingApplication",
    "SittingIncident",
    "SittingRoom",
    "SittingStaff",
    "StandardJudge",
    "StandardJudgement",
    "StandardSetting",
]
