"""Counts and tallies of a board compared with its rows and made anew, in the database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from learning.leaderboards.models import BoardCount, BoardEntry, BoardTally
from learning.leaderboards.rules import SHIFTS, TallyOf
from learning.leaderboards.services.boards import lock_board

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
    """Make counts and tallies anew from the rows, under the board's lock."""
    lock_board(session, board_id)
    session.execute(delete(BoardCount).where(BoardCount.board_id == board_id))
    session.execute(delete(BoardTally).where(BoardTally.board_id == board_id))
    session.execute(insert(BoardCount).from_select(COUNT_COLUMNS, _due_counts(board_id)))
    session.execute(insert(BoardTally).from_select(TALLY_COLUMNS, _due_tallies(board_id)))


def _whole(union: CompoundSelect[Any]) -> Select[Any]:
    return select(*union.subquery().c)


def _held(board_id: int, model: Any, columns: tuple[str, ...], number: str) -> Select[Any]:
    table = model.__table__.c
    return select(*(table[name] for name in columns)).where(
        table.board_id == board_id, table[number] != 0
    )


def _due_counts(board_id: int) -> CompoundSelect[Any]:
    return union_all(*_grouped(board_id))


def _grouped(board_id: int) -> Iterator[Select[Any]]:
    """Return a query for each kind of scope and each width of bucket."""
    group, area = BoardEntry.group_code, BoardEntry.area_code
    scopes = (
        (literal("/"), ()),
        (group + "/", (group != "",)),
        (literal("/") + area, (area != "",)),
        (group + "/" + area, (group != "", area != "")),
    )
    for scope, conditions in scopes:
        for shift in SHIFTS:
            bucket = BoardEntry.sort_key.bitwise_rshift(literal(shift, Integer))
            inner = (
                select(scope.label("scope"), bucket.label("bucket"))
                .where(BoardEntry.board_id == board_id, *conditions)
                .subquery()
            )
            yield select(
                literal(board_id).label("board_id"),
                inner.c.scope,
                literal(shift, Integer).label("shift"),
                inner.c.bucket,
                sql_cast(func.count(), Integer).label("entries"),
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
