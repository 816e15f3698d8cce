"""Many rows at once, in the transaction of the session: written by COPY, found by one list.

An INSERT of many rows is a statement a row there, and most of its cost is the client's; COPY takes
a tenth of that. SQLite, in the same process, has nothing to gain. It must not know what is written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Boolean, ColumnElement, Connection, Table, bindparam, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType


def among(column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a column of row ids is one of some, however many.

    As `column.in_(ids)`, but the ids are one parameter: with thousands of them most of an IN's cost
    is the writing of its parameters, and SQLite takes no more than 32,766.
    """
    return _Among(column, bindparam(None, list(ids), type_=_Ids(), unique=True))


class _Ids(UserDefinedType[list[int]]):
    """Row ids as one parameter: an array on PostgreSQL, JSON on SQLite."""

    cache_ok = True

    def get_col_spec(self, **_given: Any) -> str:
        """Return the type that PostgreSQL reads them as."""
        return "BIGINT[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[list[int] | None], str | None]:
        """Return what writes them as text."""
        start, end = "[]" if dialect.name == "sqlite" else "{}"
        return lambda ids: None if ids is None else f"{start}{','.join(map(str, ids))}{end}"


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - SQLAlchemy's protocol
        """Return the condition as it is: compared with 1, as others are, SQLite uses no index."""
        return self


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: Any, **given: Any) -> str:
    column, ids = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: Any, **given: Any) -> str:
    column, ids = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} = ANY(CAST({ids} AS BIGINT[]))"


def insert_many(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows that name the same columns; what they leave out is as the model has it.

    Values are Python's, as for any insert. Raises the same errors.
    """
    if not rows:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.execute(insert(cast("Table", model.__table__)), rows)
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
