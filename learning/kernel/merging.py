"""Which rows belong to a person: found in the metadata, so that no domain has to be asked.

A column `user_id` that refers to `users.id` says whose the row is: it goes along when two records
of one person become one. All other references (`created_by`, `decided_by`…) say who did something:
that stays true of the record that did it. A table that behaves otherwise says so where it is
defined, in `Table.info[INFO]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

INFO = "merging"
OWNER = "user_id"
PEOPLE = "users"


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a table behaves when two persons are merged.

    `stays`: secrets and proofs that belong to the log-in, not to the person. `busy_while`: SQL
    condition on rows that must end first. `alone`: what clashes stays behind by itself, without
    the other rows of the same competition, sitting or assessment. `binding_while`: SQL condition on
    rows that nobody would find again if their owner, a record just made, lost its place and names.
    """

    stays: bool = False
    busy_while: str = ""
    alone: bool = False
    binding_while: str = ""


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Columns beside the owner that make a row the only one; `where` bounds a partial index."""

    columns: tuple[Column[Any], ...]
    where: ColumnElement[bool] | None


@dataclass(frozen=True, slots=True)
class Stake:
    """A table of which rows belong to people. `identity` names a row beside its owner."""

    table: Table
    owner: Column[Any]
    identity: tuple[Column[Any], ...]
    keys: tuple[UniqueKey, ...]
    conduct: Conduct

    @property
    def contexts(self) -> dict[str, Column[Any]]:
        """Return the columns that refer to other tables, by name of the column."""
        return {
            column.name: column
            for column in self.table.columns
            if column.name != OWNER and refers_to(column) not in {"", PEOPLE}
        }


def refers_to(column: Column[Any]) -> str:
    """Return the name of the table that a column refers to, "" for none."""
    return next((key.column.table.name for key in column.foreign_keys), "")


def find_stakes(metadata: MetaData) -> list[Stake]:
    """Return the tables whose rows belong to people, in the order of their dependence."""
    return [
        _stake(table)
        for table in metadata.sorted_tables
        if OWNER in table.columns and refers_to(table.columns[OWNER]) == PEOPLE
    ]


def _stake(table: Table) -> Stake:
    owner = table.columns[OWNER]
    identity = tuple(column for column in table.primary_key.columns if column is not owner)
    return Stake(table, owner, identity, tuple(_keys(table)), table.info.get(INFO, Conduct()))


def _keys(table: Table) -> list[UniqueKey]:
    found: list[UniqueKey] = []
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
            found += _key(table, list(constraint.columns), None)
    for index in table.indexes:
        if index.unique:
            columns = [c for c in index.expressions if isinstance(c, Column)]
            found += _key(table, columns, _condition(index))
    return found


def _key(
    table: Table, columns: Sequence[Column[Any]], where: ColumnElement[bool] | None
) -> list[UniqueKey]:
    owner = table.columns[OWNER]
    if not any(column is owner for column in columns):
        return []
    return [UniqueKey(tuple(c for c in columns if c is not owner), where)]


def _condition(index: Index) -> ColumnElement[bool] | None:
    where = index.dialect_options["sqlite"].get("where")
    return None if where is None else text(f"({where})")  # type: ignore[return-value]
