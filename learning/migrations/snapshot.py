"""The schema as text that people can review: tables, columns, keys, checks and indexes, sorted."""

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite

from learning.models import metadata

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_SQLITE = sqlite.dialect()


def schema_text() -> str:
    """Return the whole schema; the same models give the same text."""
    blocks = [_table(table) for table in sorted(metadata.tables.values(), key=lambda t: t.name)]
    return "\n".join(blocks)


def _table(table: Table) -> str:
    extra = table.dialect_options["postgresql"].get("partition_by")
    lines = [table.name + (f"  [postgresql: partition by {extra}]" if extra else "")]
    lines += [f"    {_column(column)}" for column in table.columns]
    lines += sorted(f"    {words}" for words in _constraints(table))
    lines += sorted(f"    {_index(index)}" for index in table.indexes)
    return "\n".join(lines) + "\n"


def _column(column: Column[object]) -> str:
    ours = column.type.compile(_POSTGRESQL)
    theirs = column.type.compile(_SQLITE)
    words = [column.name, ours if ours == theirs else f"{ours} / {theirs}"]
    if not column.nullable:
        words.append("not null")
    words += [f"-> {key.target_fullname}" for key in sorted(column.foreign_keys, key=str)]
    return " ".join(words)


def _constraints(table: Table) -> list[str]:
    words = [f"primary key ({', '.join(c.name for c in table.primary_key.columns)})"]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            words.append(f"unique ({', '.join(c.name for c in constraint.columns)})")
        elif isinstance(constraint, CheckConstraint):
            words.append(f"check {constraint.name}: {constraint.sqltext}")
    return words


def _index(index: Index) -> str:
    kind = "unique index" if index.unique else "index"
    where = index.dialect_options["postgresql"].get("where")
    columns = ", ".join(str(e).partition(".")[2] or str(e) for e in index.expressions)
    tail = f" where {where}" if where is not None else ""
    return f"{kind} {index.name} ({columns}){tail}"
