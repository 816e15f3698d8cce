"""What the worker does for practice: note what was scored, take in what was released."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.events import SCORED
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job
from learning.practice.events import REPORT_ANSWERED
from learning.practice.models import PracticeIntake
from learning.practice.services import note_scored, put_off, take_in, tell_answered

log = logging.getLogger(__name__)
TAKEN = 20  # attempts a turn, one short transaction each


def _note(session: Session, event: Event, now: datetime) -> None:
    note_scored(session, event.payload["attempt"], event.payload["assessment_id"], now)


NOTEBOOK = Consumer("practice.notebook", frozenset({SCORED}), _note)
ANSWERS = Consumer("practice.answers", frozenset({REPORT_ANSWERED}), tell_answered)


def take_ready(database: Database, now: datetime) -> int:
    """Take in the attempts whose keys are released, the longest waiting first.

    What cannot be taken in is put off, since it must not keep the others waiting.
    """
    with database.session(write=False) as session:
        ready = list(
            session.scalars(
                select(PracticeIntake.attempt_id)
                .where(PracticeIntake.ready_at <= now)
                .order_by(PracticeIntake.ready_at, PracticeIntake.attempt_id)
                .limit(TAKEN)
            )
        )
    for attempt_id in ready:
        try:
            with database.transaction() as session:
                take_in(session, attempt_id, now)
        except Exception:
            log.exception("attempt %d cannot be taken into the notebook", attempt_id)
            with database.transaction() as session:
                put_off(session, attempt_id, now)
    return len(ready)


TAKE_IN = Job("practice.take_in", take_ready, alone=True, lane="upkeep")
