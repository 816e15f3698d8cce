"""One act of a person who supervises, on many attempts: done, written down, done once.

Whether the person may do it is for the caller to know.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, AttemptAct
from learning.attempts.rules import GRACE, Act, ActKind
from learning.attempts.services.finishing import force_finish, void_attempt
from learning.attempts.services.timing import (
    HeldAttempt,
    add_extra_time,
    hold_all,
    log_act,
    pause_attempts,
    resume_attempts,
)

MAX_ENDED = 20  # each is scored in the same transaction


def act_on(
    session: Session, attempt_ids: Sequence[int], act: Act, *, actor_id: int, now: datetime
) -> int:
    """Do an act to attempts, by row id; return to how many it was done.

    Passed by are those that it does not fit (a pause of a paused one, anything but voiding of a
    finished one) and those that had it already under its `act_id`. At most 100 a call, 20 that are
    ended.
    """
    if act.kind in {ActKind.FORCE, ActKind.VOID}:
        return _end(session, attempt_ids, act, actor_id, now)
    held = hold_all(session, attempt_ids)
    done = _done_already(session, attempt_ids, act)  # seen under the locks
    fitting = [one for one in held if one.attempt.id not in done and _fits(one, act, now)]
    ids = [one.attempt.id for one in fitting]
    if act.kind is ActKind.PAUSE:
        pause_attempts(session, ids, actor_id=actor_id, reason=act.account, now=now)
    elif act.kind is ActKind.RESUME:
        resume_attempts(session, ids, actor_id=actor_id, reason=act.account, now=now)
    elif act.kind is ActKind.EXTEND:
        add_extra_time(
            session,
            ids,
            act.extra,
            actor_id=actor_id,
            reason=act.account,
            now=now,
            act_id=act.act_id,
        )
    else:
        for one in fitting:
            log_act(session, one.attempt, "attempt.messaged", actor_id, act.account, now)
    return _note(session, ids, act, actor_id, now)


def _fits(held: HeldAttempt, act: Act, now: datetime) -> bool:
    attempt: Attempt = held.attempt
    if act.kind is ActKind.PAUSE:
        return attempt.paused_at is None and attempt.deadline_at >= now - GRACE
    if act.kind is ActKind.RESUME:
        return attempt.paused_at is not None
    return True


def _end(
    session: Session, attempt_ids: Sequence[int], act: Act, actor_id: int, now: datetime
) -> int:
    if len(attempt_ids) > MAX_ENDED:
        raise ValueError(f"at most {MAX_ENDED} attempts are ended in a transaction")
    end = void_attempt if act.kind is ActKind.VOID else force_finish
    ended = [
        attempt_id
        for attempt_id in sorted(attempt_ids)
        if end(session, attempt_id, actor_id=actor_id, reason=act.account, now=now)
    ]
    return _note(session, ended, act, actor_id, now)


def _done_already(session: Session, attempt_ids: Sequence[int], act: Act) -> set[int]:
    return set(
        session.scalars(
            select(AttemptAct.attempt_id).where(
                AttemptAct.attempt_id.in_(attempt_ids), AttemptAct.act_id == act.act_id
            )
        )
    )


def _note(session: Session, ids: Iterable[int], act: Act, actor_id: int, now: datetime) -> int:
    rows = [
        {
            "attempt_id": attempt_id,
            "act_id": act.act_id,
            "kind": act.kind.value,
            "reason": act.reason.value,
            "note": act.note,
            "extra_s": int(act.extra.total_seconds()),
            "made_by": actor_id,
            "made_at": now,
        }
        for attempt_id in ids
    ]
    if rows:
        session.execute(insert(AttemptAct), rows)
    return len(rows)
