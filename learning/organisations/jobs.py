"""What the worker does for organisations: places end with the account, uploads are forgotten."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job
from learning.organisations.services.corrections import forget_corrections, prune_evidence
from learning.organisations.services.leaving import end_places
from learning.organisations.services.roster_emptying import empty_rosters

DAILY_S = 24 * 3600.0


def _take(session: Session, event: Event, now: datetime) -> None:
    end_places(session, event.payload["user_id"], now=now)
    forget_corrections(session, event.payload["user_id"], now=now)


def prune_corrections(database: Database, now: datetime) -> int:
    """Remove evidence that no decision needs any more, a slice a call; return how many files."""
    with database.transaction() as session:
        return prune_evidence(session, now)


def prune_rosters(database: Database, now: datetime) -> int:
    """Empty old uploaded rosters, a slice a call; return how many."""
    with database.transaction() as session:
        return empty_rosters(session, now)


LEAVING = Consumer("organisations.leaving", frozenset({CLOSED}), _take)
EVIDENCE = Job("organisations.evidence", prune_corrections, DAILY_S, alone=True, lane="upkeep")
ROSTERS = Job("organisations.rosters", prune_rosters, DAILY_S, alone=True, lane="upkeep")
