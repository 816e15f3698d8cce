"""Those who entered, line by line and by full name, for who looks after them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from learning.competitions.models import Entry
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.views import CompetitionView
from learning.leaderboards.models import BoardEntry


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Somebody who entered; `province` as it counts, "" for none."""

    public_id: str
    name: str
    province: str
    division: str
    entered_at: datetime
    is_finished: bool
    is_void: bool


def list_entrants(
    session: Session,
    competition: CompetitionView,
    reach: ColumnElement[bool],
    *,
    page: int,
    search: str = "",
) -> tuple[list[EntryLine], int]:
    """Return a page of the entries that fulfil a condition, the newest first, and how many do."""
    if search:
        reach = and_(reach, Entry.participant_name.icontains(search, autoescape=True))
    total = session.scalar(select(func.count()).select_from(Entry).where(reach)) or 0
    rows = session.execute(
        select(
            Entry.public_id,
            Entry.participant_name,
            Entry.province,
            Entry.division,
            Entry.entered_at,
            BoardEntry.id.is_not(None),
            Entry.voided_at.is_not(None),
        )
        .outerjoin(
            BoardEntry,
            and_(
                BoardEntry.board_id == competition.board_id,
                BoardEntry.subject == Entry.public_id,
            ),
        )
        .where(reach)
        .order_by(Entry.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [EntryLine(*row) for row in rows], total
