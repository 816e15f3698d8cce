"""Rows of a board made from a query of results, inside the database: for very many of them.

Nothing of them passes through the process: a million rows take seconds where one by one they take
minutes. What the rules say of one result, `rules.sort_key` and `rules.preference`, is said here a
second time as SQL; tests hold the two against each other.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel.db import to_us
from learning.kernel.instants import Microseconds
from learning.leaderboards.models import BoardEntry
from learning.leaderboards.queries import BoardView
from learning.leaderboards.rules import (
    FINISH_EPOCH,
    POINTS_OFFSET,
    TIE_BITS,
    TIE_RULES,
    WORST_TIE,
    Counts,
    TieRule,
    TieValue,
)
from learning.leaderboards.services.boards import lock_board
from learning.leaderboards.services.recounting import make_room
from learning.leaderboards.services.writing import NAMES, change_version

AT_ONCE = 10_000  # rows in one fetch
RESULT = tuple(name for name in NAMES if name != "sort_key")
"""What a query of results names, beside `subject`: the columns of `BoardEntry`."""


def put_results(session: Session, board: BoardView, results: Select[Any], *, counts: Counts) -> int:
    """Write the counting result of every subject of a query; return how many rows were not so.

    The query names `subject` and `RESULT`, any number of rows a subject. Under the board's lock;
    counts and tallies are wrong from then on until `recounting.recount`. Raises IntegrityError for
    points or times out of the range of sort keys.
    """
    lock_board(session, board.id)
    make_room(session)
    dialect_name = session.get_bind().dialect.name
    due = _counting(TIE_RULES[board.tie_rule], results, counts, dialect_name)
    change_version(session, board.id)
    names = ("board_id", "subject", *NAMES)
    columns = [due.c[name] for name in names[1:]]
    # In the order of the lists: of each index, pages are then gone through once, not at random.
    rows = (
        select(literal(board.id, BigInteger), *columns)
        .where(due.c.preferred == 1)
        .order_by(due.c.sort_key, due.c.subject)
    )
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    statement = dialect.insert(BoardEntry.__table__).from_select(names, rows)
    table = BoardEntry.__table__.c
    written = session.execute(
        statement.on_conflict_do_update(
            index_elements=["board_id", "subject"],
            set_={name: statement.excluded[name] for name in NAMES},
            where=or_(*(table[n].is_distinct_from(statement.excluded[n]) for n in NAMES)),
        ).execution_options(preserve_rowcount=True)
    )
    return int(written.rowcount)  # type: ignore[attr-defined]


def list_due(
    session: Session, tie_rule: str, results: Select[Any], *, counts: Counts
) -> Iterator[tuple[int, str, str, str, int]]:
    """Return (sort key, group, area, unit, points) of every subject's counting result in a query.

    Writes nothing, and needs no board. The query as for `put_results`; in no order.
    """
    make_room(session)
    due = _counting(TIE_RULES[tie_rule], results, counts, session.get_bind().dialect.name)
    names = ("sort_key", "group_code", "area_code", "unit_code", "points_milli")
    wanted = [due.c[name] for name in names]
    rows = session.execute(
        select(*wanted).where(due.c.preferred == 1), execution_options={"yield_per": AT_ONCE}
    )
    return (tuple(row) for row in rows)


def take_off(session: Session, board: BoardView, results: Select[Any]) -> int:
    """Take off the board whoever has no result in a query of all of them; return how many.

    Counts and tallies are wrong from then on, as above.
    """
    lock_board(session, board.id)
    make_room(session)
    due = results.subquery("results")
    change_version(session, board.id)
    has_result = select(due.c.subject).where(due.c.subject == BoardEntry.subject).exists()
    gone = session.execute(
        delete(BoardEntry)
        .where(BoardEntry.board_id == board.id, ~has_result)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def refresh_statistics(session: Session) -> None:
    """Let the database count its rows of boards anew, for its plans.

    After many rows at once: until PostgreSQL does so by itself, in a minute or so, it takes the
    table for what it was and reads all of it for a page.
    """
    for table in ("board_entries", "board_counts", "board_tallies"):
        session.execute(text(f"ANALYZE {table}"))


def _once(query: Select[Any], dialect: str) -> CTE | Subquery:
    """Return a query that PostgreSQL does not take apart and reckon again at each use.

    Of a statement that begins with WITH, Python's SQLite does not tell how many rows it wrote.
    """
    if dialect == "sqlite":
        return query.subquery()
    return query.cte().prefix_with("MATERIALIZED")


def _counting(rule: TieRule, results: Select[Any], counts: Counts, dialect: str) -> Subquery:
    """Return the results with their sort keys, numbered for each subject: `preferred` 1 counts.

    Twin of `rules.preference`.
    """
    found = _once(results, dialect)
    keyed = _once(select(*found.c, _sort_key(rule, found).label("sort_key")), dialect)
    order = {
        Counts.BEST: (keyed.c.sort_key.desc(), keyed.c.number),
        Counts.LAST: (keyed.c.number.desc(),),
        Counts.FIRST: (keyed.c.number,),
    }
    preferred = func.row_number().over(partition_by=keyed.c.subject, order_by=order[counts])
    return select(*keyed.c, preferred.label("preferred")).subquery("counting")


def _sort_key(rule: TieRule, results: FromClause) -> ColumnElement[int]:
    """Return the key as SQL, NULL out of range. Twin of `rules.sort_key`."""
    points = results.c.points_milli + POINTS_OFFSET
    steps = _steps(rule, results)
    packed = points * literal(1 << TIE_BITS, BigInteger) + (literal(WORST_TIE, BigInteger) - steps)
    is_packable = points.between(0, 2 * POINTS_OFFSET - 1) & steps.between(0, WORST_TIE)
    return case((is_packable, packed))


def _steps(rule: TieRule, results: FromClause) -> ColumnElement[int]:
    """Return the tie value in whole steps. Twin of `rules.tie_steps`."""
    if rule.value is TieValue.NOTHING:
        return literal(0, BigInteger)
    measured: ColumnElement[int] = results.c.duration_us
    if rule.value is TieValue.FINISH:
        measured = Microseconds(results.c.finished_at) - to_us(FINISH_EPOCH)
    in_steps = measured // literal(rule.resolution_us, BigInteger)
    unmeasured = literal(WORST_TIE, BigInteger)
    return case((results.c.duration_us.is_(None), unmeasured), else_=in_steps)
