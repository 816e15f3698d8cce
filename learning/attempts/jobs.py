"""What the worker does for attempts: the sweep, what items were shown, what follows from acts."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.events import OUTAGE, RULED, SCORED, WINDOW, OutageDeclared, WindowMoved
from learning.attempts.queries import find_form, list_due
from learning.attempts.rules import SWEEP_DELAY
from learning.attempts.services import follow_window, give_back, hand_keys_to_bank, sweep_attempt
from learning.kernel.db import Database, from_us
from learning.kernel.events import Consumer, Event
from learning.question_bank.services import count_exposure

SWEEP_BATCH = 500


def sweep_due(database: Database, now: datetime, limit: int = SWEEP_BATCH) -> int:
    """Finish the attempts that ran out, one transaction each; return how many it finished."""
    with database.session(write=False) as session:
        due = list_due(session, now - SWEEP_DELAY, limit)
    finished = 0
    for attempt_id in due:
        with database.transaction() as session:
            finished += sweep_attempt(session, attempt_id, now)
    return finished


def _expose(session: Session, event: Event, _now: datetime) -> None:
    if event.payload.get("version", 1) > 1:
        return  # shown once, however often it is scored
    form = find_form(session, event.payload["attempt"])
    if form is not None:
        count_exposure(session, form.version_ids, from_us(event.payload["finished_us"]))


EXPOSURE = Consumer("attempts.exposure", frozenset({SCORED}), _expose)


def _give_back(session: Session, event: Event, now: datetime) -> None:
    give_back(session, OutageDeclared(**event.payload), now)


OUTAGES = Consumer("attempts.outages", frozenset({OUTAGE}), _give_back)


def _follow(session: Session, event: Event, now: datetime) -> None:
    follow_window(session, WindowMoved(**event.payload), now)


KEYS = Consumer("attempts.keys", frozenset({RULED}), hand_keys_to_bank)
WINDOWS = Consumer("attempts.windows", frozenset({WINDOW}), _follow)
