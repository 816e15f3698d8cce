"""Tables of study hours and tracks. No queries here."""

from learning.study.models.claims import StudyClaim
from learning.study.models.classes import (
    StudyClass,
    StudyClassUnit,
    StudyList,
    StudyMark,
    StudySession,
)
from learning.study.models.contests import ContestProof
from learning.study.models.hours import (
    StudyClock,
    StudyContra,
    StudyCredit,
    StudyDay,
    StudyRule,
    StudyStatement,
)
from learning.study.models.tracks import (
    Track,
    TrackDeclaration,
    TrackEnrolment,
    TrackPostRule,
    TrackVersion,
)

__all__ = [
    "ContestProof",
    "StudyClaim",
    "StudyClass",
    "StudyClassUnit",
    "StudyClock",
    "StudyContra",
    "StudyCredit",
    "StudyDay",
    "StudyList",
    "StudyMark",
    "StudyRule",
    "StudySession",
    "StudyStatement",
    "Track",
    "TrackDeclaration",
    "TrackEnrolment",
    "TrackPostRule",
    "TrackVersion",
]
