"""What a unit sets for the practice of its people: streaks and the ladder of the challenge."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries.reach import get_unit_in_reach
from learning.practice.models import PracticeSetting


def set_practice(
    session: Session,
    actor: Actor,
    raw_unit: str,
    *,
    streaks: bool | None,
    ladder: bool | None,
    now: datetime,
) -> None:
    """Set what holds for a unit and all below it; None leaves a thing to the unit above.

    Raises NotFound for a unit out of reach.
    """
    unit = get_unit_in_reach(session, actor, Permission.PRACTICE_SETTINGS, raw_unit, now)
    session.merge(
        PracticeSetting(
            unit_id=unit.id, streaks=streaks, ladder=ladder, set_by=actor.user_id, set_at=now
        )
    )
    audit.log(
        session,
        "practice.settings",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"streaks": streaks, "ladder": ladder},
    )
