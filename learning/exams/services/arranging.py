"""How a sitting is held: its settings, and the signal to begin."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.exams.models import Sitting
from learning.exams.rules import SittingSettings, State
from learning.exams.services.managing import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor

SECRET = frozenset({"access_code"})  # named in the audit trail, never shown there


def change_settings(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    changes: Mapping[str, Any],
    now: datetime,
) -> SittingSettings:
    """Change the settings that are named and leave the others; return all of them.

    The audit trail tells what changed. Raises NotFound, Conflict("closed"), ValueError or
    TypeError for a setting or value that there cannot be.
    """
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is State.CLOSED:
        raise Conflict("closed")
    old = sitting.settings
    new = SittingSettings.from_json(replace(old, **changes).to_json())
    if new == old:
        return old
    session.execute(update(Sitting).where(Sitting.id == sitting.id).values(settings=new.to_json()))
    was, told = asdict(old), asdict(new)
    details = {
        name: "***" if name in SECRET else str(value)
        for name, value in told.items()
        if value != was[name]
    }
    audit.log(
        session,
        "sitting.settings_changed",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    return new


def give_signal(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Let the waiting candidates begin; before its time the window opens now.

    Twice changes nothing. Raises NotFound, Conflict("sitting_not_running" | "no_signal_awaited" |
    "window_over").
    """
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is not State.OPEN:
        raise Conflict("sitting_not_running")
    if not sitting.settings.waits_for_signal:
        raise Conflict("no_signal_awaited")
    if now >= sitting.closes_at:
        raise Conflict("window_over")
    if sitting.begun_at is not None:
        return
    session.execute(update(Sitting).where(Sitting.id == sitting.id).values(begun_at=now))
    if now < sitting.opens_at:
        session.execute(
            update(Assessment).where(Assessment.id == sitting.assessment_id).values(opens_at=now)
        )
    audit.log(
        session,
        "sitting.signal_given",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"planned": sitting.opens_at.isoformat()},
    )
