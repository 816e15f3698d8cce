"""Many rows at once, in the transaction of the session: by COPY on PostgreSQL.

An INSERT of many rows is a statement a row there, and most of its cost is the client's; COPY takes
a tenth of that. SQLite, in the same process, has nothing to gain. It must not know what is written.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session


def insert_many(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows that name the same columns; what they leave out is as the model has it.

    Values are Python's, as for any insert. Raises the same errors.
    """
    if not rows:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.execute(insert(model), rows)
    else:
        _copy(session.connection(), cast("Table", model.__table__), rows)


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    left_out = {
        column.name: cast("Any", column.default).arg
        for column in table.columns
        if column.default is not None and column.default.is_scalar and column.name not in rows[0]
    }
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in (*rows[0], *left_out))
    statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    named, rest = tuple(rows[0]), tuple(left_out.values())
    errors = connection.dialect.loaded_dbapi.Error
    driver = cast("Any", connection.connection.driver_connection)
    try:
        with driver.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row((*(row[name] for name in named), *rest))
    except errors as error:
        raise DBAPIError.instance(
            statement, None, error, errors, dialect=connection.dialect
        ) from error
