"""Counts statements as the database itself saw them: PostgreSQL's log, SQLite's trace callback."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from learning.kernel.db import Database
from tests.postgres import PostgresServer

_LOGGED = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)")
FRAME = ("BEGIN", "COMMIT", "ROLLBACK")


class StatementLog:
    """Collects what the database executes for one database object."""

    def __init__(self, database: Database, server: PostgresServer | None) -> None:
        self.database, self.server = database, server
        self._traced: list[str] = []
        self._lock = threading.Lock()
        database.dispose()  # connections from now on are watched
        if server is None:
            for engine in (database.engine, database.autocommit):
                event.listen(engine, "connect", self._watch)
        else:
            name = database.url.database
            server.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")

    def _watch(self, connection, _record) -> None:
        connection.set_trace_callback(self._note)

    def _note(self, statement: str) -> None:
        with self._lock:
            self._traced.append(statement)

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Give a list that holds the statements once the block has ended."""
        seen: list[str] = []
        log = Path(self.server.folder) / "log" if self.server else None
        start = log.stat().st_size if log else len(self._traced)
        yield seen
        if log is None:
            seen += self._traced[start:]
            return
        marker = f" {self.database.url.database} "
        text = log.read_bytes()[start:].decode(errors="replace")
        seen += [
            found.group(1)
            for line in text.splitlines()
            if marker in line and (found := _LOGGED.search(line))
        ]


def work_of(statements: list[str]) -> list[str]:
    """Return the statements without BEGIN, COMMIT, ROLLBACK and a new connection's set-up."""
    return [
        s
        for s in statements
        if not s.lstrip().upper().startswith((*FRAME, "PRAGMA", "SHOW", "SET "))
        and "pg_catalog" not in s
        and "current_schema" not in s
    ]
