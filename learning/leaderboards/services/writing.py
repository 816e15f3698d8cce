"""The one place where rows of boards are written, with the counts and tallies that follow them.

A row that comes, goes or changes is a difference of the counts and tallies, written in the same
transaction. The caller holds the board's lock (`boards.lock_board`): two writers who read the same
old row would count its going twice.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Dialect, TextClause, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session

from learning.kernel.bulk import insert_many
from learning.kernel.db import Instant
from learning.leaderboards import queries
from learning.leaderboards.models import Board, BoardCount, BoardEntry, BoardTally
from learning.leaderboards.queries import BoardView
from learning.leaderboards.queries.mirror import find_mirror, members_of
from learning.leaderboards.rules import (
    SHIFTS,
    TIE_RULES,
    Result,
    TallyOf,
    TieRule,
    scope_text,
    scopes_of,
    sort_key,
    tallies_of,
)
from learning.leaderboards.services.mirroring import Change, note_change

T = TypeVar("T")

ROWS = 64  # rows of one statement of SQLite: a result changes up to 16 counts
SLICE = 500  # subjects in one IN: far below the limit of bound parameters
FEW = 8  # new rows below which a COPY costs more than it saves
NAMES = (
    "number",
    "points_milli",
    "duration_us",
    "finished_at",
    "sort_key",
    "group_code",
    "area_code",
    "unit_code",
)
Bucket = tuple[str, int, int]  # scope, shift, bucket
Part = tuple[TallyOf, str]


_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of numbers kept by differences: the columns of its key, and those that add up."""

    model: type[DeclarativeBase]
    short: str
    key: tuple[str, ...]
    sums: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)

    @property
    def names(self) -> tuple[str, ...]:
        """Return all columns."""
        return (*self.key, *self.sums)

    @property
    def conflict(self) -> str:
        """Return how a statement adds to a row that is there."""
        sums = ", ".join(f"{name} = {self.name}.{name} + excluded.{name}" for name in self.sums)
        return f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {sums}"


COUNTED = Kept(BoardCount, "c", ("board_id", "scope", "shift", "bucket"), ("entries",))
TALLIED = Kept(BoardTally, "t", ("board_id", "kind", "code"), ("participants", "sum_milli"))


class _Differences:
    """How counts and tallies change with the rows written."""

    def __init__(self) -> None:
        self.counts: Counter[Bucket] = Counter()
        self.participants: Counter[Part] = Counter()
        self.sums: Counter[Part] = Counter()

    def add(self, result: Result, key: int, times: int) -> None:
        """Note a row that comes (1) or goes (-1)."""
        for scope in scopes_of(result):
            for shift in SHIFTS:
                self.counts[scope_text(scope), shift, key >> shift] += times
        for part in tallies_of(result):
            self.participants[part] += times
            self.sums[part] += times * result.points_milli

    def count_rows(self, board_id: int) -> list[dict[str, Any]]:
        """Return what is added to counts, as rows."""
        return [
            {"board_id": board_id, "scope": scope, "shift": shift, "bucket": bucket, "entries": n}
            for (scope, shift, bucket), n in self.counts.items()
            if n
        ]

    def tally_rows(self, board_id: int) -> list[dict[str, Any]]:
        """Return what is added to tallies, as rows."""
        return [
            {
                "board_id": board_id,
                "kind": kind.value,
                "code": code,
                "participants": self.participants[kind, code],
                "sum_milli": total,
            }
            for (kind, code), total in self.sums.items()
            if total or self.participants[kind, code]
        ]


def write(
    session: Session,
    board: BoardView,
    *,
    put: Sequence[Result] = (),
    remove: Sequence[str] = (),
    held: Mapping[str, Result] | None = None,
) -> None:
    """Write rows and take others off.

    `put` and `remove` name a subject once at most. `held` are the rows of all of them that stand
    on the board, where the caller has just read them.
    """
    if held is None:
        held = _read(session, board.id, [*(r.subject for r in put), *remove])
    rule, differences = TIE_RULES[board.tie_rule], _Differences()
    for old in held.values():
        differences.add(old, sort_key(rule, old), -1)
    for new in put:
        differences.add(new, sort_key(rule, new), 1)
    counts, tallies = differences.count_rows(board.id), differences.tally_rows(board.id)
    if len(put) == 1 and not remove and session.get_bind().dialect.name == "postgresql":
        version = new_version()
        values = _values(board, put[0]) | _arrays(COUNTED, counts) | _arrays(TALLIED, tallies)
        before = session.scalar(_at_once(), values | {"version": version}) or 0
    else:
        before, version = change_version(session, board.id)
        _write_rows(session, board, put, held)
        _remove_rows(session, board, remove)
        _add(session, COUNTED, counts)
        _add(session, TALLIED, tallies)
    if find_mirror(session) is not None:
        gone, come = _members(rule, held.values()), _members(rule, put)
        note_change(session, Change(board.id, before, version, gone, come))


