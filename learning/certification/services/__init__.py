"""Use cases of certification: keep schemes, issue what a pass earns, revoke."""

from learning.certification.rules.deciding import Outcome
from learning.certification.services.acts import (
    correct_name,
    lift_suspension,
    suspend_certificate,
)
from learning.certification.services.awarding import (
    award_earlier_passes,
    doubt_fallen,
    take_close,
    take_lift,
    take_result,
    take_revocation,
)
from learning.certification.services.deciding import (
    Verdict,
    begin_file,
    decide_file,
    grant_many,
    preview,
)
from learning.certification.services.files import Deed, record_deed, settle
from learning.certification.services.forgetting import forget_applications, forget_room_events
from learning.certification.services.hours import take_hours
from learning.certification.services.issuing import Issued, decide_and_issue
from learning.certification.services.renewing import open_renewals
from learning.certification.services.schemes import (
    attach_sitting,
    create_scheme,
    detach_sitting,
    edit_scheme,
    record_download,
    revoke_certificate,
)
from learning.certification.services.terms import publish_terms, take_terms
from learning.certification.services.verification import (
    ListLeave,
    Verified,
    allow_list,
    count_misses,
    look_up_number,
    verify_pairs,
)

__all__ = [
    "Deed",
    "Issued",
    "ListLeave",
    "Outcome",
    "Verdict",
    "Verified",
    "allow_list",
    "attach_sitting",
    "award_earlier_passes",
    "begin_file",
    "correct_name",
    "count_misses",
    "create_scheme",
    "decide_and_issue",
    "decide_file",
    "detach_sitting",
    "doubt_fallen",
    "edit_scheme",
    "forget_applications",
    "forget_room_events",
    "grant_many",
    "lift_suspension",
    "look_up_number",
    "open_renewals",
    "preview",
    "publish_terms",
    "record_deed",
    "record_download",
    "revoke_certificate",
    "settle",
    "suspend_certificate",
    "take_close",
    "take_hours",
    "take_lift",
    "take_result",
    "take_revocation",
    "take_terms",
    "verify_pairs",
]
