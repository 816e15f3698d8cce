"""Counts and tallies of a board compared with its rows and made anew, in the database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from learning.leaderboards.models import BoardCount, BoardEntry, BoardTally
from learning.leaderboards.rules import SHIFTS, TallyOf
from learning.leaderboards.services.boards import lock_board

COARSE, FINE = SHIFTS
_NONE = literal("", String)
COUNT_COLUMNS = ("board_id", "scope", "shift", "bucket", "entries")
TALLY_COLUMNS = ("board_id", "kind", "code", "participants", "sum_milli")
CODES = {
    TallyOf.UNIT: BoardEntry.unit_code,
    TallyOf.GROUP: BoardEntry.group_code,
    TallyOf.AREA: BoardEntry.area_code,
}


def differing_counts(session: Session, board_id: int) -> int:
    """Return how many counts and tallies are not what the rows give; writes nothing.

    One that is wrong counts twice, as it is and as it ought to be. Groups the whole board: a
    million rows take some seconds.
    """
    pairs = (
        (_due_counts(board_id), _held(board_id, BoardCount, COUNT_COLUMNS, "entries")),
        (_due_tallies(board_id), _held(board_id, BoardTally, TALLY_COLUMNS, "participants")),
    )
    return sum(
        session.scalar(select(func.count()).select_from(one.except_(other).subquery())) or 0
        for due, held in pairs
        for one, other in ((_whole(due), held), (held, _whole(due)))
    )


def recount(session: Session, board_id: int) -> None:
    """Make counts and tallies anew from the rows, under the board's lock.

    The narrow buckets come from the rows, the wide ones from the narrow.
    """
    lock_board(session, board_id)
    make_room(session)
    session.execute(delete(BoardCount).where(BoardCount.board_id == board_id))
    session.execute(delete(BoardTally).where(BoardTally.board_id == board_id))
    narrow = union_all(*_grouped(board_id, FINE))
    session.execute(insert(BoardCount).from_select(COUNT_COLUMNS, narrow))
    session.execute(insert(BoardCount).from_select(COUNT_COLUMNS, _widened(board_id)))
    session.execute(insert(BoardTally).from_select(TALLY_COLUMNS, _due_tallies(board_id)))


def make_room(session: Session) -> None:
    """Let PostgreSQL sort and group a million rows in memory, in this transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL work_mem = '256MB'"))


def _whole(union: CompoundSelect[Any]) -> Select[Any]:
    return select(*union.subquery().c)


def _held(board_id: int, model: Any, columns: tuple[str, ...], number: str) -> Select[Any]:
    table = model.__table__.c
    return select(*(table[name] for name in columns)).where(
        table.board_id == board_id, table[number] != 0
    )


def _due_counts(board_id: int) -> CompoundSelect[Any]:
    return union_all(*(query for shift in SHIFTS for query in _grouped(board_id, shift)))


def _grouped(board_id: int, shift: int) -> Iterator[Select[Any]]:
    """Return a query for each kind of scope, of buckets of one width."""
    group, area = BoardEntry.group_code, BoardEntry.area_code
    scopes: tuple[tuple[Any, Any, tuple[ColumnElement[bool], ...]], ...] = (
        (_NONE, _NONE, ()),
        (group, _NONE, (group != "",)),
        (_NONE, area, (area != "",)),
        (group, area, (group != "", area != "")),
    )
    bucket = BoardEntry.sort_key.bitwise_rshift(literal(shift, Integer)).label("bucket")
    for of_group, of_area, conditions in scopes:
        inner = (
            select(of_group.label("of_group"), of_area.label("of_area"), bucket)
            .where(BoardEntry.board_id == board_id, *conditions)
            .subquery()
        )
        yield select(
            literal(board_id).label("board_id"),
            (inner.c.of_group + "/" + inner.c.of_area).label("scope"),
            literal(shift, Integer).label("shift"),
            inner.c.bucket,
            sql_cast(func.count(), Integer).label("entries"),
        ).group_by(inner.c.of_group, inner.c.of_area, inner.c.bucket)


def _widened(board_id: int) -> Select[Any]:
    """Return the wide buckets as the narrow ones give them."""
    narrow = BoardCount.__table__.c
    inner = (
        select(
            narrow.scope,
            narrow.bucket.bitwise_rshift(literal(COARSE - FINE, Integer)).label("bucket"),
            narrow.entries,
        )
        .where(narrow.board_id == board_id, narrow.shift == FINE)
        .subquery()
    )
    return select(
        literal(board_id).label("board_id"),
        inner.c.scope,
        literal(COARSE, Integer).label("shift"),
        inner.c.bucket,
        sql_cast(func.sum(inner.c.entries), Integer).label("entries"),
    ).group_by(inner.c.scope, inner.c.bucket)


def _due_tallies(board_id: int) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(
                literal(board_id).label("board_id"),
                literal(kind.value).label("kind"),
                code.label("code"),
                sql_cast(func.count(), Integer).label("participants"),
                sql_cast(
                    func.sum(BoardEntry.points_milli), BoardTally.__table__.c.sum_milli.type
                ).label("sum_milli"),
            )
            .where(BoardEntry.board_id == board_id, code != "")
            .group_by(code)
            for kind, code in CODES.items()
        )
    )
