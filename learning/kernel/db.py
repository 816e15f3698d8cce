"""The database: engines, sessions, column types. SQLite and PostgreSQL behave alike behind this.

Two engines for two disciplines:

* `sessions` give ORM sessions in one transaction a request or job; on SQLite a writing session
  begins with BEGIN IMMEDIATE, since Python's driver would otherwise lose updates silently, and
  writers of all processes queue on one lock file, since SQLite's own retry is not fair.
* `autocommit` is for single statements that are whole transactions (saving an answer). It has no
  begin hook: a BEGIN there would make RETURNING acknowledge what the pool then rolls back.
"""

import contextlib
import fcntl
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    Integer,
    MetaData,
    PoolProxiedConnection,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

from learning.kernel.errors import Unavailable

Result = TypeVar("Result")
UNLIMITED = -1  # each web thread keeps a connection for saves: threads bound them, not the pool

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUSY_TIMEOUT_MS = 10_000
WAKES = "wakes"  # in a session's info: its commit leaves work for the worker
PG_OPTIONS = "-c timezone=UTC -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
# Databases lie on what has no heads to move: at the default of 4 a search would read all items for
# the sake of a thousand. Queries of pages are short, and their helpers would take cores from saves.
PG_OPTIONS += " -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0"
# A page walked by name stops after fifty people: to compile it for what it might have cost takes a
# second.
PG_OPTIONS += " -c jit=off"

# BIGINT everywhere but in SQLite, where only INTEGER PRIMARY KEY numbers itself.
BigInt = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: TIMESTAMPTZ on PostgreSQL, INTEGER microseconds on SQLite.

    SQLite has no dates: text dates compare wrongly after arithmetic, so integers it is.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the dialect."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware instant into what the database stores; refuse a naive one."""
        if value is None:
            return None
        return instant_param(value, dialect.name)

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Return what turns a stored value into an aware UTC instant."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else EPOCH + timedelta(0, 0, value)
        return lambda value: None if value is None else value.astimezone(UTC)


def to_us(instant: datetime) -> int:
    """Return an aware instant as whole microseconds since 1970-01-01 UTC, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """Return the instant so many microseconds after 1970-01-01 UTC."""
    return EPOCH + timedelta(microseconds=microseconds)


def instant_param(instant: datetime, dialect_name: str) -> datetime | int:
    """Return an instant as a bound parameter for hand-written statements."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime: pass aware UTC")
    return to_us(instant) if dialect_name == "sqlite" else instant


class Base(DeclarativeBase):
    """The base of all tables, with named constraints."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant, int: BigInt}  # noqa: RUF012 - SQLAlchemy's protocol


_UNHURRIED = text("SET LOCAL synchronous_commit = off")


class WriterQueue:
    """Makes SQLite's writers of all processes wait in line on a lock file, fairly.

    SQLite retries a busy lock at growing intervals, so a busy worker starves the savers; the
    kernel's file lock wakes whoever has waited. A killed process releases it. Reentrant for the
    session that already holds it only through `held`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session = threading.Lock()

    def acquire_for_session(self) -> int:
        """Wait for the turn as a session does; return the descriptor for `release_of_session`.

        Of a process one session stands in line, the others behind it: a turn of theirs is long,
        and answers saved by single statements would wait for each of them.
        """
        self._session.acquire()
        try:
            return self.acquire()
        except BaseException:
            self._session.release()
            raise

    def release_of_session(self, descriptor: int) -> None:
        """Give a session's turn to the next writer."""
        self.release(descriptor)
        self._session.release()

    def acquire(self) -> int:
        """Wait for the turn to write; return the descriptor to hand to `release`."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def try_acquire(self) -> int | None:
        """Take the turn if nobody writes or waits just now, else None: for what can be left."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def release(self, descriptor: int) -> None:
        """Give the turn to the next writer."""
        os.close(descriptor)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the turn for the length of a block."""
        descriptor = self.acquire()
        try:
            yield
        finally:
            self.release(descriptor)


class SingleStatements:
    """Connections for statements that are whole transactions: one a thread, in autocommit.

    A thread's own connection is there whatever pages do with the pool. One that was lost (the
    server restarted) is replaced and the work done again, once: callers hand in idempotent work.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._all: weakref.WeakSet[PoolProxiedConnection] = weakref.WeakSet()
        dbapi = engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = dbapi.Error

    def run(self, work: Callable[[Any], Result]) -> Result:
        """Do the work on this thread's driver connection; raise Unavailable when it cannot be."""
        held: PoolProxiedConnection | None = getattr(self._local, "connection", None)
        if held is not None:
            try:
                return work(held.driver_connection)
            except self._driver_error as error:
                lost = self._engine.dialect.is_disconnect(error, held.driver_connection, None)  # type: ignore[arg-type]
                self._drop(held)
                if not lost:
                    raise Unavailable("database") from error
        try:
            held = self._connect()
            return work(held.driver_connection)
        except (self._driver_error, SQLAlchemyError) as error:
            self._drop(held)
            raise Unavailable("database") from error

    def _connect(self) -> PoolProxiedConnection:
        connection = self._engine.raw_connection()
        self._local.connection = connection
        self._all.add(connection)
        return connection

    def _drop(self, connection: PoolProxiedConnection | None) -> None:
        self._local.connection = None
        if connection is not None and connection.is_valid:
            with contextlib.suppress(Exception):
                connection.invalidate()

    def close(self) -> None:
        """Close every thread's connection; the threads open new ones when they need them."""
        for connection in list(self._all):
            with contextlib.suppress(Exception):
                connection.close()
        self._local = threading.local()


