"""Finishing an attempt, once: by submission or by the sweep; scoring follows in the transaction.

The first statement takes the attempt's row, and with it waits for saves under way; responses are
read in a later statement, so that every acknowledged one is seen (READ COMMITTED).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.events import SCORED, AttemptScored
from learning.attempts.models import Attempt, ResponseRow, ScoreRow
from learning.attempts.queries import (
    AttemptView,
    get_attempt,
    get_attempt_by_id,
    list_items,
    list_responses,
)
from learning.attempts.rules import (
    GRACE,
    SWEEP_DELAY,
    Batch,
    BatchEntry,
    StoredResponse,
    fold,
    missing_positions,
    score_attempt,
)
from learning.attempts.rules.folding import highest_seq
from learning.kernel import events
from learning.kernel.db import Instant, to_us
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of a submission: a repeated one finds the attempt already finished."""

    attempt: str
    was_finished: bool


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
    lacks an answer that the device knows: nothing is changed then.
    """
    attempt_id = session.scalar(
        update(Attempt)
        .where(
            Attempt.public_id == raw_public_id,
            Attempt.user_id == actor.user_id,
            Attempt.submitted_at.is_(None),
            Attempt.epoch == batch.epoch,
        )
        .values(
            submitted_at=now,
            # After the grace it is the sweep's case, done early: finished at the deadline.
            finish_kind=case((Attempt.deadline_at >= now - GRACE, "submitted"), else_="swept"),
            finished_at=case(
                (Attempt.deadline_at >= now, literal(now, Instant())), else_=Attempt.deadline_at
            ),
        )
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    if attempt_id is None:
        return _why_not(session, actor, raw_public_id, batch.epoch)
    attempt = get_attempt_by_id(session, attempt_id)
    _store_carried(session, attempt, batch, now)
    responses = list_responses(session, attempt.id)
    _check_carried(batch, responses)
    missing = missing_positions(last_seq, highest_seq(responses))
    if missing:
        raise Conflict("missing", positions=missing)
    _score(session, attempt, responses, now)
    return Submission(attempt.public_id, was_finished=False)


def _why_not(session: Session, actor: Actor, raw_public_id: str, epoch: int) -> Submission:
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    if attempt.submitted_at is not None:
        return Submission(attempt.public_id, was_finished=True)
    raise Conflict("epoch", epoch=attempt.epoch, sent=epoch)


def _store_carried(session: Session, attempt: AttemptView, batch: Batch, now: datetime) -> None:
    entries = [entry for entry in batch.entries if entry.position <= attempt.item_count]
    if not entries or attempt.open_position is not None:
        return  # under stepwise delivery what was not committed is not carried either
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        build(ResponseRow)
        .values([_row(attempt, batch.epoch, entry, now) for entry in entries])
        .on_conflict_do_nothing()
    )


def _row(attempt: AttemptView, epoch: int, entry: BatchEntry, now: datetime) -> dict[str, object]:
    return {
        "attempt_id": attempt.id,
        "position": entry.position,
        "epoch": epoch,
        "seq": entry.seq,
        "answer": entry.answer,
        "after_submit": False,
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

    Tells whether it did: another worker or the person may be faster, or hold the row just now.
    """
    free = (
        select(Attempt.id)
        .where(
            Attempt.id == attempt_id,
            Attempt.submitted_at.is_(None),
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
    attempt = get_attempt_by_id(session, swept)
    _score(session, attempt, list_responses(session, attempt.id), now)
    return True


def _score(
    session: Session, attempt: AttemptView, responses: Sequence[StoredResponse], now: datetime
) -> None:
    form = attempt.form
    score = score_attempt(
        blueprint=attempt.blueprint,
        form=form,
        items=list_items(session, form.positions),
        current=fold(responses, attempt.deadline_at),
        deadline_at=attempt.deadline_at,
    )
    session.execute(
        insert(ScoreRow).values(
            attempt_id=attempt.id,
            version=1,
            points_milli=score.points_milli,
            max_milli=score.max_milli,
            answers=score.answers,
            answers_sha256=score.answers_sha256,
            items=score.items_json(),
            scored_at=now,
        )
    )
    finished_at = attempt.finished_at or now
    event = AttemptScored(
        attempt=attempt.public_id,
        assessment_id=attempt.assessment_id,
        user_id=attempt.user_id,
        number=attempt.number,
        points_milli=score.points_milli,
        max_milli=score.max_milli,
        started_us=to_us(attempt.started_at),
        finished_us=to_us(finished_at),
        duration_us=(finished_at - attempt.started_at) // timedelta(microseconds=1),
        finish_kind=attempt.finish_kind or "submitted",
    )
    events.record(session, SCORED, event.payload(), now)
