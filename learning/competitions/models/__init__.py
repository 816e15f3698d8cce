"""Tables of competitions. No queries here."""

from learning.competitions.models.awards import Award, AwardObjection, AwardPlan
from learning.competitions.models.competitions import (
    Competition,
    Division,
    EnterpriseEnrolment,
    EnterpriseResult,
    Entry,
    Round,
)

__all__ = [
    "Award",
    "AwardObjection",
    "AwardPlan",
    "Competition",
    "Division",
    "EnterpriseEnrolment",
    "EnterpriseResult",
    "Entry",
    "Round",
]
