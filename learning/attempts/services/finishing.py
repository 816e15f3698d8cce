"""Finishing an attempt, once: by submission, sweep or force; scoring follows in the transaction.

The first statement takes the attempt's row, and with it waits for saves under way; responses are
read in a later statement, so that every acknowledged one is seen (READ COMMITTED).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.events import VOIDED, AttemptVoided
from learning.attempts.models import Attempt, ResponseRow
from learning.attempts.queries import (
    AttemptView,
    get_attempt,
    get_attempt_by_id,
    hold_for_scoring,
    list_responses,
)
from learning.attempts.rules import (
    GRACE,
    SWEEP_DELAY,
    Batch,
    BatchEntry,
    Due,
    StoredResponse,
    missing_positions,
)
from learning.attempts.rules.folding import highest_seq
from learning.attempts.services.closing import close_what_is_open
from learning.attempts.services.scores import score_finished
from learning.attempts.services.timing import end_pause, hold_open, log_act
from learning.attempts.watching import Receipt, receipt_of
from learning.kernel import audit, events
from learning.kernel.db import Instant
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor

# Made once: thousands hand in at the same minute, most of them with one unsent answer at the most.
_CARRIED = {
    dialect: build(ResponseRow).on_conflict_do_nothing()
    for dialect, build in (("postgresql", postgresql_insert), ("sqlite", sqlite_insert))
}
_NOW = bindparam("now", type_=Instant())
_SUBMIT = (
    update(Attempt)
    .where(
        Attempt.public_id == bindparam("pid"),
        Attempt.user_id == bindparam("owner_id"),
        Attempt.submitted_at.is_(None),
        Attempt.paused_at.is_(None),
        Attempt.epoch == bindparam("of_epoch"),
    )
    .values(
        submitted_at=_NOW,
        # After the grace it is the sweep's case, done early: finished at the deadline.
        finish_kind=case(
            (Attempt.deadline_at >= bindparam("within_grace"), "submitted"), else_="swept"
        ),
        finished_at=case((Attempt.deadline_at >= _NOW, _NOW), else_=Attempt.deadline_at),
    )
    .returning(Attempt.id)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of a submission: a repeated one finds the attempt already finished.

    `receipt` is there where this call finished it.
    """

    attempt: str
    was_finished: bool
    receipt: Receipt | None = None


def submit_attempt(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    batch: Batch,
    last_seq: Mapping[int, int],
    now: datetime,
) -> Submission:
    """Finish the attempt with the device's unsent queue, and score it.

    `last_seq` is the highest seq the device knows per position. Raises NotFound;
    Conflict("epoch") when another device holds it; Conflict("missing", positions) when the server
    lacks an answer that the device knows; Conflict("paused") while the invigilator has stopped the
    clock: saves go on then, and the hand-in waits with the clock. Nothing is changed by a refusal.
    """
    attempt_id = session.scalar(
        _SUBMIT,
        {
            "pid": raw_public_id,
            "owner_id": actor.user_id,
            "of_epoch": batch.epoch,
            "now": now,
            "within_grace": now - GRACE,
        },
    )
    if attempt_id is None:
        return _why_not(session, actor, raw_public_id, batch.epoch)
    attempt = hold_for_scoring(session, attempt_id)
    _store_carried(session, attempt, batch, now)
    responses = list_responses(session, attempt.id)
    _check_carried(batch, responses)
    missing = missing_positions(last_seq, highest_seq(responses))
    if missing:
        raise Conflict("missing", positions=missing)
    return Submission(
        attempt.public_id, was_finished=False, receipt=_score(session, attempt, responses, now)
    )


def finish_at_mistake(
    session: Session, attempt: AttemptView, at: datetime, now: datetime
) -> Receipt:
    """Finish an attempt that its rules end with the mistake committed at the instant; score it.

    The caller's transaction holds its row and has found it open.
    """
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(
            submitted_at=now,
            finish_kind="submitted",
            finished_at=min(at, attempt.deadline_at),
        )
        .execution_options(synchronize_session=False)
    )
    held = hold_for_scoring(session, attempt.id)
    return _score(session, held, list_responses(session, attempt.id), now)


def _score(
    session: Session, attempt: AttemptView, responses: Sequence[StoredResponse], now: datetime
) -> Receipt:
    """Score an attempt that was finished in this transaction; return its receipt."""
    close_what_is_open(session, attempt, responses, attempt.finished_at or now)
    score = score_finished(session, attempt, responses, now)
    return receipt_of(attempt, score.answers, score.answers_sha256)


