"""How many: rows of a list, rows above a key, and where the row of a position begins.

A standing is a sum over the buckets of whole points, a sum over the finer ones of the same points,
and a count of the rows within one of those (`models.BoardCount`): of a million rows some thousands
of small ones are read, where a plain count reads half of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, select
from sqlalchemy.orm import Session

from learning.leaderboards.models import Board, BoardCount, BoardEntry
from learning.leaderboards.rules import SHIFTS, WHOLE, Scope, scope_text

COARSE, FINE = SHIFTS


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board: its row id, and the tie rule by which its rows are packed."""

    id: int
    tie_rule: str


_BOARD = select(Board.id, Board.tie_rule).where(Board.id == bindparam("of_board"))


def get_board(session: Session, board_id: int) -> BoardView:
    """Return a board by its row id, which comes from our own tables."""
    return BoardView(*session.execute(_BOARD, {"of_board": board_id}).one())


def within(board_id: int, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row belongs to the board and the scope."""
    conditions = [BoardEntry.board_id == board_id]
    if scope.group:
        conditions.append(BoardEntry.group_code == scope.group)
    if scope.area:
        conditions.append(BoardEntry.area_code == scope.area)
    return and_(*conditions)


def _buckets(board_id: int, scope: Scope, shift: int) -> ColumnElement[bool]:
    return and_(
        BoardCount.board_id == board_id,
        BoardCount.scope == scope_text(scope),
        BoardCount.shift == shift,
    )


def count_entries(session: Session, board_id: int, *, scope: Scope = WHOLE) -> int:
    """Return how many subjects stand on the board, within the scope."""
    counted = select(func.sum(BoardCount.entries)).where(_buckets(board_id, scope, COARSE))
    return int(session.scalar(counted) or 0)


def better(board_id: int, sort_key: int, scope: Scope) -> list[ScalarSelect[Any]]:
    """Return three queries whose sum is the number of rows of the scope above a sort key."""
    coarse, fine = sort_key >> COARSE, sort_key >> FINE
    return [
        select(func.coalesce(func.sum(BoardCount.entries), 0))
        .where(_buckets(board_id, scope, COARSE), BoardCount.bucket > coarse)
        .scalar_subquery(),
        select(func.coalesce(func.sum(BoardCount.entries), 0))
        .where(
            _buckets(board_id, scope, FINE),
            BoardCount.bucket > fine,
            BoardCount.bucket < (coarse + 1) << (COARSE - FINE),
        )
        .scalar_subquery(),
        select(func.count())
        .select_from(BoardEntry)
        .where(
            within(board_id, scope),
            BoardEntry.sort_key > sort_key,
            BoardEntry.sort_key < (fine + 1) << FINE,
        )
        .scalar_subquery(),
    ]


def count_better(session: Session, board_id: int, sort_key: int, *, scope: Scope = WHOLE) -> int:
    """Return how many subjects of the scope stand above a sort key."""
    return sum(int(n) for n in session.execute(select(*better(board_id, sort_key, scope))).one())


def find_cut(session: Session, board_id: int, standing: int, scope: Scope) -> tuple[int, int]:
    """Return how many rows stand before a standing, and the sort key at which those behind begin.

    Who shares a better standing across the border stands before it. Key -1 when nobody is behind.
    """
    if standing == 1:
        return 0, 1 << 62
    order = (BoardEntry.sort_key.desc(), BoardEntry.subject.desc())
    keys = select(BoardEntry.sort_key).where(within(board_id, scope)).order_by(*order)
    key = session.scalar(keys.offset(standing - 1).limit(1))
    if key is not None and count_better(session, board_id, key, scope=scope) < standing - 1:
        key = session.scalar(keys.where(BoardEntry.sort_key < key).limit(1))
    if key is None:
        return count_entries(session, board_id, scope=scope), -1
    return count_better(session, board_id, key, scope=scope), key


def list_standings(
    session: Session, board_id: int, keys: Sequence[int], *, scope: Scope = WHOLE
) -> dict[int, tuple[int, bool]]:
    """Return the standing of each key, and whether several rows share it; one statement."""
    few = sorted(set(keys))
    wanted = [
        query
        for key in few
        for query in (*better(board_id, key, scope), _two(board_id, key, scope))
    ]
    counts = [int(n) for n in session.execute(select(*wanted)).one()] if few else []
    found = {}
    for number, key in enumerate(few):
        *above, alike = counts[4 * number : 4 * number + 4]
        found[key] = (sum(above) + 1, alike > 1)
    return found


def _two(board_id: int, key: int, scope: Scope) -> ScalarSelect[Any]:
    """Return the query of how many rows have a key, counted up to two."""
    alike = (
        select(BoardEntry.id)
        .where(within(board_id, scope), BoardEntry.sort_key == key)
        .limit(2)
        .subquery()
    )
    return select(func.count()).select_from(alike).scalar_subquery()


def find_start(session: Session, board_id: int, offset: int, scope: Scope) -> tuple[int, int]:
    """Return a key above which an offset into the list begins, and the rows still to be skipped.

    No row at or above the key comes later than the offset. The two steps narrow the search to a
    fine bucket, so that a page deep in a long list skips few rows.
    """
    floor, ceiling, skip = 0, 1 << 62, offset
    for shift in SHIFTS:
        running = func.sum(BoardCount.entries).over(order_by=BoardCount.bucket.desc())
        passed = (
            select(
                BoardCount.bucket,
                (running - BoardCount.entries).label("before"),
                running.label("through"),
            )
            .where(
                _buckets(board_id, scope, shift),
                BoardCount.bucket >= floor >> shift,
                BoardCount.bucket < ceiling >> shift,
            )
            .subquery()
        )
        found = session.execute(
            select(passed.c.bucket, passed.c.before)
            .where(passed.c.through > skip)
            .order_by(passed.c.bucket.desc())
            .limit(1)
        ).one_or_none()
        if found is None:  # beyond the end
            return ceiling, skip
        floor, ceiling = found.bucket << shift, (found.bucket + 1) << shift
        skip -= int(found.before)
    return ceiling, skip
