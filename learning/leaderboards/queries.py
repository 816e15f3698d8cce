"""Reads of boards: a page with its standings, one subject's place, counts.

A `Scope` cuts a board down to a group, an area or both: standings are then those within it.
No function here loads a whole board but `list_results`, which is for recomputation; `search_page`
and `list_places` rank a whole board inside the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, func, select
from sqlalchemy.orm import Session

from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.rules import WHOLE, Result, Scope, standings

# Columns, never entities: the upsert writes behind the session's back.
FEW = 100  # subjects whose standings are counted one by one rather than by ranking the board
COLUMNS = (
    BoardEntry.subject,
    BoardEntry.number,
    BoardEntry.points_milli,
    BoardEntry.duration_us,
    BoardEntry.finished_at,
    BoardEntry.sort_key,
    BoardEntry.group_code,
    BoardEntry.area_code,
)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row of a ranked list; `is_shared` when a neighbour in the list has the same standing."""

    standing: int
    is_shared: bool
    subject: str
    points_milli: int
    duration_us: int | None
    finished_at: datetime
    sort_key: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page of a ranked list, best first; `page` counts from 1, `total` are all rows."""

    rows: tuple[BoardRow, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject stands: the shared standing, and the position in the printed order."""

    standing: int
    position: int
    points_milli: int
    duration_us: int | None


def get_board(session: Session, board_id: int) -> Board:
    """Return a board by its row id, which comes from our own tables."""
    return session.get_one(Board, board_id)


