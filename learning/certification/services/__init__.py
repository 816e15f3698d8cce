"""Use cases of certification: keep schemes, issue what a pass earns, revoke."""

from learning.certification.services.forgetting import forget_room_events
from learning.certification.services.issuing import (
    Issued,
    award_earlier_passes,
    decide_and_issue,
    doubt_fallen,
    take_close,
    take_result,
    take_revocation,
)
from learning.certification.services.schemes import (
    attach_sitting,
    create_scheme,
    detach_sitting,
    edit_scheme,
    record_download,
    revoke_certificate,
)
from learning.certification.services.verification import look_up_number

__all__ = [
    "Issued",
    "attach_sitting",
    "award_earlier_passes",
    "create_scheme",
    "decide_and_issue",
    "detach_sitting",
    "doubt_fallen",
    "edit_scheme",
    "forget_room_events",
    "look_up_number",
    "record_download",
    "revoke_certificate",
    "take_close",
    "take_result",
    "take_revocation",
]
