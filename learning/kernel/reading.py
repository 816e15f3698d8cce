"""Reads of hot pages below the ORM: statements made once that ask for columns, never entities.

A statement is translated once for each kind of database, with the ways its values go in and its
columns come out. After that a read costs what the driver costs: SQLAlchemy's own path looked the
translation up, checked the values' names and built a result anew, two thirds of a read.
"""

import contextlib
from collections import namedtuple
from collections.abc import Callable
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

Columns = TypeVarTuple("Columns")
Process = Callable[[Any], Any]
_HELD = "connection_of_reads"  # in a session's info: a transaction and its connection
_TRANSLATED: dict[tuple[Select[*tuple[Any, ...]], str], "_Translation"] = {}


def read_rows(session: Session, statement: Select[*Columns], values: dict[str, Any]) -> list[Any]:
    """Return the rows of a statement that asks for columns: named tuples, in its order.

    For statements made once, at the top of a module, that hot pages ask; never for entities, nor
    with values that expand into lists. What is pending in the session is written first, as the
    session itself would. Raises what SQLAlchemy would: KeyError for a missing value, DBAPIError.
    """
    session.flush()  # nothing to do in a page that only reads
    connection = _connection(session)
    dialect = connection.dialect
    translation = _TRANSLATED.get((statement, dialect.name))
    if translation is None:
        translation = _TRANSLATED[statement, dialect.name] = _Translation(statement, dialect)
    return translation.read(connection, values)


def _connection(session: Session) -> Connection:
    """Return the session's connection; to ask the session for it each time is a third of a read."""
    held: tuple[SessionTransaction | None, Connection] | None = session.info.get(_HELD)
    current = session.get_nested_transaction() or session.get_transaction()
    if held is None or current is None or held[0] is not current or held[1].closed:
        connection = session.connection()
        held = session.get_nested_transaction() or session.get_transaction(), connection
        session.info[_HELD] = held
    return held[1]


class _Translation:
    """A statement in the words of one kind of database."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.order: list[str] | None = getattr(compiled, "positiontup", None)
        binds: dict[str, Any] = getattr(compiled, "binds", {})
        if any(bind.expanding for bind in binds.values()):
            raise ValueError("a value that expands into a list")
        self.required = tuple(name for name, bind in binds.items() if bind.required)
        self.given = {n: bind.effective_value for n, bind in binds.items() if not bind.required}
        self.processes = {
            name: process
            for name, bind in binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns = statement.selected_columns
        self.types = [column.type.dialect_impl(dialect) for column in columns]
        self.row: Any = namedtuple("Row", [str(c.key) for c in columns], rename=True)  # type: ignore[misc] # noqa: PYI024 - made of a statement
        self.outcomes: list[tuple[int, Process]] | None = None

    def read(self, connection: Connection, values: dict[str, Any]) -> list[Any]:
        """Return the rows for some values."""
        parameters = self._parameters(values)
        dialect = connection.dialect
        try:
            with contextlib.closing(connection.connection.cursor()) as cursor:
                cursor.execute(self.sql, parameters)
                rows = cursor.fetchall()
                if self.outcomes is None:
                    self.outcomes = self._outcomes(dialect, cursor.description or ())
        except dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, connection, self.sql) from error
        return [self._row(row) for row in rows]

    def _parameters(self, values: dict[str, Any]) -> Any:
        named = dict(self.given)
        for name in self.required:
            named[name] = values[name]
        for name, process in self.processes.items():
            named[name] = process(named[name])
        return named if self.order is None else tuple([named[name] for name in self.order])

    def _outcomes(self, dialect: Dialect, description: Any) -> list[tuple[int, Process]]:
        """Return the places of columns that come out changed, with what changes them."""
        processes = [
            kind.result_processor(dialect, column[1])
            for kind, column in zip(self.types, description, strict=True)
        ]
        return [(place, process) for place, process in enumerate(processes) if process is not None]

    def _row(self, row: Any) -> Any:
        if not self.outcomes:
            return self.row._make(row)
        cells = list(row)
        for place, process in self.outcomes:
            cells[place] = process(cells[place])
        return self.row._make(cells)


def _wrapped(error: Exception, connection: Connection, sql: str) -> BaseException:
    """Return a driver's error as SQLAlchemy's, the connection given up when it was lost."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.driver_connection, None)  # type: ignore[arg-type]
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