def _within(board_id: int, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row belongs to the board and the scope."""
    conditions = [BoardEntry.board_id == board_id]
    if scope.group:
        conditions.append(BoardEntry.group_code == scope.group)
    if scope.area:
        conditions.append(BoardEntry.area_code == scope.area)
    return and_(*conditions)


def count_entries(session: Session, board_id: int, *, scope: Scope = WHOLE) -> int:
    """Return how many subjects stand on the board, within the scope."""
    counted = select(func.count()).select_from(BoardEntry).where(_within(board_id, scope))
    return session.scalar(counted) or 0


def get_page(
    session: Session, board_id: int, *, page: int, size: int, scope: Scope = WHOLE
) -> BoardPage:
    """Return one page of the board; a page beyond the end is the last one.

    The rows beside the page are read too, so that a shared standing is known at its edges; the
    standing of the first row is one count. Cost: four statements whatever the length of the board.
    """
    total = count_entries(session, board_id, scope=scope)
    page, pages = _clamped(page, total, size)
    offset = (page - 1) * size
    before = min(offset, 1)
    read = _read(session, board_id, scope, offset=offset - before, limit=before + size + 1)
    rows = _with_standings(session, board_id, scope, read, first_position=offset - before + 1)
    return BoardPage(rows=rows[before : before + size], page=page, pages=pages, total=total)


def search_page(
    session: Session,
    board_id: int,
    subjects: Select[str],
    *,
    page: int,
    size: int,
    scope: Scope = WHOLE,
) -> BoardPage:
    """Return a page of the rows whose subject is among some, with their standings in the scope.

    A page beyond the end is the last one. The database ranks the whole scope for it: some 50 ms
    for 10,000 rows, in one statement but for a page beyond the end.
    """
    ranked = _ranked(_within(board_id, scope))
    total = func.count().over().label("total")
    query = (
        select(ranked, total)
        .where(ranked.c.subject.in_(subjects))
        .order_by(ranked.c.sort_key.desc(), ranked.c.subject.desc())
        .limit(size)
    )
    read = session.execute(query.offset((page - 1) * size)).all()
    if not read and page > 1:
        first = session.execute(query).first()
        page, _pages = _clamped(page, first.total if first else 0, size)
        read = session.execute(query.offset((page - 1) * size)).all()
    found = read[0].total if read else 0
    rows = tuple(_board_row(row, row.standing, is_shared=row.alike > 1) for row in read)
    return BoardPage(rows=rows, page=page, pages=_clamped(page, found, size)[1], total=found)


def list_places(
    session: Session, board_ids: Sequence[int], subjects: Select[str] | Sequence[str]
) -> dict[str, BoardRow]:
    """Return the rows of some subjects of some boards by subject, each with its standing.

    For many subjects, or a query of them, the database ranks the boards whole: 100,000 rows cost
    some 400 ms. For few, as a page shows, rows between their keys are counted along the index.
    """
    if isinstance(subjects, Sequence) and len(subjects) <= FEW:
        return _few_places(session, board_ids, subjects)
    ranked = _ranked(BoardEntry.board_id.in_(board_ids))
    rows = session.execute(select(ranked).where(ranked.c.subject.in_(subjects)))
    return {row.subject: _board_row(row, row.standing, is_shared=row.alike > 1) for row in rows}


def _few_places(
    session: Session, board_ids: Sequence[int], subjects: Sequence[str]
) -> dict[str, BoardRow]:
    rows = session.execute(
        select(BoardEntry.board_id, *COLUMNS).where(
            BoardEntry.board_id.in_(board_ids), BoardEntry.subject.in_(subjects)
        )
    ).all()
    found: dict[str, BoardRow] = {}
    for board_id in {row.board_id for row in rows}:
        here = [row for row in rows if row.board_id == board_id]
        standings = _standings(session, board_id, sorted({row.sort_key for row in here})[::-1])
        for row in here:
            standing, alike = standings[row.sort_key]
            found[row.subject] = _board_row(row, standing, is_shared=alike > 1)
    return found


def _standings(session: Session, board_id: int, keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return standing and number of rows of each key; `keys` best first.

    Each row of the index is passed once at most: what lies between two keys is counted between
    them.
    """
    counts = []
    for number, key in enumerate(keys):
        below_last = [BoardEntry.sort_key < keys[number - 1]] if number else []
        better = [BoardEntry.sort_key > key, *below_last]
        counts += [
            select(func.count(BoardEntry.sort_key))
            .where(BoardEntry.board_id == board_id, *condition)
            .scalar_subquery()
            for condition in (better, [BoardEntry.sort_key == key])
        ]
    values = session.execute(select(*counts)).one()
    standings: dict[int, tuple[int, int]] = {}
    passed = 0
    for number, key in enumerate(keys):
        between, alike = values[2 * number], values[2 * number + 1]
        passed += between
        standings[key] = (passed + 1, alike)
        passed += alike
    return standings


def _ranked(condition: ColumnElement[bool]) -> Subquery:
    standing = func.rank().over(
        partition_by=BoardEntry.board_id, order_by=BoardEntry.sort_key.desc()
    )
    alike = func.count().over(partition_by=(BoardEntry.board_id, BoardEntry.sort_key))
    return (
        select(*COLUMNS, standing.label("standing"), alike.label("alike"))
        .where(condition)
        .subquery()
    )


def _clamped(page: int, total: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-total // size))
    return min(max(page, 1), pages), pages


def list_rows(session: Session, board_id: int, *, offset: int, limit: int) -> tuple[BoardRow, ...]:
    """Return rows of the board best first, for exports that walk it in slices.

    `is_shared` looks inside the slice only.
    """
    read = _read(session, board_id, WHOLE, offset=offset, limit=limit)
    return _with_standings(session, board_id, WHOLE, read, first_position=offset + 1)


def find_place(
    session: Session, board_id: int, subject: str, *, scope: Scope = WHOLE
) -> Place | None:
    """Return where a subject stands in the scope, or None when it does not stand there."""
    found = find_result(session, board_id, subject)
    if found is None or not _belongs(found[0], scope):
        return None
    result, sort_key = found
    better = count_better(session, board_id, sort_key, scope=scope)
    tied_before = session.scalar(
        select(func.count())
        .select_from(BoardEntry)
        .where(
            _within(board_id, scope),
            BoardEntry.sort_key == sort_key,
            BoardEntry.subject > subject,  # the printed order: subject descending among equals
        )
    )
    return Place(
        standing=better + 1,
        position=better + (tied_before or 0) + 1,
        points_milli=result.points_milli,
        duration_us=result.duration_us,
    )


def _belongs(result: Result, scope: Scope) -> bool:
    """Twin of `_within` for a result in hand."""
    return scope.group in {"", result.group} and scope.area in {"", result.area}


def find_result(session: Session, board_id: int, subject: str) -> tuple[Result, int] | None:
    """Return the result of a subject with its sort key, or None."""
    row = session.execute(
        select(*COLUMNS).where(BoardEntry.board_id == board_id, BoardEntry.subject == subject)
    ).one_or_none()
    return None if row is None else (_result(row), row.sort_key)


def count_better(session: Session, board_id: int, sort_key: int, *, scope: Scope = WHOLE) -> int:
    """Return how many subjects of the scope stand above a sort key."""
    counted = (
        select(func.count())
        .select_from(BoardEntry)
        .where(_within(board_id, scope), BoardEntry.sort_key > sort_key)
    )
    return session.scalar(counted) or 0


def list_results(session: Session, board_id: int) -> dict[str, tuple[Result, int]]:
    """Return every result on the board with its sort key, by subject: for recomputation."""
    rows = session.execute(select(*COLUMNS).where(BoardEntry.board_id == board_id))
    return {row.subject: (_result(row), row.sort_key) for row in rows}


def _result(row: Any) -> Result:
    return Result(
        row.subject,
        row.number,
        row.points_milli,
        row.duration_us,
        row.finished_at,
        row.group_code,
        row.area_code,
    )


def _read(
    session: Session, board_id: int, scope: Scope, *, offset: int, limit: int
) -> list[Row[Any]]:
    # Both columns descend, so that an index (…, sort_key, subject) gives the order itself.
    return list(
        session.execute(
            select(*COLUMNS)
            .where(_within(board_id, scope))
            .order_by(BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
            .offset(offset)
            .limit(limit)
        )
    )


def _with_standings(
    session: Session, board_id: int, scope: Scope, read: list[Row[Any]], *, first_position: int
) -> tuple[BoardRow, ...]:
    if not read:
        return ()
    keys = [row.sort_key for row in read]
    first = count_better(session, board_id, keys[0], scope=scope) + 1
    places = standings(keys, first_position=first_position, first_standing=first)
    return tuple(
        _board_row(row, place, is_shared=row.sort_key in (keys[i - 1 : i] + keys[i + 1 : i + 2]))
        for i, (row, place) in enumerate(zip(read, places, strict=True))
    )


def _board_row(row: Any, standing: int, *, is_shared: bool) -> BoardRow:
    return BoardRow(
        standing=standing,
        is_shared=is_shared,
        subject=row.subject,
        points_milli=row.points_milli,
        duration_us=row.duration_us,
        finished_at=row.finished_at,
        sort_key=row.sort_key,
        group=row.group_code,
    )
