"""The one place where rows of boards are written, with the counts and tallies that follow them.

A row that comes, goes or changes is a difference of the counts and tallies, written in the same
transaction. The caller holds the board's lock (`boards.lock_board`): two writers who read the same
old row would count its going twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import TextClause, delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from learning.kernel.bulk import insert_many
from learning.leaderboards import queries
from learning.leaderboards.models import Board, BoardCount, BoardEntry, BoardTally
from learning.leaderboards.rules import (
    SHIFTS,
    TIE_RULES,
    Result,
    TallyOf,
    scope_text,
    scopes_of,
    sort_key,
    tallies_of,
)

T = TypeVar("T")

ROWS = 64  # rows of one statement: a result changes up to 16 counts
SLICE = 500  # subjects in one IN: far below the limit of bound parameters
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


def write(
    session: Session,
    board: Board,
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
    _write_rows(session, board, put, held)
    _remove_rows(session, board, remove)
    _write_counts(session, board.id, differences)
    _write_tallies(session, board.id, differences)


def write_rows(
    session: Session, board: Board, put: Sequence[Result], remove: Sequence[str]
) -> None:
    """Write rows alone: counts and tallies are wrong until `recounting.recount`."""
    held = _read(session, board.id, [result.subject for result in put])
    _write_rows(session, board, put, held)
    _remove_rows(session, board, remove)


def _remove_rows(session: Session, board: Board, remove: Sequence[str]) -> None:
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
    session: Session, board: Board, put: Sequence[Result], held: Mapping[str, Result]
) -> None:
    new = [_values(board, result) for result in put if result.subject not in held]
    changed = [_values(board, result) for result in put if result.subject in held]
    insert_many(session, BoardEntry, new)
    if changed:
        statement = _insert(session, BoardEntry)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["board_id", "subject"],
                set_={name: statement.excluded[name] for name in NAMES},
            ),
            changed,
        )


def _write_counts(session: Session, board_id: int, differences: _Differences) -> None:
    rows = [
        {"board_id": board_id, "scope": scope, "shift": shift, "bucket": bucket, "entries": n}
        for (scope, shift, bucket), n in differences.counts.items()
        if n
    ]
    _add(session, BoardCount, ("board_id", "scope", "shift", "bucket"), ("entries",), rows)


def _write_tallies(session: Session, board_id: int, differences: _Differences) -> None:
    rows = [
        {
            "board_id": board_id,
            "kind": kind.value,
            "code": code,
            "participants": differences.participants[kind, code],
            "sum_milli": total,
        }
        for (kind, code), total in differences.sums.items()
        if total or differences.participants[kind, code]
    ]
    columns = ("participants", "sum_milli")
    _add(session, BoardTally, ("board_id", "kind", "code"), columns, rows)


def _add(
    session: Session,
    model: type[DeclarativeBase],
    key: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Add to rows by their key, or make them."""
    for part in _sliced(rows, ROWS):
        names = (*key, *columns)
        values = {f"{name}_{n}": row[name] for n, row in enumerate(part) for name in names}
        statement = _adding(str(model.__tablename__), tuple(key), tuple(columns), len(part))
        session.execute(statement, values)


@lru_cache(maxsize=4 * ROWS)
def _adding(table: str, key: tuple[str, ...], columns: tuple[str, ...], count: int) -> TextClause:
    """Return the statement that adds `count` rows: one for all, where many would cost a trip each.

    Both databases speak it. SQLAlchemy would compile one of its own anew at each call.
    """
    names = (*key, *columns)
    rows = ", ".join("(" + ", ".join(f":{name}_{n}" for name in names) + ")" for n in range(count))
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return text(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES {rows} "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"
    )


def _sliced(items: Sequence[T], size: int = SLICE) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _values(board: Board, result: Result) -> dict[str, Any]:
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


def _insert(session: Session, model: type[DeclarativeBase]) -> Any:
    """Return the dialect's INSERT: both databases speak ON CONFLICT, SQLAlchemy's core does not."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model.__table__)
