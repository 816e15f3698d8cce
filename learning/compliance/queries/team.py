"""A manager's own people: who may stand at the post, who lacks what, what runs out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.queries.grid import (
    GridFilter,
    GridRow,
    Turn,
    count_people,
    read_page,
)
from learning.compliance.rules.grid import Lacks
from learning.kernel.permissions import Actor, Permission

TEAM_SIZE = 60  # people on a page; a 班组 seldom has more
SHOWN = (Lacks.ANY, Lacks.MISSING, Lacks.EXPIRING)


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A page of people by name; counts are of all of one's people, by what they lack.

    `titles` are the titles and English titles of the schemes that are asked of them, by row id.
    """

    rows: list[GridRow]
    has_before: bool
    has_after: bool
    counts: dict[Lacks, int]
    titles: dict[int, tuple[str, str]]


def read_team(
    session: Session, actor: Actor, wanted: GridFilter, now: datetime, *, turn: Turn
) -> TeamPage:
    """Return a page of the people of the units where the actor is a manager."""
    reach = Permission.TEAM_READ
    page = read_page(session, actor, wanted, [], now, turn=turn, permission=reach, size=TEAM_SIZE)
    counts = {
        lacks: count_people(
            session, actor, replace(wanted, lacks=lacks, search=""), now, permission=reach
        )
        for lacks in SHOWN
    }
    return TeamPage(
        page.rows,
        page.has_before,
        page.has_after,
        counts,
        _titles(session, page.rows),
    )


def _titles(session: Session, rows: Iterable[GridRow]) -> dict[int, tuple[str, str]]:
    ids = {scheme for row in rows for scheme in row.asked}
    found = session.execute(
        select(Scheme.id, Scheme.title, Scheme.title_en).where(Scheme.id.in_(ids))
    )
    return {row.id: (row.title, row.title_en) for row in found}
