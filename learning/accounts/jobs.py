"""What the worker does for accounts: forgetting what is needed no longer."""

from datetime import datetime

from learning.accounts.services import prune_failures, prune_login_sessions
from learning.accounts.services.telling import prune_notices
from learning.kernel.db import Database
from learning.kernel.jobs import Job


def prune(database: Database, now: datetime) -> int:
    """Remove old failures and tickets, a slice a call; return how many."""
    with database.transaction() as session:
        return prune_failures(session, now)


def prune_sessions(database: Database, now: datetime) -> int:
    """Remove log-in sessions that ended long ago, a slice a call; return how many."""
    with database.transaction() as session:
        return prune_login_sessions(session, now)


def forget_notices(database: Database, now: datetime) -> int:
    """Remove notices of more than a year ago, a slice a call; return how many."""
    with database.transaction() as session:
        return prune_notices(session, now)


DAILY_S = 24 * 3600.0
ENDED_LOGINS = Job("accounts.sessions", prune_sessions, DAILY_S, alone=True, lane="upkeep")
PRUNE = Job("accounts.prune", prune, every_s=60, alone=True, lane="upkeep")
OLD_NOTICES = Job("accounts.notices", forget_notices, DAILY_S, alone=True, lane="upkeep")
