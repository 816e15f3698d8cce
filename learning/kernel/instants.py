"""Instants inside the database, where SQL reckons with them. Columns and parameters are in `db`."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Microseconds(FunctionElement[int]):
    """An instant's column as whole microseconds since 1970-01-01 UTC, in the database.

    Twin of `db.to_us`.
    """

    name = "microseconds"
    type = BigInteger()
    inherit_cache = True


@compiles(Microseconds, "postgresql")
def _on_postgresql(element: Microseconds, compiler: SQLCompiler, **options: Any) -> str:
    instant = compiler.process(element.clauses, **options)
    return f"CAST(EXTRACT(EPOCH FROM {instant}) * 1000000 AS BIGINT)"  # a NUMERIC: exact


@compiles(Microseconds, "sqlite")
def _on_sqlite(element: Microseconds, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)  # stored so
