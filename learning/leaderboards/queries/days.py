"""What a board looked like at the end of a day: how many stood there, and where a key stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Date, TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from learning.leaderboards.models import BoardDay
from learning.leaderboards.rules import WHOLE, Block, Scope, count_above, scope_text

AT_ONCE = 50  # days of one statement


@dataclass(frozen=True, slots=True)
class DayView:
    """A day of a board; `is_counted` tells that what is kept of it holds."""

    day: date
    until: datetime
    entries: int
    is_counted: bool


def list_days(session: Session, board_id: int, until: datetime) -> list[DayView]:
    """Return the days of a board that ended by an instant, in their order."""
    rows = session.execute(
        select(
            BoardDay.day,
            BoardDay.until,
            BoardDay.entries,
            (BoardDay.counted_at.is_not(None) & ~BoardDay.is_stale).label("is_counted"),
        )
        .where(BoardDay.board_id == board_id, BoardDay.until <= until)
        .order_by(BoardDay.day)
    )
    return [DayView(row.day, row.until, row.entries, bool(row.is_counted)) for row in rows]


def standings_on(
    session: Session, board_id: int, keys: Mapping[date, int], *, scope: Scope = WHOLE
) -> dict[date, int]:
    """Return the standing that a sort key had at the end of each day.

    One block a day is read. Only days that are counted have a meaning.
    """
    asked = sorted(keys.items())
    found: dict[date, int] = {}
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        of = {"of_board": board_id, "of_scope": scope_text(scope)}
        of |= {f"day_{n}": day for n, (day, _key) in enumerate(part)}
        of |= {f"key_{n}": key for n, (_day, key) in enumerate(part)}
        rows = session.execute(_nearest(len(part)), of)
        blocks = {row.n: Block(row.top, row.before, bytes(row.body)) for row in rows}
        for n, (day, key) in enumerate(part):
            found[day] = 1 + (count_above(blocks[n], key) if n in blocks else 0)
    return found


@lru_cache(maxsize=AT_ONCE)
def _nearest(count: int) -> TextClause:
    """Return the statement that reads, for each of some days, the last block above a key."""
    parts = (
        f"SELECT * FROM (SELECT {n} AS n, top, before, body FROM board_day_blocks "
        f"WHERE board_id = :of_board AND scope = :of_scope AND day = :day_{n} AND top > :key_{n} "
        f"ORDER BY top LIMIT 1) AS q{n}"
        for n in range(count)
    )
    return text(" UNION ALL ".join(parts)).bindparams(
        *(bindparam(f"day_{n}", type_=Date()) for n in range(count))
    )
