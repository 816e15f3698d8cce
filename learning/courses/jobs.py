"""What the worker does for courses: complete lessons whose self-check was handed in, draw pages.

And forget what was anybody's own: the notes of who closed the account, files that nothing holds.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED
from learning.attempts.events import SCORED
from learning.courses.queries.media import find_forgotten, find_missing_page, read_whole
from learning.courses.services import forget_notes, forget_some, keep_page, take_check
from learning.kernel.db import Database
from learning.kernel.decks import draw_page
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

PAGES_EVERY_S = 10.0
FORGOTTEN_EVERY_S = 600.0
KEPT_UNHELD = timedelta(days=1)  # a file is there before what refers to it is


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_check(session, event)


def _leave(session: Session, event: Event, _now: datetime) -> None:
    forget_notes(session, event.payload["user_id"])


def _draw(database: Database, _now: datetime) -> int:
    """Draw one page while no database is held; return whether there was one."""
    with database.session(write=False) as session:
        missing = find_missing_page(session)
        content = read_whole(session, missing[0]) if missing else b""
    if missing is None:
        return 0
    drawn = draw_page(content, missing[1])
    with database.transaction() as session:
        keep_page(session, *missing, drawn)
    return 1


def _forget(database: Database, now: datetime) -> int:
    """Delete a piece of a file that nothing holds, a short turn each; return whether there was."""
    before = now - KEPT_UNHELD
    with database.session(write=False) as session:
        sha256 = find_forgotten(session, before)
    if sha256 is None:
        return 0
    with database.transaction() as session:
        forget_some(session, sha256, before)
    return 1


CHECKS = Consumer("courses.checks", frozenset({SCORED}), _take)
LEAVING = Consumer("courses.leaving", frozenset({CLOSED}), _leave)
PAGES = Job("courses.pages", _draw, PAGES_EVERY_S, alone=True, lane="reading")
FORGOTTEN = Job("courses.forgotten", _forget, FORGOTTEN_EVERY_S, alone=True, lane="upkeep")
