"""The head of a list with all who tie at its end, for who looks at ranks and not at pages."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.leaderboards.models import BoardEntry
from learning.leaderboards.queries.counting import within
from learning.leaderboards.rules import WHOLE, Scope


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A row without its standing: a higher `sort_key` is better, equal keys are tied."""

    subject: str
    sort_key: int
    points_milli: int
    group: str


def list_head(
    session: Session,
    board_id: int,
    *,
    rows: int,
    scope: Scope = WHOLE,
    least_milli: int | None = None,
) -> list[HeadRow]:
    """Return the best `rows` (at least 1) and all who tie with the last of them, best first.

    With `least_milli` only those who have so many points, in thousandths.
    """
    held = within(board_id, scope)
    last = session.scalar(
        select(BoardEntry.sort_key)
        .where(held)
        .order_by(BoardEntry.sort_key.desc())
        .offset(rows - 1)
        .limit(1)
    )
    query = select(
        BoardEntry.subject, BoardEntry.sort_key, BoardEntry.points_milli, BoardEntry.group_code
    ).where(held)
    if last is not None:
        query = query.where(BoardEntry.sort_key >= last)
    if least_milli is not None:
        query = query.where(BoardEntry.points_milli >= least_milli)
    found = session.execute(query.order_by(BoardEntry.sort_key.desc(), BoardEntry.subject))
    return [HeadRow(*row) for row in found]
