"""What the worker does for accounts: forgetting what throttling no longer needs."""

from datetime import datetime

from learning.accounts.services import prune_failures
from learning.kernel.db import Database
from learning.kernel.jobs import Job


def prune(database: Database, now: datetime) -> int:
    """Remove old failures and tickets, a slice a call; return how many."""
    with database.transaction() as session:
        return prune_failures(session, now)


PRUNE = Job("accounts.prune", prune, every_s=60, alone=True, lane="upkeep")
