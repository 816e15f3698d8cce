"""Jobs: what the worker does again and again, the queue that wakes it, and its heartbeat.

Jobs are idempotent: a killed worker loses its turn, and the state in the database (pending events,
unsent messages, attempts past their deadline) is what brings it back. Enqueueing only wakes; a
queue that is down delays work by a second and never fails a request.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.db import Base, Database
from learning.settings import Settings

QUEUE_NAME = "quality-academy"
WAKE_GAP_S = 0.2  # one wake serves all events of this span
WAKE_RETRY_S = 30.0  # a queue that is down is left alone so long
HEARTBEAT_KEPT = timedelta(days=1)

log = logging.getLogger(__name__)


class WorkerHeartbeat(Base):
    """When a worker was last alive."""

    __tablename__ = "worker_heartbeats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    beat_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing the worker does again and again, in slices of at most 50 ms of database time.

    `run(database, now)` commits by itself and returns how much it did: above 0 it is asked again
    at once. `alone` means on one node at a time. `lane` names the thread: slow company (mail) must
    not keep the sweep waiting.
    """

    name: str
    run: Callable[[Database, datetime], int]
    every_s: float = 1.0
    alone: bool = False
    lane: str = "prompt"


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that the worker is alive."""
    row = session.get(WorkerHeartbeat, name)
    if row is None:
        session.add(WorkerHeartbeat(name=name, beat_at=now))
    else:
        row.beat_at = now


def last_beat_at(session: Session) -> datetime | None:
    """Return when any worker was last alive, None when none ever was."""
    return session.scalar(
        select(WorkerHeartbeat.beat_at).order_by(WorkerHeartbeat.beat_at.desc()).limit(1)
    )


def forget_old_beats(session: Session, now: datetime) -> None:
    """Remove the heartbeats of workers gone for a day."""
    session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.beat_at < now - HEARTBEAT_KEPT))


@contextlib.contextmanager
def alone(database: Database, name: str) -> Iterator[bool]:
    """Tell whether this process may do the named work now; others are told no meanwhile.

    SQLite: a lock file beside the database. PostgreSQL: an advisory lock of a transaction held
    open beside the work (a session's lock would not survive pgbouncer); should that connection be
    lost, two nodes may meet, which unique keys then settle.
    """
    if database.is_sqlite:
        with _file_lock(Path(database.url.database or "academy.db"), name) as mine:
            yield mine
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    session = database.session(write=False)
    try:
        yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))
    finally:
        with contextlib.suppress(DBAPIError):
            session.close()


@contextlib.contextmanager
def _file_lock(beside: Path, name: str) -> Iterator[bool]:
    path = beside.with_suffix(f".{name}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def make_huey(settings: Settings, *, is_worker: bool) -> Any:
    """Return the job queue that the settings choose; SQLite's has a file of its own.

    On PostgreSQL only workers make the queue's tables, since making them twice at once fails, and
    the queue is polled, since LISTEN does not survive pgbouncer.
    """
    if settings.queue == "redis":
        return _redis_huey(settings.redis_url)
    if settings.queue == "postgresql":
        from huey import PostgresHuey

        dsn = settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://")
        return PostgresHuey(
            QUEUE_NAME,
            results=False,
            connection=_Connections(dsn),
            blocking=False,
            create_tables=is_worker,
        )
    from huey import SqliteHuey

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # No fsync: a wake lost with the power is made up by the next poll.
    return SqliteHuey(
        QUEUE_NAME,
        results=False,
        filename=str(settings.data_dir / "queue.db"),
        fsync=False,
        timeout=1,
    )


class _Connections:
    """Opens the queue's PostgreSQL connections, one a thread, and can close them all."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

    def __call__(self) -> Any:
        """Open a connection for the calling thread."""
        import psycopg

        connection = psycopg.connect(self._dsn, connect_timeout=2)
        self._open.add(connection)
        return connection

    def close(self) -> None:
        """Close all connections, of whatever thread."""
        for connection in list(self._open):
            connection.close()


def close_huey(huey: Any) -> None:
    """Close what the queue holds open; the library itself leaves that to the collector."""
    connections = getattr(huey.storage, "connection", None)
    if isinstance(connections, _Connections):
        connections.close()
    huey.storage.close()


def _redis_huey(url: str) -> Any:
    from huey import PriorityRedisHuey
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # The client's own retries would make a request wait for seconds on a Redis that is down.
    pool = ConnectionPool.from_url(
        url, socket_connect_timeout=0.5, socket_timeout=3, retry=Retry(NoBackoff(), 0)
    )
    return PriorityRedisHuey(QUEUE_NAME, results=False, connection_pool=pool)


def declare_wake(huey: Any, on_wake: Callable[[], None]) -> Callable[[], Any]:
    """Give the queue its one task, `wake`, and a beat each minute as a belt; return the sender."""
    from huey import crontab

    def wake() -> None:
        on_wake()

    huey.periodic_task(crontab(minute="*"), name="wake_each_minute")(wake)
    sender: Callable[[], Any] = huey.task(name="wake")(wake)
    return sender


class Waker:
    """Wakes the workers after a commit. A hint: it never raises and at most rarely waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._huey: Any = None
        self._send: Callable[[], Any] | None = None
        self._quiet_until = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Put a wake into the queue unless one was put a moment ago."""
        with self._lock:
            at = time.monotonic()
            if at < self._quiet_until:
                return
            self._quiet_until = at + WAKE_GAP_S
        try:
            if self._send is None:
                self._huey = make_huey(self._settings, is_worker=False)
                self._send = declare_wake(self._huey, lambda: None)
            self._send()
        except Exception as error:  # noqa: BLE001 - each queue has errors of its own
            self._quiet_until = at + WAKE_RETRY_S
            log.warning("queue is down, work waits for the poll: %s", error)

    def close(self) -> None:
        """Close the connection to the queue."""
        if self._huey is not None:
            close_huey(self._huey)
