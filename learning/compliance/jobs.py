"""What the worker does for compliance: keep tasks up to date, remind, record what lapsed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.certification.events import (
    EXTERNAL_UNDONE,
    EXTERNAL_WITHDRAWN,
    ISSUED,
    REVOKED,
    SUSPENDED,
)
from learning.compliance.models import Assignment
from learning.compliance.presentation.reports import as_pdf
from learning.compliance.queries import reminders as queries
from learning.compliance.services import assignment_keeping as keeping
from learning.compliance.services import reminders, reports, team_reminders, work_reminders
from learning.compliance.services.founding import find_unfounded, found_grounds
from learning.compliance.services.lapses import find_lapsed, note_change, record_lapses
from learning.kernel.db import Database
from learning.kernel.events import Consumer
from learning.kernel.jobs import Job

KEPT_EVERY = timedelta(seconds=60)
LOOKED_EVERY_S = 10.0
REMINDED_EVERY_S = 600.0
HOURLY_S = 3600.0
DAILY_S = 24 * HOURLY_S
LAPSES = 100  # in one transaction: some 50 ms

log = logging.getLogger(__name__)

Rows = list[dict[str, Any]]
Find = Callable[[Session, Assignment, int], tuple[Rows, int]]


def _keep(database: Database, now: datetime) -> int:
    """Bring the assignments up to date that were not looked at for a minute."""
    with database.session(write=False) as session:
        due = keeping.find_due(session, now - KEPT_EVERY)
    for assignment_id in due:
        keep_assignment(database, assignment_id, now)
    return 0


def keep_assignment(database: Database, assignment_id: int, now: datetime) -> None:
    """Enter people, compare with the facts, begin rounds: a short transaction a slice."""
    with database.session(write=False) as session:
        newcomers = keeping.find_newcomers(session, session.get_one(Assignment, assignment_id), now)
    for start in range(0, len(newcomers), keeping.SLICE):
        _enter(database, assignment_id, newcomers[start : start + keeping.SLICE], now)
    with database.session(write=False) as session:
        meant = keeping.find_meant(session, session.get_one(Assignment, assignment_id), now)

    def changes(session: Session, assignment: Assignment, after: int) -> tuple[Rows, int]:
        step = keeping.find_changes(session, assignment, now, after=after, meant=meant)
        return step.changes, step.last

    def rounds(session: Session, assignment: Assignment, after: int) -> tuple[Rows, int]:
        return keeping.find_next_rounds(session, assignment, now, after=after)

    _walk(database, assignment_id, changes, keeping.apply_changes)
    _walk(database, assignment_id, rounds, keeping.add_tasks)
    with database.transaction() as session:
        session.execute(
            update(Assignment).where(Assignment.id == assignment_id).values(kept_at=now)
        )


def _enter(database: Database, assignment_id: int, people: list[int], now: datetime) -> None:
    with database.session(write=False) as session:
        assignment = session.get_one(Assignment, assignment_id)
        rows = keeping.new_tasks(session, assignment, people, now)
    if rows:
        with database.transaction() as session:
            keeping.add_tasks(session, rows)


def _walk(
    database: Database,
    assignment_id: int,
    find: Find,
    write: Callable[[Session, Rows], None],
) -> None:
    after = 0
    while True:
        with database.session(write=False) as session:  # what changes nothing takes no turn
            assignment = session.get_one(Assignment, assignment_id)
            rows, after = find(session, assignment, after)
        if rows:
            with database.transaction() as session:
                write(session, rows)
        if not after:
            return


def _remind(database: Database, now: datetime, *, zone: str) -> int:
    """Tell everybody what ends, a slice of people at a time, then who has work with them."""
    remind_people(database, now, zone)
    with database.session(write=False) as session:  # to count whole trees takes long
        settings = queries.list_settings(session)
        work = work_reminders.find_work_tellings(session, settings, now)
        keepers = team_reminders.find_keeper_tellings(session, settings, now)
        robots = team_reminders.find_robot_tellings(session, now)
    if work or keepers or robots:
        with database.transaction() as session:
            work_reminders.tell_work(session, work, now)
            team_reminders.tell_keepers(session, keepers, now)
            team_reminders.tell_robots(session, robots, now)
    return 0


def remind_people(database: Database, now: datetime, zone: str) -> int:
    """Tell all people what ends, each once; return how many were told something."""
    with database.session(write=False) as session:
        settings = queries.list_settings(session)
    told = after = 0
    while True:
        with database.session(write=False) as session:  # who is told nothing takes no turn
            tellings, after = reminders.find_tellings(session, settings, now, zone, after=after)
        for start in range(0, len(tellings), reminders.TOLD_AT_ONCE):
            with database.transaction() as session:
                part = tellings[start : start + reminders.TOLD_AT_ONCE]
                told += reminders.tell(session, part, now)
        if not after:
            return told


def reminders_job(zone: str) -> Job:
    """Return the job that reminds; people without an organisation live in the zone."""
    run = partial(_remind, zone=zone)
    return Job("compliance.reminders", run, REMINDED_EVERY_S, alone=True, lane="upkeep")


ASSIGNMENTS = Job("compliance.assignments", _keep, LOOKED_EVERY_S, alone=True, lane="upkeep")


def _record_lapses(database: Database, now: datetime) -> int:
    with database.session(write=False) as session:  # to look through all takes no writer's turn
        found = find_lapsed(session, now, limit=LAPSES)
    if not found:
        return 0
    with database.transaction() as session:
        return record_lapses(session, now, limit=LAPSES, among=found)


AUTHORISATION_LAPSES = Job(
    "compliance.authorisation_lapses", _record_lapses, HOURLY_S, alone=True, lane="upkeep"
)


def _found_grounds(database: Database, now: datetime) -> int:
    with database.session(write=False) as session:
        found = find_unfounded(session, now, limit=LAPSES)
    if not found:
        return 0
    with database.transaction() as session:
        found_grounds(session, found, now)
    return len(found)


AUTHORISATION_GROUNDS = Job(
    "compliance.authorisation_grounds", _found_grounds, HOURLY_S, alone=True, lane="upkeep"
)
# The job sees what has lapsed when it looks; what is in force again by then is seen by these.
LAPSES_AT_ONCE = Consumer(
    "compliance.lapses",
    frozenset({ISSUED, SUSPENDED, REVOKED, EXTERNAL_WITHDRAWN, EXTERNAL_UNDONE}),
    note_change,
)


def _make_report(database: Database, now: datetime) -> int:
    """Set the report that is next; what is set while no transaction is open is kept in one."""
    with database.session(write=False) as session:  # an idle second takes no writer's turn
        if not reports.has_due(session):
            return 0
    with database.transaction() as session:
        begun = reports.begin_report(session, now)
    if begun is None:
        return 0
    report_id, inputs = begun
    try:
        body = as_pdf(inputs)
    except Exception as error:
        log.exception("report %d cannot be set", report_id)
        with database.transaction() as session:
            reports.note_failed(session, report_id, getattr(error, "code", "unknown"))
        return 1
    with database.transaction() as session:
        reports.keep_report(session, report_id, body, now)
    return 1


def _forget_reports(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return reports.forget_reports(session, now)


# A lane of its own: what is cut in parts, and a contest's list, must not wait minutes behind it.
REPORTS = Job("compliance.reports", _make_report, 1.0, alone=True, lane="setting")
OLD_REPORTS = Job("compliance.old_reports", _forget_reports, DAILY_S, alone=True, lane="upkeep")
