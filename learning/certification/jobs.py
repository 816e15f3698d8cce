"""What the worker does for certification: issue what passes earn, forget what nobody needs."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED as ACCOUNT_CLOSED
from learning.certification.events import AWARD_DUE, REVOKED, TERMS_CHANGED
from learning.certification.services import (
    award_earlier_passes,
    doubt_fallen,
    forget_room_events,
    open_renewals,
    take_close,
    take_result,
    take_revocation,
    take_terms,
)
from learning.certification.services.keeping import forget_papers, forget_person
from learning.exams.events import CLOSED, RESULT_RECORDED, RESULT_WITHDRAWN
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

DAILY_S = 24 * 3600.0
HOURLY_S = 3600.0  # and at once again while there are more


def _take(session: Session, event: Event, now: datetime) -> None:
    _ACTS[event.kind](session, event, now)


_ACTS = {
    TERMS_CHANGED: take_terms,
    RESULT_RECORDED: take_result,
    RESULT_WITHDRAWN: doubt_fallen,
    AWARD_DUE: award_earlier_passes,
    CLOSED: take_close,
    REVOKED: take_revocation,
}


def room_events_job(months: int) -> Job:
    """Return the job that forgets what rooms told, so many months after an attempt."""
    return Job(
        "certification.room_events",
        partial(_forget, months=months),
        DAILY_S,
        alone=True,
        lane="upkeep",
    )


def _forget(database: Database, now: datetime, *, months: int) -> int:
    with database.transaction() as session:
        return forget_room_events(session, now, months=months)


def _open_renewals(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return open_renewals(session, now)


def _forget_papers(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return forget_papers(session, now)


def _leave(session: Session, event: Event, now: datetime) -> None:
    forget_person(session, event.payload["user_id"], now)


PAPERS = Job("certification.papers", _forget_papers, DAILY_S, alone=True, lane="upkeep")
LEAVING = Consumer("certification.leaving", frozenset({ACCOUNT_CLOSED}), _leave)
RENEWALS = Job("certification.renewals", _open_renewals, HOURLY_S, alone=True, lane="upkeep")
AWARD = Consumer("certification.award", frozenset(_ACTS), _take)
