"""What the worker does for attempts: the sweep."""

from datetime import datetime

from learning.attempts.queries import list_due
from learning.attempts.rules import SWEEP_DELAY
from learning.attempts.services import sweep_attempt
from learning.kernel.db import Database

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
