"""The list of a board at the end of each day, kept packed: for looking back at standings.

A day is begun, then counted from all results that were finished by its end, then written. One of
those that comes or goes while it is counted, or later, makes it stale, and it is counted again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel.bulk import insert_many
from learning.leaderboards.models import BoardDay, BoardDayBlock
from learning.leaderboards.rules import Block, Scope, scope_text, unpack

Packed = Mapping[Scope, Sequence[Block]]


def begin_day(session: Session, board_id: int, day: date, until: datetime) -> None:
    """Note, and commit before anything is read, that a day is being counted."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    fresh: dict[str, Any] = {"until": until, "counted_at": None, "is_stale": False}
    session.execute(
        dialect.insert(BoardDay.__table__)
        .values(board_id=board_id, day=day, entries=0, **fresh)
        .on_conflict_do_update(index_elements=["board_id", "day"], set_=fresh)
    )


def put_day(
    session: Session, board_id: int, day: date, lists: Packed, *, entries: int, now: datetime
) -> None:
    """Write the lists of a day that was begun, in place of what was kept of it."""
    session.execute(
        delete(BoardDayBlock).where(BoardDayBlock.board_id == board_id, BoardDayBlock.day == day)
    )
    insert_many(
        session,
        BoardDayBlock,
        [
            {
                "board_id": board_id,
                "scope": scope_text(scope),
                "day": day,
                "top": block.top,
                "before": block.before,
                "body": block.body,
            }
            for scope, blocks in lists.items()
            for block in blocks
        ],
    )
    session.execute(
        update(BoardDay)
        .where(BoardDay.board_id == board_id, BoardDay.day == day)
        .values(entries=entries, counted_at=now)
    )


def differing_blocks(session: Session, board_id: int, day: date, lists: Packed) -> int:
    """Return how many blocks of a day are not those of its lists; writes nothing.

    One that is wrong counts twice, as it is and as it ought to be.
    """
    rows = session.execute(
        select(
            BoardDayBlock.scope, BoardDayBlock.top, BoardDayBlock.before, BoardDayBlock.body
        ).where(BoardDayBlock.board_id == board_id, BoardDayBlock.day == day)
    )
    held = {_plain(row.scope, Block(row.top, row.before, row.body)) for row in rows}
    due = {_plain(scope_text(scope), block) for scope, blocks in lists.items() for block in blocks}
    return len(held ^ due)


def _plain(scope: str, block: Block) -> tuple[Any, ...]:
    """Return a block as it reads: how it is compressed may change."""
    return scope, block.top, block.before, unpack(block)


def mark_stale(session: Session, board_id: int, since: datetime | None) -> None:
    """Let the days be counted again that a result finished at the instant belongs to.

    None: all of them.
    """
    days = [BoardDay.board_id == board_id, ~BoardDay.is_stale]
    if since is not None:
        days.append(BoardDay.until >= since)
    session.execute(
        update(BoardDay)
        .where(*days)
        .values(is_stale=True)
        .execution_options(synchronize_session=False)
    )
