"""An accommodation that was granted once is carried into the resits, until it is to be reviewed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from learning.exams.models import Admission
from learning.exams.queries import SittingView
from learning.exams.queries.carrying import earlier_accommodations
from learning.kernel import audit
from learning.kernel.permissions import Actor


def carry_accommodations(
    session: Session,
    actor: Actor,
    sitting: SittingView,
    user_ids: Iterable[int],
    *,
    now: datetime,
) -> int:
    """Give the people admitted to a resit what they were granted before, as far as it still holds.

    Who has been granted something here is left alone. Returns for how many there was something.
    """
    held = {
        user_id: earlier
        for user_id, earlier in earlier_accommodations(session, sitting, user_ids).items()
        if earlier.holds
    }
    if not held:
        return 0
    session.flush()  # the rows are written below the ORM
    session.connection().execute(
        update(Admission)
        .where(
            Admission.sitting_id == sitting.id,
            Admission.user_id == bindparam("of_user"),
            Admission.extra_percent == 0,
            Admission.extra_minutes == 0,
            Admission.accommodation == "",
        )
        .values(
            extra_percent=bindparam("percent"),
            extra_minutes=bindparam("minutes"),
            accommodation=bindparam("note"),
            accommodation_review_on=bindparam("review_on"),
            accommodation_from_id=bindparam("from_id"),
        ),
        [
            {
                "of_user": user_id,
                "percent": earlier.accommodation.percent,
                "minutes": earlier.accommodation.minutes,
                "note": earlier.accommodation.note,
                "review_on": earlier.accommodation.review_on,
                "from_id": earlier.sitting_id,
            }
            for user_id, earlier in held.items()
        ],
    )
    audit.log(
        session,
        "sitting.accommodations_carried",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"people": len(held)},
    )
    return len(held)
