"""The one place where a request's work is committed.

A view that returns commits; a view that raises rolls back (rule 14). GET and HEAD get a reading
session; other methods a writing one, opened at first use, so that slow work such as password
hashing can be done before the database is held. `single_statement` is the one exception: a
connection for a statement that is a whole transaction by itself.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from learning.kernel.db import WAKES, Database
from learning.kernel.errors import Unavailable
from learning.web.context import this_g

Result = TypeVar("Result")
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LEISURE = threading.Lock()


class TransactionalFlask(Flask):
    """A Flask whose views run inside one transaction."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: there are no coroutines here, and asking each time costs."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; commit when it returns, roll back when it raises."""
        try:
            result = super().dispatch_request()
            session = this_g().get("session")
            if session is not None:
                session.commit()
                if WAKES in session.info:
                    current_app.extensions["waker"]()
        except (OperationalError, PoolTimeoutError) as error:
            _roll_back()
            raise Unavailable("database") from error
        except BaseException:
            _roll_back()
            raise
        return result


def init_app(app: Flask, database: Database, waker: Callable[[], None]) -> None:
    """Give the application its database and close sessions when requests end.

    `waker` is called after a commit that left work for the worker; it must not raise.
    """
    app.extensions["database"] = database
    app.extensions["waker"] = waker
    app.teardown_request(_close)


def database() -> Database:
    """Return the database of the running application."""
    return cast("Database", current_app.extensions["database"])


def db_session() -> Session:
    """Return the request's session: reading for GET and HEAD, writing otherwise."""
    session = g.get("session")
    if session is None:
        session = database().session(write=request.method not in READING_METHODS)
        g.session = session
    return cast("Session", session)


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """Give a short reading session, for what must not hold the database (log-in, guards).

    In a reading request this is the request's own session, so that a page sees one snapshot.
    """
    if request.method in READING_METHODS:
        yield db_session()
        return
    with database().session(write=False) as session:
        yield session


@contextlib.contextmanager
def apart(store: Database) -> Iterator[Session]:
    """Give a writing session of its own, committed at the end of the block.

    For what must last before the request ends, or is finished after it: a place in the line of
    log-ins. The database is handed in, since work that outlives its request has no application.
    """
    with store.transaction() as session:
        yield session


def single_statement(work: Callable[[Any], Result]) -> Result:
    """Do work of one statement that is a whole transaction, on a driver connection in autocommit.

    On SQLite the writers' queue is held meanwhile. The work must be idempotent: it is done again
    when the connection turns out to be lost. Raises Unavailable when the database cannot serve.
    """
    store = database()
    if store.writer_queue is None:
        return store.single_statements.run(work)
    with store.writer_queue.held():
        return store.single_statements.run(work)


def single_read(work: Callable[[Any], Result]) -> Result:
    """Do work of one statement that reads, on this thread's driver connection in autocommit.

    It waits for no writer, and costs neither a session nor BEGIN and ROLLBACK.
    """
    return database().single_statements.run(work)


def leisurely_statement(work: Callable[[Any], Result]) -> Result:
    """Do work as `single_statement` does, but only while it keeps nobody waiting.

    One at a time in this process, and on SQLite only when no writer is in line; else Unavailable:
    whoever asked keeps what it has and comes again, or drops it.
    """
    store = database()
    if not _LEISURE.acquire(blocking=False):
        raise Unavailable("busy")
    try:
        if store.writer_queue is None:
            return store.single_statements.run(work)
        turn = store.writer_queue.try_acquire()
        if turn is None:
            raise Unavailable("busy")
        try:
            return store.single_statements.run(work)
        finally:
            store.writer_queue.release(turn)
    finally:
        _LEISURE.release()


def _roll_back() -> None:
    session = g.pop("session", None)
    if session is not None:
        with contextlib.suppress(DBAPIError):
            session.rollback()
        session.close()


def _close(_error: BaseException | None) -> None:
    session = this_g().pop("session", None)
    if session is not None:
        session.close()
