"""Who holds an attempt, and for how long: takeover by another device, extra time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import get_attempt
from learning.attempts.rules import AttemptRules, deadline
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor

MAX_EXTENSIONS = 100  # an attempt's row is held against its saves for the length of a transaction


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


def add_extra_time(
    session: Session,
    attempt_ids: Sequence[int],
    extra: timedelta,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Give extra time to open attempts, by row id; return how many got it.

    At most 100 a call, in order of id: one transaction for a whole room would hold up its saves.
    """
    if len(attempt_ids) > MAX_EXTENSIONS:
        raise ValueError(f"at most {MAX_EXTENSIONS} attempts a transaction")
    rows = session.execute(
        select(Attempt, Assessment.rules, Assessment.closes_at)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(Attempt.id.in_(attempt_ids), Attempt.submitted_at.is_(None))
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()
    for attempt, rules_json, closes_at in rows:
        attempt.extra_s += int(extra.total_seconds())
        attempt.deadline_at = deadline(
            attempt.started_at,
            AttemptRules.from_json(rules_json).limit,
            closes_at,
            timedelta(seconds=attempt.extra_s),
        )
        audit.log(
            session,
            "attempt.extended",
            attempt.public_id,
            actor_id=actor_id,
            now=now,
            details={"extra_s": attempt.extra_s, "reason": reason},
        )
    session.flush()  # the caller's transaction ends here; sizes stay small
    return len(rows)
