"""What the worker does for boards: fill their mirror where one is asked for."""

from datetime import datetime

from learning.kernel.db import Database
from learning.kernel.jobs import Job
from learning.leaderboards.services import fill_wanted


def fill_due(database: Database, _now: datetime) -> int:
    """Fill the mirror of a board that was asked for; return whether one was."""
    return fill_wanted(database)


MIRRORS = Job("leaderboards.mirrors", fill_due, every_s=2.0, alone=True, lane="upkeep")
