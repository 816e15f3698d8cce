"""What the worker does for study hours: credit completed lessons, stop clocks that fell silent."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from learning.courses.events import LESSON_COMPLETED
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job
from learning.study.models import StudyClock
from learning.study.services import stop_silent, take_completion
from learning.study.services.beating import to_ms

SILENT_EVERY_S = 20.0


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_completion(session, event)


def _stop_silent(database: Database, now: datetime) -> int:
    found = exists().where(
        StudyClock.is_running, StudyClock.beat_ms < to_ms(now) - 2 * StudyClock.gap_ms
    )
    with database.session(write=False) as session:  # an idle turn takes no writer's
        if not session.scalar(select(found)):
            return 0
    with database.transaction() as session:
        return stop_silent(session, now)


COMPLETIONS = Consumer("study.completions", frozenset({LESSON_COMPLETED}), _take)
CLOCKS = Job("study.clocks", _stop_silent, SILENT_EVERY_S, lane="upkeep")
