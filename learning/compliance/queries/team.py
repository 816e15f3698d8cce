"""A manager's own people: who may stand at the post, who lacks what, what runs out or is late."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.queries.assignments import in_state
from learning.compliance.queries.authorisations import AuthorisationView, list_of_people
from learning.compliance.queries.goals import units_above
from learning.compliance.queries.grid import (
    GridFilter,
    GridRow,
    Turn,
    count_people,
    read_page,
)
from learning.compliance.queries.tasks import count_overdue
from learning.compliance.rules.assignments import TaskState
from learning.compliance.rules.grid import Lacks
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit
from learning.organisations.queries import subtree, units_in_reach

TEAM_SIZE = 60  # people on a page; a 班组 seldom has more
SHOWN = (Lacks.ANY, Lacks.MISSING, Lacks.EXPIRING)
NEXT_MONTH = 30  # days


@dataclass(frozen=True, slots=True)
class LateTask:
    """A training task of a person that is overdue; its day is one of the zone."""

    title: str
    due_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A page of people by name; counts are of all of one's people, by what they lack.

    `soon` counts those for whom something ends within the next month. `titles` are the titles and
    English titles of the schemes that are asked of them, by row id; `late` what is overdue by
    person, the longest first, and `overdue` how much of all one's people; `authorised` the
    authorisations that stand by person, None where the units use none.
    """

    rows: list[GridRow]
    has_before: bool
    has_after: bool
    counts: dict[Lacks, int]
    soon: int
    titles: dict[int, tuple[str, str]]
    late: dict[int, list[LateTask]]
    overdue: int
    authorised: dict[int, list[AuthorisationView]] | None


def read_team(
    session: Session, actor: Actor, wanted: GridFilter, now: datetime, *, turn: Turn
) -> TeamPage:
    """Return a page of the people of the units where the actor is a manager."""
    reach = Permission.TEAM_READ
    page = read_page(session, actor, wanted, [], now, turn=turn, permission=reach, size=TEAM_SIZE)
    whole = replace(wanted, search="", days=GridFilter().days)
    counts = {
        lacks: count_people(session, actor, replace(whole, lacks=lacks), now, permission=reach)
        for lacks in SHOWN
    }
    soon = replace(whole, lacks=Lacks.EXPIRING, days=NEXT_MONTH)
    units = units_in_reach(session, actor, reach, now)
    return TeamPage(
        page.rows,
        page.has_before,
        page.has_after,
        counts,
        count_people(session, actor, soon, now, permission=reach),
        _titles(session, page.rows),
        _late(session, page.rows, now),
        count_overdue(session, units, now),
        list_of_people(session, [row.user_id for row in page.rows], units, now),
    )


def _titles(session: Session, rows: Iterable[GridRow]) -> dict[int, tuple[str, str]]:
    ids = {scheme for row in rows for scheme in row.asked}
    found = session.execute(
        select(Scheme.id, Scheme.title, Scheme.title_en).where(Scheme.id.in_(ids))
    )
    return {row.id: (row.title, row.title_en) for row in found}


def _late(session: Session, rows: Iterable[GridRow], now: datetime) -> dict[int, list[LateTask]]:
    """Return what is overdue of people, as far as the organisations asked it where they are seen.

    What another employer of theirs asks is no business of this one.
    """
    shown = list(rows)
    own = {organisation for row in shown for organisation in row.place.organisations}
    roots = select(Unit.id).where(Unit.id.in_(own))
    task, asked = AssignmentTask, Assignment
    found = session.execute(
        select(task.user_id, asked.title, task.due_at, asked.zone)
        .join(asked, asked.id == task.assignment_id)
        .where(
            task.user_id.in_([row.user_id for row in shown]),
            in_state(TaskState.OVERDUE, now),
            asked.cancelled_at.is_(None),
            or_(asked.unit_id.in_(subtree(own, now)), asked.unit_id.in_(units_above(roots, now))),
        )
        .order_by(task.due_at, task.id)
    )
    late: dict[int, list[LateTask]] = {}
    for user_id, title, due_at, zone in found:
        late.setdefault(user_id, []).append(LateTask(title, due_at, zone))
    return late
