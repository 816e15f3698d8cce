"""Of whom a scheme is not asked; who is on leave or a contractor. Dated, and never forgotten."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.rules.requirements import Period
from learning.compliance.services.lapses import record_lapses_of
from learning.compliance.services.requirements import MANAGE, find_schemes
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import (
    get_unit_in_reach,
    organisation_of_unit,
    units_in_reach,
    valid_at,
)
from learning.organisations.queries.units import storable

STATUS_KINDS = ("leave", "contractor")
MAX_TEXT = 500


def exempt_person(
    session: Session,
    actor: Actor,
    raw_unit: str,
    raw_person: str,
    raw_scheme: str,
    *,
    reason: str,
    period: Period,
    now: datetime,
) -> str:
    """Ask a scheme of a member of the unit's organisation not for a while; return a public id.

    Raises NotFound for a person or unit out of reach or a scheme that cannot be asked, Invalid for
    a missing or long reason, a missing end or one before the start, Conflict("exemption_overlaps").
    """
    unit = get_unit_in_reach(session, actor, MANAGE, raw_unit, now)
    organisation_id = organisation_of_unit(session, unit.id, now).id
    person_id = hold_person(session, actor, organisation_id, raw_person, now)
    scheme_id = find_schemes(session, unit, [raw_scheme], now).get(raw_scheme)
    if scheme_id is None:
        raise NotFound("scheme")
    clean = check_exemption(reason, period)
    starts_at, ends_at = period.starts_at, period.ends_at
    if session.scalar(
        select(Exemption.id).where(
            Exemption.user_id == person_id,
            Exemption.organisation_id == organisation_id,
            Exemption.scheme_id == scheme_id,
            Exemption.valid_from < ends_at,
            Exemption.valid_to > starts_at,
            Exemption.valid_to > Exemption.valid_from,
        )
    ):
        raise Conflict("exemption_overlaps")
    row = Exemption(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        user_id=person_id,
        scheme_id=scheme_id,
        reason=clean,
        valid_from=starts_at,
        valid_to=ends_at,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(row)
    log_rows(session, actor, "exemption.granted", [row], now, scheme=raw_scheme, reason=clean)
    return row.public_id


def check_exemption(reason: str, period: Period) -> str:
    """Return the reason as it is kept; raise Invalid for what an exemption must not be without."""
    clean = " ".join(reason.replace("\0", "").split())
    if not clean:
        raise _invalid("reason", "reason_needed")
    _check(clean, period)
    if period.ends_at is None:
        raise _invalid("ends", "end_needed")
    return clean


def end_exemption(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Ask the scheme of the person again from now on; NotFound when foreign, Conflict when over."""
    row = session.scalars(
        select(Exemption)
        .where(
            Exemption.public_id == storable(raw_public_id),
            is_kept(session, actor, Exemption, now),
        )
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("exemption")
    _end(row, max(row.valid_from, now), now)
    log_rows(session, actor, "exemption.ended", [row], now)
    session.flush()  # what rests on it is looked for in the rows
    record_lapses_of(session, [row.user_id], now, now)


def set_status(
    session: Session,
    actor: Actor,
    raw_unit: str,
    raw_person: str,
    kind: str,
    *,
    note: str = "",
    period: Period,
    now: datetime,
) -> str:
    """Note that a member of the unit's organisation is on leave or a contractor; return its id.

    Raises NotFound for a person or unit out of reach, Invalid for an unknown kind, a long note or
    an end before the start, Conflict("status_overlaps").
    """
    clean = check_status(kind, note, period)
    unit = get_unit_in_reach(session, actor, MANAGE, raw_unit, now)
    organisation_id = organisation_of_unit(session, unit.id, now).id
    person_id = hold_person(session, actor, organisation_id, raw_person, now)
    starts_at, ends_at = period.starts_at, period.ends_at
    after_start = or_(StaffStatus.valid_to.is_(None), StaffStatus.valid_to > starts_at)
    overlaps = select(StaffStatus.id).where(
        StaffStatus.user_id == person_id,
        StaffStatus.organisation_id == organisation_id,
        StaffStatus.kind == kind,
        after_start,
        or_(StaffStatus.valid_to.is_(None), StaffStatus.valid_to > StaffStatus.valid_from),
    )
    if ends_at is not None:
        overlaps = overlaps.where(StaffStatus.valid_from < ends_at)
    if session.scalar(overlaps):
        raise Conflict("status_overlaps")
    row = StaffStatus(
        public_id=new_public_id(),
        user_id=person_id,
        organisation_id=organisation_id,
        kind=kind,
        note=clean,
        valid_from=starts_at,
        valid_to=ends_at,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(row)
    log_rows(session, actor, "staff_status.set", [row], now, kind=kind)
    return row.public_id


def check_status(kind: str, note: str, period: Period) -> str:
    """Return the note as it is kept; raise Invalid for what a status cannot be."""
    check_kind(kind)
    clean = " ".join(note.replace("\0", "").split())
    _check(clean, period)
    return clean


def check_kind(kind: str) -> None:
    """Raise Invalid for what is no kind of status."""
    if kind not in STATUS_KINDS:
        raise _invalid("kind", "bad_kind")


def end_status(
    session: Session, actor: Actor, raw_public_id: str, *, ends_at: datetime, now: datetime
) -> None:
    """End a leave, or let a contractor become an employee, at an instant.

    NotFound when foreign or missing; Conflict("ended_already") when it was over, or when its end
    was set by hand before.
    """
    row = session.scalars(
        select(StaffStatus)
        .where(
            StaffStatus.public_id == storable(raw_public_id),
            is_kept(session, actor, StaffStatus, now),
        )
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("staff_status")
    _end(row, max(row.valid_from, ends_at), now)
    log_rows(session, actor, "staff_status.ended", [row], now, kind=row.kind)


def is_kept(
    session: Session, actor: Actor, table: type[Exemption | StaffStatus], now: datetime
) -> ColumnElement[bool]:
    """Return the condition that the actor may end rows: of the organisation, or of own people.

    Who keeps a part of an organisation may note of its people, and so end what was noted.
    """
    reach = units_in_reach(session, actor, MANAGE, now)
    has_place = exists().where(
        Membership.user_id == table.user_id,
        Membership.organisation_id == table.organisation_id,
        Membership.unit_id.in_(reach),
        valid_at(Membership, now),
    )
    return or_(table.organisation_id.in_(reach), has_place)


def hold_person(
    session: Session, actor: Actor, organisation_id: int, raw_person: str, now: datetime
) -> int:
    """Return a member of the organisation within reach, held against another act on them."""
    person_id = session.scalar(
        select(User.id)
        .where(
            User.public_id == storable(raw_person),
            User.id.in_(
                select(Membership.user_id).where(
                    Membership.organisation_id == organisation_id,
                    Membership.unit_id.in_(units_in_reach(session, actor, MANAGE, now)),
                    valid_at(Membership, now),
                )
            ),
        )
        .with_for_update()
    )
    if person_id is None:
        raise NotFound("person")
    return person_id


def _end(row: Exemption | StaffStatus, ends_at: datetime, now: datetime) -> None:
    """Close a row earlier than was known; once only, so that what was known stays readable."""
    if row.ended_at is not None or (row.valid_to is not None and row.valid_to <= ends_at):
        raise Conflict("ended_already")
    row.planned_to, row.valid_to, row.ended_at = row.valid_to, ends_at, now


def _check(text: str, period: Period) -> None:
    if len(text) > MAX_TEXT:
        raise _invalid("reason", "too_long")
    if period.ends_at is not None and period.ends_at <= period.starts_at:
        raise _invalid("ends", "end_before_start")


def _invalid(place: str, code: str) -> Invalid:
    return Invalid([Problem("", None, place, code, code)])


def log_rows(
    session: Session,
    actor: Actor,
    act: str,
    rows: Sequence[Exemption] | Sequence[StaffStatus],
    now: datetime,
    **details: str,
) -> None:
    """Note an act on exemptions or statuses, an entry for each, with the batch of a bulk act."""
    ids = {row.organisation_id for row in rows}
    organisations = dict(
        session.execute(select(Unit.id, Unit.public_id).where(Unit.id.in_(ids))).all()
    )
    for row in rows:
        batch = {"batch": row.batch} if isinstance(row, Exemption) and row.batch else {}
        audit.log(
            session,
            act,
            row.public_id,
            actor_id=actor.user_id,
            now=now,
            details={
                "user_id": row.user_id,
                "organisation": organisations[row.organisation_id],
                "from": row.valid_from.isoformat(),
                "to": row.valid_to.isoformat() if row.valid_to else "",
                **batch,
                **details,
            },
        )
