"""Leave that a roster says, kept by a domain above: what is asked of it, and when.

Organisations know no leave. Whoever keeps it hands in a `LeaveDesk` when the application is put
together; without one the columns of leave are read, and nothing comes of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.organisations.rules.leaves import KnownLeave
from learning.organisations.rules.roster import RowLeave, RowPlan


@dataclass(frozen=True, slots=True)
class PersonLeave:
    """The leave of a person in an organisation, as a roster says it."""

    user_id: int
    leave: RowLeave


class LeaveDesk(Protocol):
    """Keeps the leave of people in an organisation; nothing in it commits."""

    def known(
        self, session: Session, organisation_id: int, people: Sequence[int]
    ) -> Mapping[int, Sequence[KnownLeave]]:
        """Return the leaves of people by their row ids, those taken back left out."""

    def note(
        self,
        session: Session,
        actor: Actor,
        organisation_id: int,
        told: Sequence[PersonLeave],
        now: datetime,
    ) -> tuple[list[int], list[int]]:
        """Note and end leaves; return the row ids of those made and of those ended.

        Raises Conflict("roster_stale") where one overlaps another or was ended meanwhile.
        """

    def take_back(
        self,
        session: Session,
        actor: Actor,
        made: Sequence[int],
        ended: Sequence[int],
        now: datetime,
    ) -> bool:
        """Undo what `note` did; False, and nothing done, where a row is not as it was left."""


def note_leaves(
    session: Session,
    actor: Actor,
    desk: LeaveDesk,
    organisation_id: int,
    plans: Sequence[RowPlan],
    users: Mapping[int, int],
    now: datetime,
) -> tuple[list[int], list[int]]:
    """Note the leave that rows say of people by line; return as `LeaveDesk.note`."""
    told = [
        PersonLeave(users[plan.line], plan.leave)
        for plan in plans
        if plan.leave is not None and plan.line in users
    ]
    return desk.note(session, actor, organisation_id, told, now) if told else ([], [])


def take_back_leaves(
    session: Session,
    actor: Actor,
    desk: LeaveDesk | None,
    *,
    made: Sequence[int],
    ended: Sequence[int],
    now: datetime,
) -> None:
    """Undo the leave a roster noted; Conflict("roster_built_on") where it was changed since."""
    if not made and not ended:
        return
    if desk is None or not desk.take_back(session, actor, made, ended, now):
        raise Conflict("roster_built_on")