def _members(rule: TieRule, results: Iterable[Result]) -> list[str]:
    return [
        member
        for each in results
        for member in members_of(
            sort_key(rule, each), each.subject, group=each.group, area=each.area
        )
    ]


_VERSION = select(Board.version).where(Board.id == bindparam("of_board"))
_CHANGE = text("UPDATE boards SET version = :version WHERE id = :board_id")


def new_version() -> int:
    """Return a number that no state of a board had."""
    return secrets.randbits(62) + 1


def change_version(session: Session, board_id: int) -> tuple[int, int]:
    """Give a board another version, before its rows change; return the old and the new one."""
    before, version = session.scalar(_VERSION, {"of_board": board_id}) or 0, new_version()
    session.execute(_CHANGE, {"board_id": board_id, "version": version})
    return before, version


def write_rows(
    session: Session, board: BoardView, put: Sequence[Result], remove: Sequence[str]
) -> None:
    """Write rows alone: counts and tallies are wrong until `recounting.recount`."""
    if put or remove:
        change_version(session, board.id)
    held = _read(session, board.id, [result.subject for result in put])
    _write_rows(session, board, put, held)
    _remove_rows(session, board, remove)


def _remove_rows(session: Session, board: BoardView, remove: Sequence[str]) -> None:
    for subjects in _sliced(remove):
        session.execute(
            delete(BoardEntry).where(
                BoardEntry.board_id == board.id, BoardEntry.subject.in_(subjects)
            )
        )


def _read(session: Session, board_id: int, subjects: Sequence[str]) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for part in _sliced(subjects):
        rows = queries.list_results_of(session, board_id, part)
        found.update({subject: result for subject, (result, _key) in rows.items()})
    return found


def _write_rows(
    session: Session, board: BoardView, put: Sequence[Result], held: Mapping[str, Result]
) -> None:
    new = [_values(board, result) for result in put if result.subject not in held]
    changed = [_values(board, result) for result in put if result.subject in held]
    if len(new) > FEW:
        insert_many(session, BoardEntry, new)
    else:
        changed += new
    if changed:
        session.execute(_PUT, changed)


_COLUMNS = ("board_id", "subject", *NAMES)
# Written out, as `_adding` is: SQLAlchemy would build and compile its own at each call.
_PUT = text(
    f"INSERT INTO board_entries ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(':' + name for name in _COLUMNS)}) "
    "ON CONFLICT (board_id, subject) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in NAMES)
).bindparams(bindparam("finished_at", type_=Instant()))


def _add(session: Session, table: Kept, rows: Sequence[dict[str, Any]]) -> None:
    """Add to rows by their key, or make them."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(_adding_arrays(table)), _arrays(table, rows))
        return
    for part in _sliced(rows, ROWS):
        values = {f"{name}_{n}": row[name] for n, row in enumerate(part) for name in table.names}
        session.execute(_adding(table, len(part)), values)


def _arrays(table: Kept, rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    return {f"{table.short}_{name}": [row[name] for row in rows] for name in table.names}


@lru_cache
def _adding_arrays(table: Kept) -> str:
    """Return PostgreSQL's statement: one text for any number of rows, so that it stays prepared."""
    columns = table.model.__table__.c
    types = [columns[name].type.compile(_POSTGRESQL) for name in table.names]
    arrays = ", ".join(
        f"CAST(:{table.short}_{name} AS {kind}[])"
        for name, kind in zip(table.names, types, strict=True)
    )
    return (
        f"INSERT INTO {table.name} ({', '.join(table.names)}) SELECT * FROM unnest({arrays}) "
        f"{table.conflict}"
    )


@lru_cache
def _at_once() -> TextClause:
    """Return PostgreSQL's statement that writes one row and all that follows from it."""
    return text(
        f"WITH put AS ({_PUT.text}), counted AS ({_adding_arrays(COUNTED)}), "
        f"tallied AS ({_adding_arrays(TALLIED)}) "
        # The inner SELECT sees the row as it was when the statement began.
        "UPDATE boards SET version = :version WHERE id = :board_id "
        "RETURNING (SELECT b.version FROM boards b WHERE b.id = :board_id)"
    ).bindparams(bindparam("finished_at", type_=Instant()))


@lru_cache(maxsize=4 * ROWS)
def _adding(table: Kept, count: int) -> TextClause:
    """Return SQLite's statement that adds `count` rows at once."""
    rows = ", ".join(
        "(" + ", ".join(f":{name}_{n}" for name in table.names) + ")" for n in range(count)
    )
    names = ", ".join(table.names)
    return text(f"INSERT INTO {table.name} ({names}) VALUES {rows} {table.conflict}")


def _sliced(items: Sequence[T], size: int = SLICE) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _values(board: BoardView, result: Result) -> dict[str, Any]:
    return {
        "board_id": board.id,
        "subject": result.subject,
        "number": result.number,
        "points_milli": result.points_milli,
        "duration_us": result.duration_us,
        "finished_at": result.finished_at,
        "sort_key": sort_key(TIE_RULES[board.tie_rule], result),
        "group_code": result.group,
        "area_code": result.area,
        "unit_code": result.unit,
    }
