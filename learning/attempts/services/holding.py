"""Which device holds an attempt: takeover by another one."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor


def take_over(
    session: Session, actor: Actor, raw_public_id: str, *, device_token: str, now: datetime
) -> int:
    """Make this device the one that answers: raise the epoch and return it.

    What the former device still has unsent stays there; its saves are refused with the new epoch.
    Raises NotFound; Conflict("already_submitted").
    """
    epoch = session.scalar(
        update(Attempt)
        .where(
            Attempt.public_id == raw_public_id,
            Attempt.user_id == actor.user_id,
            Attempt.submitted_at.is_(None),
        )
        .values(epoch=Attempt.epoch + 1, device_hash=digest(device_token))
        .returning(Attempt.epoch)
        .execution_options(synchronize_session=False)
    )
    if epoch is None:
        get_attempt(session, actor.user_id, raw_public_id)
        raise Conflict("already_submitted")
    audit.log(
        session,
        "attempt.taken_over",
        raw_public_id,
        actor_id=actor.user_id,
        now=now,
        details={"epoch": epoch},
    )
    return epoch
