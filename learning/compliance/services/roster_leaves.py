"""The leave that rosters say: noted as by hand, each with an audit entry, and taken back whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from learning.compliance.models import StaffStatus
from learning.compliance.services.bulk_exemptions import CHUNK, hold_people, hold_statuses
from learning.compliance.services.exemptions import log_rows
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.leaves import KnownLeave
from learning.organisations.services.roster_leaves import PersonLeave

LEAVE = "leave"
# What held for a while: neither called off nor taken back before it began.
_HELD = or_(StaffStatus.valid_to.is_(None), StaffStatus.valid_to > StaffStatus.valid_from)


class RosterLeaves:
    """Keeps the leave of rosters as statuses of staff: an `organisations` LeaveDesk."""

    def known(
        self, session: Session, organisation_id: int, people: Sequence[int]
    ) -> Mapping[int, Sequence[KnownLeave]]:
        """Return the leaves of people by their row ids, those taken back left out."""
        found: dict[int, list[KnownLeave]] = {}
        for row in _rows_of(session, organisation_id, people, StaffStatus.is_undone.is_(False)):
            may_end = row.ended_at is None
            known = KnownLeave(row.id, row.valid_from, row.valid_to, may_end, row.planned_to)
            found.setdefault(row.user_id, []).append(known)
        return found

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
        people = hold_people(session, [one.user_id for one in told])
        hold_statuses(session, [one.leave.ends_id for one in told if one.leave.ends_id])
        standing: dict[int, list[StaffStatus]] = {}
        for row in _rows_of(session, organisation_id, people, _HELD):
            standing.setdefault(row.user_id, []).append(row)
        made: list[StaffStatus] = []
        ended: list[StaffStatus] = []
        for one in told:
            closed = _end(one, standing.get(one.user_id, []), now)
            if closed is not None:
                ended.append(closed)
                continue
            made.append(
                StaffStatus(
                    public_id=new_public_id(),
                    user_id=one.user_id,
                    organisation_id=organisation_id,
                    kind=LEAVE,
                    valid_from=one.leave.starts_at,
                    valid_to=one.leave.ends_at,
                    recorded_at=now,
                    recorded_by=actor.user_id,
                )
            )
        session.add_all(made)
        session.flush()  # the roster keeps their row ids, to be taken back by
        log_rows(session, actor, "staff_status.set", made, now, kind=LEAVE)
        log_rows(session, actor, "staff_status.ended", ended, now, kind=LEAVE)
        return [row.id for row in made], [row.id for row in ended]

    def take_back(
        self,
        session: Session,
        actor: Actor,
        made: Sequence[int],
        ended: Sequence[int],
        now: datetime,
    ) -> bool:
        """Undo what `note` did; False, and nothing done, where a row is not as it was left."""
        opened, closed = hold_statuses(session, made), hold_statuses(session, ended)
        is_as_left = all(row.ended_at is None for row in opened) and all(
            row.ended_at is not None and row.planned_to is None for row in closed
        )
        if not is_as_left or (len(opened), len(closed)) != (len(made), len(ended)):
            return False
        for row in opened:
            row.planned_to, row.valid_to, row.ended_at = row.valid_to, row.valid_from, now
            row.is_undone = True
        for row in closed:
            row.valid_to, row.ended_at = None, None
        session.flush()  # a second leave without an end must show here
        log_rows(session, actor, "staff_status.undone", [*opened, *closed], now, kind=LEAVE)
        return True


def _end(told: PersonLeave, standing: Sequence[StaffStatus], now: datetime) -> StaffStatus | None:
    """End the leave that a row ends, if it does; Conflict("roster_stale") for what overlaps."""
    leave = told.leave
    for row in standing:
        is_over = row.valid_to is not None and row.valid_to <= leave.starts_at
        is_later = leave.ends_at is not None and row.valid_from >= leave.ends_at
        if row.id != leave.ends_id and not is_over and not is_later:
            raise Conflict("roster_stale")
    if not leave.ends_id:
        return None
    found = next((row for row in standing if row.id == leave.ends_id), None)
    if found is None or found.ended_at is not None or found.valid_to is not None:
        raise Conflict("roster_stale")
    found.planned_to, found.valid_to, found.ended_at = None, leave.ends_at, now
    return found


def _rows_of(
    session: Session, organisation_id: int, people: Sequence[int], wanted_too: ColumnElement[bool]
) -> list[StaffStatus]:
    """Return the leaves of people in an organisation that meet a condition besides."""
    wanted = sorted(set(people))
    status = StaffStatus
    return [
        row
        for start in range(0, len(wanted), CHUNK)
        for row in session.scalars(
            select(status)
            .where(
                status.user_id.in_(wanted[start : start + CHUNK]),
                status.organisation_id == organisation_id,
                status.kind == LEAVE,
                wanted_too,
            )
            .order_by(status.id)
        )
    ]
