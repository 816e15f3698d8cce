"""What the worker does for sittings: record results, close what is over."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.events import SCORED, VOIDED
from learning.exams.queries import get_by_id, list_due
from learning.exams.rules import SETTLING
from learning.exams.services import close_sitting, take_result
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

CLOSE_BATCH = 20

log = logging.getLogger(__name__)


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_result(session, event)


RESULTS = Consumer("exams.results", frozenset({SCORED, VOIDED}), _take)


def close_due(database: Database, now: datetime) -> int:
    """Close the sittings whose window and grace are over; return how many were closed.

    One in which somebody is still answering (extra time) or waits for the sweep keeps its turn for
    the next call, and does not keep the others waiting.
    """
    with database.session(write=False) as session:
        due = list_due(session, now - SETTLING, CLOSE_BATCH)
    return sum(_close(database, sitting_id, now) for sitting_id in due)


def _close(database: Database, sitting_id: int, now: datetime) -> bool:
    try:
        with database.transaction() as session:
            close_sitting(session, get_by_id(session, sitting_id), actor=None, now=now)
    except Conflict as conflict:
        log.info("sitting %d is not closed yet: %s", sitting_id, conflict.code)
        return False
    return True


CLOSE = Job("exams.close", close_due, every_s=5.0, alone=True)
