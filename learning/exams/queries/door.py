"""The people of a room as invigilators see them, and one candidate as the examiner places them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.rules import AttemptRules
from learning.exams.models import Admission, Sitting, SittingIncident, SittingRoom
from learning.exams.queries.applications import list_photos
from learning.exams.queries.halls import Appointment
from learning.exams.queries.views import SittingView
from learning.exams.rules import Accommodation, IncidentReason, Presence, place_version
from learning.kernel.errors import NotFound
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text

DOOR_PAGE = 50
MAX_INCIDENTS = 200


@dataclass(frozen=True, slots=True)
class DoorLine:
    """A candidate at the door; `extra` is their extra time on the limit.

    `carried_from` is the title of the earlier sitting in which it was granted, "" for this one.
    """

    user_id: int
    person: str
    name: str
    unit_name: str
    staff_no: str
    ticket_no: str
    room: str
    room_id: str
    seat: int | None
    accommodation: Accommodation
    carried_from: str
    extra: timedelta
    presence: Presence
    presence_at: datetime | None

    @property
    def version(self) -> str:
        """Return what names place and accommodation as they are here."""
        return place_version(self.room_id, self.seat, self.accommodation)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """Something noted about a candidate."""

    person: str
    name: str
    reason: IncidentReason
    note: str
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class DoorFilter:
    """Which candidates are asked for; `room_ids` None means every room and who has none."""

    room_ids: tuple[int, ...] | None = None
    search: str = ""
    waiting: bool = False


def list_door(
    session: Session, sitting: SittingView, wanted: DoorFilter, *, offset: int, limit: int
) -> list[DoorLine]:
    """Return a page of candidates by room and seat, who has none last by ticket number."""
    earlier = aliased(Sitting)
    rows = session.execute(
        select(
            User.public_id,
            Admission.candidate_name,
            Admission.unit_name,
            Admission.staff_no,
            func.coalesce(Admission.ticket_no, ""),
            func.coalesce(SittingRoom.name, ""),
            func.coalesce(SittingRoom.public_id, ""),
            Admission.seat,
            Admission.extra_percent,
            Admission.extra_minutes,
            Admission.accommodation,
            Admission.accommodation_review_on,
            func.coalesce(earlier.title, ""),
            Admission.presence,
            Admission.presence_at,
            Admission.user_id,
        )
        .join(User, User.id == Admission.user_id)
        .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
        .outerjoin(earlier, earlier.id == Admission.accommodation_from_id)
        .where(*door_conditions(sitting.id, wanted))
        .order_by(
            Admission.room_id.is_(None), Admission.room_id, Admission.seat, Admission.ticket_no
        )
        .offset(offset)
        .limit(limit)
    )
    time_limit = AttemptRules.from_json(sitting.rules_json).limit
    return [_line(row, time_limit) for row in rows]


def _line(row: Any, limit: timedelta) -> DoorLine:
    *granted, carried_from, presence, at, user_id = row[8:]
    accommodation = Accommodation(*granted)
    extra = accommodation.added_to(limit)
    person, name, unit_name, staff_no, ticket_no, room, room_id, seat = row[:8]
    return DoorLine(
        user_id=user_id,
        person=person,
        name=name,
        unit_name=unit_name,
        staff_no=staff_no,
        ticket_no=ticket_no,
        room=room,
        room_id=room_id,
        seat=seat,
        accommodation=accommodation,
        carried_from=carried_from,
        extra=extra,
        presence=Presence(presence),
        presence_at=at,
    )


def count_door(session: Session, sitting_id: int, wanted: DoorFilter) -> int:
    """Return how many candidates `list_door` would give without pages."""
    query = (
        select(func.count())
        .select_from(Admission)
        .join(User, User.id == Admission.user_id)
        .where(*door_conditions(sitting_id, wanted))
    )
    return session.scalar(query) or 0


def get_placed(session: Session, sitting: SittingView, raw_person_id: str) -> DoorLine:
    """Return one candidate of a sitting; NotFound for who is not admitted."""
    person = storable(raw_person_id)
    found = session.scalar(
        select(Admission.ticket_no)
        .join(User, User.id == Admission.user_id)
        .where(Admission.sitting_id == sitting.id, User.public_id == person)
    )
    lines = list_door(session, sitting, DoorFilter(search=found or ""), offset=0, limit=DOOR_PAGE)
    line = next((line for line in lines if line.person == person), None) if found else None
    if line is None:
        raise NotFound("admission")
    return line


def find_door_photo(
    session: Session, appointment: Appointment, raw_person_id: str
) -> tuple[str, bytes]:
    """Return (media type, content) of the photograph of a candidate of one's rooms.

    NotFound for people of other rooms and for who sent none.
    """
    person = storable(raw_person_id)
    sitting_id = appointment.sitting.id
    is_own = select(Admission.id).join(User, User.id == Admission.user_id)
    wanted = door_conditions(sitting_id, DoorFilter(appointment.room_ids))
    if session.scalar(is_own.where(*wanted, User.public_id == person)) is None:
        raise NotFound("photo")
    found = list_photos(session, sitting_id, [person]).get(person)
    if found is None:
        raise NotFound("photo")
    return found


def list_incidents(
    session: Session, sitting_id: int, *, people: Sequence[str] | None = None
) -> list[IncidentLine]:
    """Return what was noted at a sitting, newest first; of some people (public ids) or of all."""
    noter = aliased(User)
    query = (
        select(
            User.public_id,
            User.display_name,
            SittingIncident.reason,
            SittingIncident.note,
            noter.display_name,
            SittingIncident.noted_at,
        )
        .join(User, User.id == SittingIncident.user_id)
        .join(noter, noter.id == SittingIncident.noted_by)
        .where(SittingIncident.sitting_id == sitting_id)
        .order_by(SittingIncident.id.desc())
        .limit(MAX_INCIDENTS)
    )
    if people is not None:
        query = query.where(User.public_id.in_(people))
    return [
        IncidentLine(person, name, IncidentReason(reason), note, by, at)
        for person, name, reason, note, by, at in session.execute(query)
    ]


def door_conditions(sitting_id: int, wanted: DoorFilter) -> list[ColumnElement[bool]]:
    """Return what a query of admissions and their users asks for."""
    conditions: list[ColumnElement[bool]] = [Admission.sitting_id == sitting_id]
    if wanted.room_ids is not None:
        conditions.append(Admission.room_id.in_(wanted.room_ids))
    if wanted.waiting:
        conditions.append(Admission.presence == Presence.UNKNOWN.value)
    text = clean_text(wanted.search)
    if text:
        conditions.append(
            or_(
                Admission.candidate_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                Admission.staff_no.istartswith(text, autoescape=True),
                Admission.ticket_no == text,
            )
        )
    return conditions
