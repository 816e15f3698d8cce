"""What the worker does for compliance: keep tasks of assignments up to date, and remind."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.compliance.models import Assignment
from learning.compliance.queries import reminders as queries
from learning.compliance.services import assignment_keeping as keeping
from learning.compliance.services import reminders
from learning.kernel.db import Database
from learning.kernel.jobs import Job

KEPT_EVERY = timedelta(seconds=60)
LOOKED_EVERY_S = 10.0
REMINDED_EVERY_S = 600.0

Find = Callable[[Session, Assignment, datetime, int], tuple[list[dict[str, Any]], int]]


def _keep(database: Database, now: datetime) -> int:
    """Bring the assignments up to date that were not looked at for a minute."""
    with database.session(write=False) as session:
        due = keeping.find_due(session, now - KEPT_EVERY)
    for assignment_id in due:
        keep_assignment(database, assignment_id, now)
    return 0


def keep_assignment(database: Database, assignment_id: int, now: datetime) -> None:
    """Enter people, compare with the facts, begin rounds: a short transaction a slice."""
    _walk(database, assignment_id, now, _newcomers, keeping.add_tasks)
    _walk(database, assignment_id, now, _changes, keeping.apply_changes)
    _walk(database, assignment_id, now, _rounds, keeping.add_tasks)
    with database.transaction() as session:
        session.execute(
            update(Assignment).where(Assignment.id == assignment_id).values(kept_at=now)
        )


def _newcomers(
    session: Session, assignment: Assignment, now: datetime, after: int
) -> tuple[list[dict[str, Any]], int]:
    return keeping.find_newcomers(session, assignment, now, after=after)


def _changes(
    session: Session, assignment: Assignment, now: datetime, after: int
) -> tuple[list[dict[str, Any]], int]:
    step = keeping.find_changes(session, assignment, now, after=after)
    return step.changes, step.last


def _rounds(
    session: Session, assignment: Assignment, now: datetime, after: int
) -> tuple[list[dict[str, Any]], int]:
    return keeping.find_next_rounds(session, assignment, now, after=after)


def _walk(
    database: Database,
    assignment_id: int,
    now: datetime,
    find: Find,
    write: Callable[[Session, list[dict[str, Any]]], None],
) -> None:
    after = 0
    while True:
        with database.session(write=False) as session:  # what changes nothing takes no turn
            assignment = session.get_one(Assignment, assignment_id)
            rows, after = find(session, assignment, now, after)
        if rows:
            with database.transaction() as session:
                write(session, rows)
        if not after:
            return


def _remind(database: Database, now: datetime, *, zone: str) -> int:
    """Tell everybody what ends, a slice of people at a time, then who looks after them."""
    remind_people(database, now, zone)
    with database.transaction() as session:
        settings = queries.list_settings(session)
        reminders.tell_keepers(session, settings, now)
        reminders.tell_robots(session, now)
    return 0


def remind_people(database: Database, now: datetime, zone: str) -> int:
    """Tell all people what ends, each once; return how many were told something."""
    with database.session(write=False) as session:
        settings = queries.list_settings(session)
    told = after = 0
    while True:
        with database.session(write=False) as session:  # who is told nothing takes no turn
            tellings, after = reminders.find_tellings(session, settings, now, zone, after=after)
        if tellings:
            with database.transaction() as session:
                told += reminders.tell(session, tellings, now)
        if not after:
            return told


def reminders_job(zone: str) -> Job:
    """Return the job that reminds; people without an organisation live in the zone."""
    run = partial(_remind, zone=zone)
    return Job("compliance.reminders", run, REMINDED_EVERY_S, alone=True, lane="upkeep")


ASSIGNMENTS = Job("compliance.assignments", _keep, LOOKED_EVERY_S, alone=True, lane="upkeep")
