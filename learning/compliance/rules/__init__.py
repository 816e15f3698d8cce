"""Pure rules of compliance."""

from learning.compliance.rules.staff import (
    EXPIRING_WITHIN,
    StaffState,
    days_left,
)

__all__ = [
    "EXPIRING_WITHIN",
    "StaffState",
    "days_left",
]
