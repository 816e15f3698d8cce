"""Exempting many people at once, noting leave of many, and ending either together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.queries.bulk import (
    find_endable,
    find_exempt,
    find_with_status,
    list_memberships,
)
from learning.compliance.rules.requirements import Period
from learning.compliance.services.exemptions import (
    check_exemption,
    check_kind,
    check_status,
    is_kept,
    log_rows,
)
from learning.compliance.services.lapses import record_lapses_of
from learning.compliance.services.requirements import find_schemes
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import UnitView, storable

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Granted:
    """What a bulk act did: the batch to end it by, "" where nobody was left, and how many."""

    batch: str
    count: int


def exempt_people(
    session: Session,
    actor: Actor,
    unit: UnitView,
    people: Sequence[int],
    raw_scheme: str,
    *,
    reason: str,
    period: Period,
    now: datetime,
) -> Granted:
    """Ask a scheme not of people for a while, in each organisation within reach they belong to.

    Who has an exemption from it that is not over is left out. Each has an audit entry. Raises
    NotFound for a scheme that the unit cannot ask, Invalid as `exempt_person` does.
    """
    scheme_id = find_schemes(session, unit, [raw_scheme], now).get(raw_scheme)
    if scheme_id is None:
        raise NotFound("scheme")
    clean = check_exemption(reason, period)
    wanted = hold_people(session, people)
    spared = find_exempt(session, wanted, scheme_id, now)
    places = [
        (user_id, organisation_id)
        for user_id, organisation_id in list_memberships(session, actor, wanted, now)
        if user_id not in spared
    ]
    if not places:
        return Granted("", 0)
    batch = new_public_id()
    rows = [
        Exemption(
            public_id=new_public_id(),
            organisation_id=organisation_id,
            user_id=user_id,
            scheme_id=scheme_id,
            reason=clean,
            batch=batch,
            valid_from=period.starts_at,
            valid_to=period.ends_at,
            recorded_at=now,
            recorded_by=actor.user_id,
        )
        for user_id, organisation_id in places
    ]
    session.add_all(rows)
    log_rows(session, actor, "exemption.granted", rows, now, scheme=raw_scheme, reason=clean)
    return Granted(batch, len({user_id for user_id, _organisation in places}))


def note_statuses(
    session: Session,
    actor: Actor,
    people: Sequence[int],
    kind: str,
    *,
    note: str,
    period: Period,
    now: datetime,
) -> int:
    """Note of people that they are on leave or contractors, in each organisation within reach.

    Who has a status of the kind that is not over is left out. Each has an audit entry. Returns of
    how many people it was noted; raises Invalid as `set_status` does.
    """
    clean = check_status(kind, note, period)
    wanted = hold_people(session, people)
    noted = find_with_status(session, wanted, kind, now)
    rows = [
        StaffStatus(
            public_id=new_public_id(),
            user_id=user_id,
            organisation_id=organisation_id,
            kind=kind,
            note=clean,
            valid_from=period.starts_at,
            valid_to=period.ends_at,
            recorded_at=now,
            recorded_by=actor.user_id,
        )
        for user_id, organisation_id in list_memberships(session, actor, wanted, now)
        if user_id not in noted
    ]
    session.add_all(rows)
    log_rows(session, actor, "staff_status.set", rows, now, kind=kind)
    return len({row.user_id for row in rows})


def end_statuses(
    session: Session,
    actor: Actor,
    people: Sequence[int],
    kind: str,
    *,
    ends_at: datetime,
    now: datetime,
) -> int:
    """End the leave of people, or their time as contractors, at one instant; return of how many.

    What is over by then, begins only later or was ended by hand before stays as it is. Each has an
    audit entry, all of one act the same `batch`. Raises Invalid for an unknown kind.
    """
    check_kind(kind)
    found = find_endable(session, actor, hold_people(session, people), kind, now)
    rows = [
        row
        for row in hold_statuses(session, [row.id for row in found])
        if row.ended_at is None
        and row.valid_from < ends_at
        and (row.valid_to is None or row.valid_to > ends_at)
    ]
    for row in rows:
        row.planned_to, row.valid_to, row.ended_at = row.valid_to, ends_at, now
    log_rows(session, actor, "staff_status.ended", rows, now, kind=kind, batch=new_public_id())
    return len({row.user_id for row in rows})


def hold_people(session: Session, people: Sequence[int]) -> list[int]:
    """Return people in order, each held against other acts on them."""
    wanted = sorted(set(people))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        session.execute(
            select(User.id).where(User.id.in_(part)).order_by(User.id).with_for_update()
        )
    return wanted


def hold_statuses(session: Session, ids: Sequence[int]) -> list[StaffStatus]:
    """Return statuses in order as they are now, each held against being ended by somebody else."""
    wanted = sorted(ids)
    return [
        row
        for start in range(0, len(wanted), CHUNK)
        for row in session.scalars(
            select(StaffStatus)
            .where(StaffStatus.id.in_(wanted[start : start + CHUNK]))
            .order_by(StaffStatus.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ]


def end_batch(session: Session, actor: Actor, raw_batch: str, *, now: datetime) -> int:
    """Ask the scheme again of all whom a bulk act exempted; return how many exemptions ended.

    Authorisations that rested on them end with them. Those ended by hand or over before stay as
    they are. NotFound for a batch out of reach, Conflict("ended_already") where nothing of it is
    left to end.
    """
    found = session.scalars(
        select(Exemption)
        .where(
            Exemption.batch == (storable(raw_batch) or " "),
            is_kept(session, actor, Exemption, now),
        )
        .order_by(Exemption.id)
        .with_for_update()
    ).all()
    if not found:
        raise NotFound("exemption")
    rows = [row for row in found if row.ended_at is None and row.valid_to and row.valid_to > now]
    if not rows:
        raise Conflict("ended_already")
    for row in rows:
        row.planned_to, row.valid_to, row.ended_at = row.valid_to, max(row.valid_from, now), now
    log_rows(session, actor, "exemption.ended", rows, now)
    session.flush()  # what rests on them is looked for in the rows
    record_lapses_of(session, [row.user_id for row in rows], now, now)
    return len(rows)
