"""Participants of no unit, for who looks after their region: the organiser, or an office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.competitions.models import Entry
from learning.competitions.queries.desks import Oversight, list_own_scopes
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.rules.desks import DeskRole
from learning.kernel.permissions import Actor, ScopeKind
from learning.leaderboards.models import BoardEntry
from learning.organisations.rules.units import region_prefix


@dataclass(frozen=True, slots=True)
class Individual:
    """Somebody who takes part for themselves; `province` as they said it, "" for none."""

    public_id: str
    name: str
    province: str
    division: str
    entered_at: datetime
    is_finished: bool
    is_void: bool


def list_individuals(
    session: Session, actor: Actor, oversight: Oversight, *, page: int, search: str = ""
) -> tuple[list[Individual], int]:
    """Return a page of the participants of no unit in reach, the newest first, and how many.

    An office sees those of its regions: who belongs to no unit says a province, no more, so that
    an office of a city, an industry or a subtree sees none.
    """
    reach = _in_reach(session, actor, oversight)
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
                BoardEntry.board_id == oversight.competition.board_id,
                BoardEntry.subject == Entry.public_id,
            ),
        )
        .where(reach)
        .order_by(Entry.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [Individual(*row) for row in rows], total


def _in_reach(session: Session, actor: Actor, oversight: Oversight) -> ColumnElement[bool]:
    mine = and_(Entry.competition_id == oversight.competition.id, Entry.unit_id.is_(None))
    if oversight.role is DeskRole.ORGANISER:
        return mine
    scopes = list_own_scopes(session, oversight.competition.id, actor.user_id)
    prefixes = [region_prefix(value) for kind, value in scopes if kind is ScopeKind.REGION]
    return and_(mine, _of_regions(prefixes))


def _of_regions(prefixes: Sequence[str]) -> ColumnElement[bool]:
    # "" would be the beginning of every region.
    known = [Entry.region.startswith(prefix, autoescape=True) for prefix in prefixes if prefix]
    return or_(*known) if known else Entry.id.is_(None)
