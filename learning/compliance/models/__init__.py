"""Tables of compliance. No queries here."""

from learning.compliance.models.requirements import Exemption, Requirement, StaffStatus

__all__ = [
    "Exemption",
    "Requirement",
    "StaffStatus",
]
