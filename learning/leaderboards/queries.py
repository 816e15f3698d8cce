"""Reads of boards: a page with its standings, one subject's place, counts.

No function here loads a whole board but `list_results`, which is for recomputation.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.rules import Result, standings

# Columns, never entities: the upsert writes behind the session's back.
COLUMNS = (
    BoardEntry.subject,
    BoardEntry.number,
    BoardEntry.points_milli,
    BoardEntry.duration_us,
    BoardEntry.finished_at,
    BoardEntry.sort_key,
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


def count_entries(session: Session, board_id: int) -> int:
    """Return how many subjects stand on the board."""
    counted = select(func.count()).select_from(BoardEntry).where(BoardEntry.board_id == board_id)
    return session.scalar(counted) or 0


def get_page(session: Session, board_id: int, *, page: int, size: int) -> BoardPage:
    """Return one page of the board; a page beyond the end is the last one.

    The rows beside the page are read too, so that a shared standing is known at its edges; the
    standing of the first row is one count. Cost: four statements whatever the length of the board.
    """
    total = count_entries(session, board_id)
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    offset = (page - 1) * size
    before = min(offset, 1)
    read = _read(session, board_id, offset=offset - before, limit=before + size + 1)
    rows = _with_standings(session, board_id, read, first_position=offset - before + 1)
    return BoardPage(rows=rows[before : before + size], page=page, pages=pages, total=total)


def list_rows(session: Session, board_id: int, *, offset: int, limit: int) -> tuple[BoardRow, ...]:
    """Return rows of the board best first, for exports that walk it in slices.

    `is_shared` looks inside the slice only.
    """
    read = _read(session, board_id, offset=offset, limit=limit)
    return _with_standings(session, board_id, read, first_position=offset + 1)


def find_place(session: Session, board_id: int, subject: str) -> Place | None:
    """Return where a subject stands, or None when it is not on the board."""
    found = find_result(session, board_id, subject)
    if found is None:
        return None
    result, sort_key = found
    better = count_better(session, board_id, sort_key)
    tied_before = session.scalar(
        select(func.count())
        .select_from(BoardEntry)
        .where(
            BoardEntry.board_id == board_id,
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


def find_result(session: Session, board_id: int, subject: str) -> tuple[Result, int] | None:
    """Return the result of a subject with its sort key, or None."""
    row = session.execute(
        select(*COLUMNS).where(BoardEntry.board_id == board_id, BoardEntry.subject == subject)
    ).one_or_none()
    return None if row is None else (_result(row), row.sort_key)


def count_better(session: Session, board_id: int, sort_key: int) -> int:
    """Return how many subjects stand above a sort key."""
    counted = (
        select(func.count())
        .select_from(BoardEntry)
        .where(BoardEntry.board_id == board_id, BoardEntry.sort_key > sort_key)
    )
    return session.scalar(counted) or 0


def list_results(session: Session, board_id: int) -> dict[str, tuple[Result, int]]:
    """Return every result on the board with its sort key, by subject: for recomputation."""
    rows = session.execute(select(*COLUMNS).where(BoardEntry.board_id == board_id))
    return {row.subject: (_result(row), row.sort_key) for row in rows}


def _result(row: Any) -> Result:
    return Result(row.subject, row.number, row.points_milli, row.duration_us, row.finished_at)


def _read(session: Session, board_id: int, *, offset: int, limit: int) -> list[Row[Any]]:
    # Both columns descend, so that the index (board_id, sort_key, subject) gives the order itself.
    return list(
        session.execute(
            select(*COLUMNS)
            .where(BoardEntry.board_id == board_id)
            .order_by(BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
            .offset(offset)
            .limit(limit)
        )
    )


def _with_standings(
    session: Session, board_id: int, read: list[Row[Any]], *, first_position: int
) -> tuple[BoardRow, ...]:
    if not read:
        return ()
    keys = [row.sort_key for row in read]
    first = count_better(session, board_id, keys[0]) + 1
    places = standings(keys, first_position=first_position, first_standing=first)
    return tuple(
        BoardRow(
            standing=place,
            is_shared=row.sort_key in (keys[i - 1 : i] + keys[i + 1 : i + 2]),
            subject=row.subject,
            points_milli=row.points_milli,
            duration_us=row.duration_us,
            finished_at=row.finished_at,
            sort_key=row.sort_key,
        )
        for i, (row, place) in enumerate(zip(read, places, strict=True))
    )