def _why_not(session: Session, actor: Actor, raw_public_id: str, epoch: int) -> Submission:
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    if attempt.submitted_at is not None:
        return Submission(attempt.public_id, was_finished=True)
    if attempt.epoch == epoch and attempt.paused_at is not None:
        raise Conflict("paused")
    raise Conflict("epoch", epoch=attempt.epoch, sent=epoch)


def _store_carried(session: Session, attempt: AttemptView, batch: Batch, now: datetime) -> None:
    entries = [entry for entry in batch.entries if entry.position <= attempt.item_count]
    if not entries or attempt.open_position is not None:
        return  # under stepwise delivery what was not committed is not carried either
    due = attempt.due
    connection = session.connection()
    carry = _CARRIED[connection.dialect.name]
    rows = [_row(attempt, due, batch.epoch, entry, now) for entry in entries]
    if len(rows) == 1:
        connection.execute(carry, rows[0])
    else:  # one statement still, made for so many
        connection.execute(carry.values(rows))


def _row(
    attempt: AttemptView, due: Due, epoch: int, entry: BatchEntry, now: datetime
) -> dict[str, object]:
    return {
        "attempt_id": attempt.id,
        "position": entry.position,
        "epoch": epoch,
        "seq": entry.seq,
        "answer": entry.answer,
        # Nobody was asked yet what stands in a later section.
        "after_submit": not due.has_begun(entry.position, now),
        "saved_at": now,
    }


def _check_carried(batch: Batch, responses: Sequence[StoredResponse]) -> None:
    """Refuse when a carried answer shares its seq with a stored one of other content."""
    stored = {(r.position, r.epoch, r.seq): r.answer for r in responses}
    clashing = sorted(
        entry.position
        for entry in batch.entries
        if stored.get((entry.position, batch.epoch, entry.seq), entry.answer) != entry.answer
    )
    if clashing:
        raise Conflict("missing", positions=clashing)


def sweep_attempt(session: Session, attempt_id: int, now: datetime) -> bool:
    """Finish an attempt that ran out: finished at the deadline, scored from what was in time.

    Tells whether it did: another worker or the person may be faster, or hold the row just now, or
    its clock was stopped.
    """
    free = (
        select(Attempt.id)
        .where(
            Attempt.id == attempt_id,
            Attempt.submitted_at.is_(None),
            Attempt.paused_at.is_(None),
            Attempt.deadline_at < now - SWEEP_DELAY,
        )
        .with_for_update(skip_locked=True)
    )
    swept = session.scalar(
        update(Attempt)
        .where(Attempt.id.in_(free.scalar_subquery()))
        .values(submitted_at=now, finish_kind="swept", finished_at=Attempt.deadline_at)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    if swept is None:
        return False
    attempt = hold_for_scoring(session, swept)
    _score(session, attempt, list_responses(session, attempt.id), now)
    return True


def force_finish(
    session: Session, attempt_id: int, *, actor_id: int | None, reason: str, now: datetime
) -> bool:
    """Take an open attempt in: finished now, or at its deadline when that is over.

    What was saved in time is scored; a pause ends first, with its time given. Tells whether it did:
    one that is finished already stays as it is.
    """
    held = hold_open(session, attempt_id)
    if held is None:
        return False
    end_pause(session, held, actor_id=actor_id, reason=reason, now=now)
    attempt = held.attempt
    attempt.submitted_at = now
    attempt.finish_kind = "forced"
    attempt.finished_at = min(now, attempt.deadline_at)
    session.flush()  # scoring reads the row
    view = hold_for_scoring(session, attempt_id)
    _score(session, view, list_responses(session, attempt_id), now)
    log_act(session, attempt, "attempt.forced", actor_id, reason, now)
    return True


def void_attempt(
    session: Session,
    attempt_id: int,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
    cause: str = "",
) -> bool:
    """Let an attempt count for nothing; its answers and scores stay as they are.

    An open one is taken in first. It was a try: whether the person gets another one is decided
    elsewhere. `cause` goes into the event. Tells whether it did: a void one stays void. Raises
    NotFound.
    """
    force_finish(session, attempt_id, actor_id=actor_id, reason=reason, now=now)
    row = session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.voided_at.is_(None))
        .values(voided_at=now)
        .returning(Attempt.public_id, Attempt.assessment_id, Attempt.user_id, Attempt.number)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        get_attempt_by_id(session, attempt_id)
        return False
    audit.log(
        session,
        "attempt.voided",
        row.public_id,
        actor_id=actor_id,
        now=now,
        details={"reason": reason},
    )
    events.record(session, VOIDED, AttemptVoided(*row, cause).payload(), now)
    return True
