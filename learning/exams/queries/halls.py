"""The rooms of a sitting and who is appointed to what; what others ask about an appointment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Assessment
from learning.exams.models import Admission, MarkingTask, Sitting, SittingRoom, SittingStaff
from learning.exams.queries.views import SittingView, as_view, checked_id, view_query
from learning.exams.rules import MAX_ROOMS, MAX_STAFF, Duty, State, TaskState
from learning.kernel.errors import NotFound

MAX_DUTIES = 200


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room of a sitting."""

    id: int
    public_id: str
    name: str
    place: str
    seats: int
    seated: int


@dataclass(frozen=True, slots=True)
class StaffLine:
    """An appointment; `room` is the room's name, "" for the whole sitting."""

    id: int
    person: str
    name: str
    duty: Duty
    room: str
    appointed_at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a person is appointed to at a sitting; `room_ids` None means all of it."""

    sitting: SittingView
    room_ids: tuple[int, ...] | None


def list_rooms(session: Session, sitting_id: int) -> list[RoomView]:
    """Return the rooms of a sitting, in the order in which they were written down."""
    seated = (
        select(func.count())
        .select_from(Admission)
        .where(Admission.room_id == SittingRoom.id)
        .correlate(SittingRoom)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            SittingRoom.id,
            SittingRoom.public_id,
            SittingRoom.name,
            SittingRoom.place,
            SittingRoom.seats,
            seated,
        )
        .where(SittingRoom.sitting_id == sitting_id)
        .order_by(SittingRoom.id)
        .limit(MAX_ROOMS)
    )
    return [RoomView(*row) for row in rows]


def get_room(session: Session, sitting_id: int, raw_room_id: str) -> RoomView:
    """Return a room of the sitting; NotFound for any other."""
    rooms = list_rooms(session, sitting_id)
    found = next((room for room in rooms if room.public_id == raw_room_id), None)
    if found is None:
        raise NotFound("room")
    return found


def list_staff(session: Session, sitting_id: int) -> list[StaffLine]:
    """Return who is appointed to what, by duty, room and pinyin."""
    rows = session.execute(
        select(
            SittingStaff.id,
            User.public_id,
            User.display_name,
            SittingStaff.duty,
            func.coalesce(SittingRoom.name, "").label("room"),
            SittingStaff.appointed_at,
        )
        .join(User, User.id == SittingStaff.user_id)
        .outerjoin(SittingRoom, SittingRoom.id == SittingStaff.room_id)
        .where(SittingStaff.sitting_id == sitting_id)
        .order_by(SittingStaff.duty, SittingStaff.room_id, User.sort_key, SittingStaff.id)
        .limit(MAX_STAFF)
    )
    return [
        StaffLine(line_id, person, name, Duty(duty), room, at)
        for line_id, person, name, duty, room, at in rows
    ]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A sitting somebody is appointed to, in their own list."""

    public_id: str
    title: str
    opens_at: datetime
    closes_at: datetime
    duty: Duty


def list_duties(session: Session, user_id: int) -> list[DutyLine]:
    """Return the sittings a person is appointed to that are open, by their opening.

    A marker's stay until every answer is marked, a keyer's and a decider's until they are
    dismissed: answer sheets are keyed, and appeals lodged, after the end.
    """
    unmarked = and_(
        SittingStaff.duty == Duty.MARKER.value,
        exists().where(
            MarkingTask.sitting_id == Sitting.id, MarkingTask.state == TaskState.OPEN.value
        ),
    )
    lasting = and_(
        SittingStaff.duty.in_([Duty.KEYER.value, Duty.DECIDER.value]),
        Sitting.state == State.CLOSED.value,
    )
    rows = session.execute(
        select(
            Sitting.public_id,
            Sitting.title,
            Assessment.opens_at,
            Assessment.closes_at,
            SittingStaff.duty,
        )
        .join(Sitting, Sitting.id == SittingStaff.sitting_id)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(
            SittingStaff.user_id == user_id,
            or_(Sitting.state == State.OPEN.value, unmarked, lasting),
        )
        .group_by(
            Sitting.id,
            Sitting.public_id,
            Sitting.title,
            Assessment.opens_at,
            Assessment.closes_at,
            SittingStaff.duty,
        )
        .order_by(Assessment.opens_at, Sitting.id, SittingStaff.duty)
        .limit(MAX_DUTIES)
    )
    return [DutyLine(*row[:4], Duty(row[4])) for row in rows]


def get_appointed(session: Session, user_id: int, raw_public_id: str, duty: Duty) -> Appointment:
    """Return the sitting and rooms a person is appointed to; one statement.

    NotFound for drafts, for who is not appointed to this duty and for what is not there.
    """
    rows = list(
        session.execute(
            view_query()
            .add_columns(SittingStaff.room_id)
            .join(
                SittingStaff,
                and_(
                    SittingStaff.sitting_id == Sitting.id,
                    SittingStaff.user_id == user_id,
                    SittingStaff.duty == duty.value,
                ),
            )
            .where(
                Sitting.public_id == checked_id(raw_public_id), Sitting.state != State.DRAFT.value
            )
        ).mappings()
    )
    if not rows:
        raise NotFound("sitting")
    return Appointment(as_view(rows[0]), _rooms([row["room_id"] for row in rows]))


def _rooms(room_ids: Sequence[int | None]) -> tuple[int, ...] | None:
    found = tuple(sorted(room_id for room_id in room_ids if room_id is not None))
    return None if len(found) < len(room_ids) else found
