"""Measurements that tell whether this installation may serve: each a check with its finding.

What is measured is read back from the database in use, over the very connections that save
answers: a setting that was meant to be there proves nothing (save-path: ways to a 2xx that is not
durable).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from learning.kernel import jobs
from learning.kernel.db import Database
from learning.kernel.events import Consumer, lag_s

MAX_CLOCK_DIFFERENCE = timedelta(seconds=1)
MAX_HEARTBEAT_AGE = timedelta(seconds=30)

# `on` and `remote_apply` survive the loss of the primary when a standby is configured. The weaker
# `remote_write` and `local` may forget an acknowledged answer at a failover, `off` at any crash.
DURABLE_COMMITS = frozenset({"on", "remote_apply"})
SQLITE_FULL = 2

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `detail` is a short English sentence for operators, without secrets."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All findings and the age of the oldest undelivered event in seconds."""

    checks: tuple[Check, ...]
    lag_s: float | None

    @property
    def ok(self) -> bool:
        """Tell whether every check passed."""
        return all(check.ok for check in self.checks)


def measure(
    database: Database, clock: Clock, *, head: str, consumers: Sequence[Consumer]
) -> Readiness:
    """Measure everything; a database that cannot be reached leaves only that finding."""
    try:
        with database.autocommit.connect() as connection:
            checks = [
                Check("database", ok=True, detail=database.dialect_name),
                check_writable(connection),
                check_durability(connection),
                check_clock(connection, clock),
                check_migrations(connection, head),
            ]
        with database.session(write=False) as session:
            now = clock()
            lag = lag_s(session, consumers, now)
            checks.append(check_worker(jobs.last_beat_at(session), now))
    except (DBAPIError, PoolTimeoutError, database.driver_error) as error:
        return Readiness((Check("database", ok=False, detail=type(error).__name__),), None)
    return Readiness(tuple(checks), lag)


def check_writable(connection: Connection) -> Check:
    """Find whether the server takes writes at all: a standby that was never promoted does not."""
    if connection.dialect.name == "sqlite":
        read_only = bool(_scalar(connection, "PRAGMA query_only"))
        return Check("writable", not read_only, "read only" if read_only else "yes")
    recovering = bool(_scalar(connection, "SELECT pg_is_in_recovery()"))
    read_only = _scalar(connection, "SHOW transaction_read_only") == "on"
    ok = not recovering and not read_only
    return Check("writable", ok, "yes" if ok else "a standby, or read only")


def check_durability(connection: Connection) -> Check:
    """Find whether a committed answer survives a power cut, as the connection itself says."""
    if connection.dialect.name == "sqlite":
        mode = str(_scalar(connection, "PRAGMA journal_mode"))
        level = int(_scalar(connection, "PRAGMA synchronous"))
        ok = mode == "wal" and level >= SQLITE_FULL
        return Check("durability", ok, f"journal_mode={mode} synchronous={level}")
    found = {
        name: str(_scalar(connection, f"SHOW {name}"))
        for name in ("fsync", "full_page_writes", "synchronous_commit")
    }
    unlogged = int(_scalar(connection, _UNLOGGED))
    ok = (
        found["fsync"] == found["full_page_writes"] == "on"
        and found["synchronous_commit"] in DURABLE_COMMITS
        and not unlogged
    )
    words = " ".join(f"{name}={value}" for name, value in found.items())
    return Check("durability", ok, f"{words} unlogged_tables={unlogged}")


_UNLOGGED = (
    "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE relpersistence = 'u' AND relkind IN ('r', 'p') AND n.nspname = current_schema()"
)


def check_clock(connection: Connection, clock: Clock) -> Check:
    """Find how far the database's clock is from ours: deadlines need them within a second.

    Half of the round trip is the measurement's error. SQLite has no clock of its own.
    """
    if connection.dialect.name == "sqlite":
        return Check("clock", ok=True, detail="same machine")
    before = clock()
    theirs = _scalar(connection, "SELECT clock_timestamp()")
    after = clock()
    ours = before + (after - before) / 2
    difference = abs(theirs - ours)
    ok = difference <= MAX_CLOCK_DIFFERENCE + (after - before) / 2
    return Check("clock", ok, f"difference {difference.total_seconds():.3f} s")


def check_migrations(connection: Connection, head: str) -> Check:
    """Find whether the schema is the one this program was written for."""
    try:
        found = _scalar(connection, "SELECT version_num FROM alembic_version")
    except DBAPIError:
        found = None
    detail = f"at {found or 'nothing'}" + ("" if found == head else f", expected {head}")
    return Check("migrations", found == head, detail)


def check_worker(beat_at: datetime | None, now: datetime) -> Check:
    """Find whether a worker's loop has turned within the last 30 seconds."""
    if beat_at is None:
        return Check("worker", ok=False, detail="never seen")
    age = max(now - beat_at, timedelta(0))
    return Check("worker", age <= MAX_HEARTBEAT_AGE, f"seen {age.total_seconds():.0f} s ago")


def _scalar(connection: Connection, statement: str) -> Any:
    return connection.execute(text(statement)).scalar()
