"""The way of the schema from release to release, by Alembic without an ini file.

`upgrade` is safe to call from several nodes at once and beside running programs: on PostgreSQL it
waits at most 2 s for a lock and fails rather than stop the product (run it again); on SQLite a
migration is one transaction behind the writers' queue. Expand, backfill, contract: the previous
release must run on the new schema.
"""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from learning.kernel.db import Database

FOLDER = Path(__file__).parent
logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells each connection it sees
LOCK_TIMEOUT = "2s"
_ADVISORY_KEY = 5_920_202_006  # any number that nothing else uses


def head() -> str:
    """Return the revision that this program was written for, "" when there is none yet."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Tell whether a revision is part of this program's history."""
    return any(s.revision == revision for s in ScriptDirectory(str(FOLDER)).walk_revisions())


def current(database: Database) -> str:
    """Return the revision of a database, "" when it has none."""
    with database.autocommit.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to the revision; nothing happens when it is there already."""
    with _only_one(database), _own_connection(database) as connection:
        command.upgrade(_config(connection), revision)


def stamp(database: Database) -> None:
    """Note that a schema made from the metadata is at head; for tests."""
    with _own_connection(database) as connection:
        command.stamp(_config(connection), "head")


def differences(database: Database) -> list[str]:
    """Return how the schema differs from the metadata, one line each; empty means equal."""
    from learning.migrations import settings
    from learning.models import metadata

    with database.autocommit.connect() as connection:
        context = MigrationContext.configure(connection, opts=settings.options(connection))
        return [str(difference) for difference in compare_metadata(context, metadata)]


def make_revision(database: Database, message: str, number: str) -> Path:
    """Write a migration from the differences, to be reviewed by hand; return its path."""
    with _own_connection(database) as connection:
        script = command.revision(
            _config(connection), message=message, rev_id=number, autogenerate=True
        )
    return Path(script.path)  # type: ignore[union-attr]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextlib.contextmanager
def _only_one(database: Database) -> Iterator[None]:
    """Let one process migrate at a time; the next one then finds nothing to do."""
    if database.writer_queue is not None:
        yield  # the transaction itself waits in the writers' queue
        return
    with database.autocommit.connect() as connection:
        connection.execute(text("SET lock_timeout = '60s'"))
        connection.execute(text(f"SELECT pg_advisory_lock({_ADVISORY_KEY})"))
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({_ADVISORY_KEY})"))
            connection.invalidate()


@contextlib.contextmanager
def _own_connection(database: Database) -> Iterator[Connection]:
    """Give a connection set up for changing the schema, thrown away afterwards.

    SQLite: rebuilding a table under enforced foreign keys would delete its children, and the
    pragma works only outside a transaction; keys are checked at the end instead.
    """
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        else:
            driver.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            driver.commit()
        try:
            yield connection
            if database.is_sqlite and driver.execute("PRAGMA foreign_key_check").fetchone():
                raise RuntimeError("the migration left a row that points to nothing")
        finally:
            connection.rollback()
            connection.invalidate()
