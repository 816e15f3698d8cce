"""What people who supervise did to attempts, for the log and for the candidate's room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import AttemptAct
from learning.attempts.rules import ActKind, ActReason

MAX_ACTS = 500
MAX_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act on an attempt, as its log shows it."""

    attempt_id: int
    kind: ActKind
    reason: ActReason
    note: str
    extra_s: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A word to the candidate; ids grow, so that a room tells which it has shown."""

    id: int
    text: str
    sent_at: datetime


def list_acts(session: Session, attempt_ids: Sequence[int]) -> list[ActLine]:
    """Return what was done to attempts, newest first."""
    rows = session.execute(
        select(
            AttemptAct.attempt_id,
            AttemptAct.kind,
            AttemptAct.reason,
            AttemptAct.note,
            AttemptAct.extra_s,
            User.display_name,
            AttemptAct.made_at,
        )
        .join(User, User.id == AttemptAct.made_by)
        .where(AttemptAct.attempt_id.in_(attempt_ids))
        .order_by(AttemptAct.id.desc())
        .limit(MAX_ACTS)
    )
    return [
        ActLine(attempt_id, ActKind(kind), ActReason(why), note, extra_s, by, at)
        for attempt_id, kind, why, note, extra_s, by, at in rows
    ]


def list_messages(session: Session, attempt_id: int) -> list[Message]:
    """Return the last words to the candidate, oldest first."""
    rows = session.execute(
        select(AttemptAct.id, AttemptAct.note, AttemptAct.made_at)
        .where(AttemptAct.attempt_id == attempt_id, AttemptAct.kind == ActKind.MESSAGE.value)
        .order_by(AttemptAct.id.desc())
        .limit(MAX_MESSAGES)
    )
    return [Message(*row) for row in rows][::-1]