class Database:
    """The engines of one process for one database URL."""

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout_s: int = 3) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.dialect_name = "sqlite" if self.is_sqlite else "postgresql"
        self.writer_queue: WriterQueue | None = None
        if self.is_sqlite:
            path = Path(self.url.database or "academy.db")
            path.parent.mkdir(parents=True, exist_ok=True)
            self.writer_queue = WriterQueue(path.with_suffix(".writers.lock"))
            self.engine = _sqlite_engine(url, pool_size, pool_timeout_s)
            _begin_as_asked(self.engine, self.writer_queue)
            self.autocommit = _sqlite_engine(url, pool_size, pool_timeout_s, overflow=UNLIMITED)
        else:
            self.engine = _postgresql_engine(url, pool_size, pool_timeout_s)
            self.autocommit = _postgresql_engine(
                url,
                pool_size,
                pool_timeout_s,
                overflow=UNLIMITED,
                isolation_level="AUTOCOMMIT",
                pool_reset_on_return=None,
            )
        self.single_statements = SingleStatements(self.autocommit)
        self._offered: dict[str, Any] = {}
        self._write = sessionmaker(
            self.engine.execution_options(access="write"), expire_on_commit=False
        )
        self._read = sessionmaker(
            self.engine.execution_options(access="read"), expire_on_commit=False
        )

    def offer(self, name: str, thing: Any) -> None:
        """Let all sessions made from now on find a thing in their `info`, by its name."""
        self._offered[name] = thing
        for maker in (self._write, self._read):
            maker.configure(info=self._offered)

    def on_commit(self, act: Callable[[Session], None]) -> None:
        """Do something after each commit of a session, when nothing of it can be undone.

        It must not use the session's connection. What was noted for it in `info` before a rollback,
        of a savepoint as well, is the act's own to judge.
        """

        def after_commit(session: Session) -> None:
            if not session.in_nested_transaction():
                act(session)

        event.listen(self._write, "after_commit", after_commit)

    def session(self, *, write: bool) -> Session:
        """Return a new session; the caller's edge commits, rolls back and closes it."""
        return self._write() if write else self._read()

    @contextlib.contextmanager
    def transaction(self, *, is_derived: bool = False) -> Iterator[Session]:
        """Give a writing session; commit at the end, roll back on any exception.

        For jobs and the command line. Requests use `learning.web.transaction`. What `is_derived`
        is made again after a crash that took its last moments: PostgreSQL then need not wait for
        the disk (a commit is lost as a whole or not at all).
        """
        with self.session(write=True) as session, session.begin():
            if is_derived and self.engine.dialect.name == "postgresql":
                session.execute(_UNHURRIED)
            yield session

    @property
    def driver_error(self) -> type[Exception]:
        """Return the base class of the driver's own errors."""
        return self.engine.dialect.loaded_dbapi.Error

    def dispose(self) -> None:
        """Close all connections (before a fork, at the end of a test)."""
        self.single_statements.close()
        self.engine.dispose()
        self.autocommit.dispose()


def _postgresql_engine(
    url: str, size: int, timeout_s: int, *, overflow: int = 0, **extra: Any
) -> Engine:
    return create_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=timeout_s,
        pool_recycle=1800,
        connect_args={"options": PG_OPTIONS, "connect_timeout": 5},
        **extra,
    )


def _sqlite_engine(url: str, size: int, timeout_s: int, *, overflow: int = 0) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=timeout_s,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None  # SQLAlchemy's begin event decides, not the driver
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _take_turn(connection: Any, queue: WriterQueue) -> None:
    """Queue for the writers' turn unless the connection has it.

    One that begins again before it went back to the pool still has: to queue once more would be to
    wait for itself (a second migration did).
    """
    if "turn" not in connection.info:
        connection.info["turn"] = queue.acquire_for_session()


def _begin_as_asked(engine: Engine, queue: WriterQueue) -> None:
    """Begin IMMEDIATE behind the writers' queue for writing sessions, DEFERRED for reading ones."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("access") == "read":
            connection.exec_driver_sql("BEGIN DEFERRED")
            return
        _take_turn(connection, queue)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            _give_up_turn(connection)
            raise

    def _give_up_turn(holder: Any) -> None:
        turn = holder.info.pop("turn", None)
        if turn is not None:
            queue.release_of_session(turn)

    # Between them these are reached after commit, rollback and lost connections: no turn leaks.
    @event.listens_for(engine.pool, "checkin")
    def _at_checkin(_dbapi_connection: Any, record: Any) -> None:
        _give_up_turn(record)

    @event.listens_for(engine.pool, "invalidate")
    def _at_invalidate(_dbapi_connection: Any, record: Any, _exception: Any) -> None:
        _give_up_turn(record)
