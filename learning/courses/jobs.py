"""What the worker does for courses: complete lessons whose self-check was handed in, draw pages."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.events import SCORED
from learning.courses.queries.media import find_missing_page, read_whole
from learning.courses.services import keep_page, take_check
from learning.kernel.db import Database
from learning.kernel.decks import draw_page
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

PAGES_EVERY_S = 10.0


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_check(session, event)


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


CHECKS = Consumer("courses.checks", frozenset({SCORED}), _take)
PAGES = Job("courses.pages", _draw, PAGES_EVERY_S, alone=True, lane="reading")
