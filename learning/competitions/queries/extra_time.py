"""Who gets extra time in a competition."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.competitions.models import Entry
from learning.competitions.queries.lists import PAGE_SIZE


@dataclass(frozen=True, slots=True)
class ExtendedEntry:
    """A participant who gets extra time, in percent of every limit."""

    public_id: str
    name: str
    unit_name: str
    percent: int
    is_void: bool


def list_extended(
    session: Session, competition_id: int, *, page: int
) -> tuple[list[ExtendedEntry], int]:
    """Return a page of who gets extra time, the newest entry first, and how many do."""
    mine = (Entry.competition_id == competition_id, Entry.extra_percent > 0)
    total = session.scalar(select(func.count()).select_from(Entry).where(*mine)) or 0
    rows = session.execute(
        select(
            Entry.public_id,
            Entry.participant_name,
            Entry.unit_name,
            Entry.extra_percent,
            Entry.voided_at.is_not(None),
        )
        .where(*mine)
        .order_by(Entry.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [ExtendedEntry(*row) for row in rows], total
