"""Rows of a list with their standings: a page, some subjects, one subject and its neighbours.

No function here loads a whole board but `list_results`, which is for recomputation; `list_places`
ranks a whole board inside the database where many are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.queries.counting import (
    better,
    count_better,
    count_entries,
    find_start,
    list_standings,
    within,
)
from learning.leaderboards.queries.mirror import find_mirror
from learning.leaderboards.rules import WHOLE, Result, Scope, standings

# Columns, never entities: the upsert writes behind the session's back.
DEEP = 1_000  # rows that a page may skip one by one
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
    BoardEntry.unit_code,
)

_VERSION = select(Board.version).where(Board.id == bindparam("of_board")).scalar_subquery()
_OF_SUBJECT = select(*COLUMNS, _VERSION.label("version")).where(
    BoardEntry.board_id == bindparam("of_board"), BoardEntry.subject == bindparam("of_subject")
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


def get_page(
    session: Session, board_id: int, *, page: int, size: int, scope: Scope = WHOLE, skip: int = 0
) -> BoardPage:
    """Return one page of the board without its first `skip` rows; beyond the end is the last page.

    The rows beside the page are read too, so that a shared standing is known at its edges; the
    standing of the first row is one count. Cost: three statements, five deep in a long board.
    """
    total = max(0, count_entries(session, board_id, scope=scope) - skip)
    page, pages = _clamped(page, total, size)
    offset = (page - 1) * size + skip
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
    ceiling: int = 1 << 62,
) -> BoardPage:
    """Return a page of the rows whose subject is among some, with their standings in the scope.

    Only rows whose sort key is at most the ceiling are found.

    A page beyond the end is the last one. Finding the rows costs what `subjects` costs.
    """
    condition = (
        within(board_id, scope),
        BoardEntry.subject.in_(subjects),
        BoardEntry.sort_key <= ceiling,
    )
    total = session.scalar(select(func.count()).select_from(BoardEntry).where(*condition)) or 0
    page, pages = _clamped(page, total, size)
    read = session.execute(
        select(*COLUMNS)
        .where(*condition)
        .order_by(BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    places = list_standings(session, board_id, [row.sort_key for row in read], scope=scope)
    rows = tuple(_placed(row, places) for row in read)
    return BoardPage(rows=rows, page=page, pages=pages, total=total)


def _placed(row: Any, places: dict[int, tuple[int, bool]]) -> BoardRow:
    standing, is_shared = places[row.sort_key]
    return _board_row(row, standing, is_shared=is_shared)


def list_places(
    session: Session, board_ids: Sequence[int], subjects: Select[str] | Sequence[str]
) -> dict[str, BoardRow]:
    """Return the rows of some subjects of some boards by subject, each with its standing.

    For many subjects, or a query of them, the database ranks the boards whole: 100,000 rows cost
    some 400 ms. For few, as a page shows, each is counted by itself.
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
        places = list_standings(session, board_id, [row.sort_key for row in here])
        found.update({row.subject: _placed(row, places) for row in here})
    return found


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
    row = _find_row(session, board_id, subject)
    if row is None or not _belongs(_result(row), scope):
        return None
    return _place(session, board_id, row, scope)


def _place(session: Session, board_id: int, row: Any, scope: Scope) -> Place:
    counted = None
    mirror = find_mirror(session)
    if mirror is not None:
        counted = mirror.count_above(board_id, row.version, row.sort_key, row.subject, scope=scope)
    above, before = counted or _count_place(session, board_id, row, scope)
    return Place(
        standing=above + 1,
        position=before + 1,
        points_milli=row.points_milli,
        duration_us=row.duration_us,
    )


def _count_place(session: Session, board_id: int, row: Any, scope: Scope) -> tuple[int, int]:
    """Return how many rows have a better key, and how many are printed before."""
    tied_before = (
        select(func.count())
        .select_from(BoardEntry)
        .where(
            within(board_id, scope),
            BoardEntry.sort_key == row.sort_key,
            BoardEntry.subject > row.subject,  # as printed: subject descending among equals
        )
        .scalar_subquery()
    )
    counts = session.execute(select(*better(board_id, row.sort_key, scope), tied_before)).one()
    *above, before = (int(n) for n in counts)
    return sum(above), sum(above) + before


def list_neighbours(
    session: Session, board_id: int, subject: str, *, around: int, scope: Scope = WHOLE
) -> tuple[BoardRow, ...]:
    """Return the row of a subject between those printed around it; empty when it is not there."""
    own_row = _find_row(session, board_id, subject)
    if own_row is None or not _belongs(_result(own_row), scope):
        return ()
    place = _place(session, board_id, own_row, scope)
    order = tuple_(BoardEntry.sort_key, BoardEntry.subject)
    own = (own_row.sort_key, subject)
    near = select(*COLUMNS).where(within(board_id, scope))
    upward = near.order_by(BoardEntry.sort_key, BoardEntry.subject)
    downward = near.order_by(BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
    # One row more at each edge, so that a shared standing is known there.
    above = session.execute(upward.where(order > own).limit(around + 1)).all()
    below = session.execute(downward.where(order <= own).limit(around + 2)).all()
    read = [*reversed(above), *below]
    first = place.position - len(above)
    rows = _with_standings(session, board_id, scope, read, first_position=first)
    return rows[max(0, len(above) - around) : len(above) + around + 1]


def _belongs(result: Result, scope: Scope) -> bool:
    """Twin of `counting.within` for a result in hand."""
    return scope.group in {"", result.group} and scope.area in {"", result.area}


def find_result(session: Session, board_id: int, subject: str) -> tuple[Result, int] | None:
    """Return the result of a subject with its sort key, or None."""
    row = _find_row(session, board_id, subject)
    return None if row is None else (_result(row), row.sort_key)


def _find_row(session: Session, board_id: int, subject: str) -> Any:
    """Return a subject's row with the version of the board that it was read from, or None."""
    of = {"of_board": board_id, "of_subject": subject}
    return session.execute(_OF_SUBJECT, of).one_or_none()


def list_results(session: Session, board_id: int) -> dict[str, tuple[Result, int]]:
    """Return every result on the board with its sort key, by subject: for recomputation."""
    rows = session.execute(select(*COLUMNS).where(BoardEntry.board_id == board_id))
    return {row.subject: (_result(row), row.sort_key) for row in rows}


def list_results_of(
    session: Session, board_id: int, subjects: Sequence[str]
) -> dict[str, tuple[Result, int]]:
    """Return the results of some subjects with their sort keys, by subject."""
    rows = session.execute(
        select(*COLUMNS).where(BoardEntry.board_id == board_id, BoardEntry.subject.in_(subjects))
    )
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
        row.unit_code,
    )


def _read(
    session: Session, board_id: int, scope: Scope, *, offset: int, limit: int
) -> list[Row[Any]]:
    condition = [within(board_id, scope)]
    if offset > DEEP:
        ceiling, offset = find_start(session, board_id, offset, scope)
        condition.append(BoardEntry.sort_key < ceiling)
    # Both columns descend, so that an index (…, sort_key, subject) gives the order itself.
    return list(
        session.execute(
            select(*COLUMNS)
            .where(*condition)
            .order_by(BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
            .offset(offset)
            .limit(limit)
        )
    )


def _with_standings(
    session: Session, board_id: int, scope: Scope, read: Sequence[Any], *, first_position: int
) -> tuple[BoardRow, ...]:
    if not read:
        return ()
    keys = [row.sort_key for row in read]
    # The first row of the list is first; others may share their standing with the row before.
    above = count_better(session, board_id, keys[0], scope=scope) if first_position > 1 else 0
    first = above + 1
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
