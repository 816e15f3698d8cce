"""What an examiner arranges beside the paper: rooms, and who is appointed to what."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.exams.models import Admission, SittingIncident, SittingRoom, SittingStaff
from learning.exams.queries import SittingView, find_on_roll, get_room
from learning.exams.rules import MAX_ROOMS, MAX_STAFF, Duty, RoomPlan, State, parse_roll
from learning.exams.services.managing import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor


def add_room(
    session: Session, actor: Actor, raw_public_id: str, *, room: RoomPlan, now: datetime
) -> str:
    """Write down a room; return its public id.

    Raises NotFound; Conflict("closed" | "room_exists" | "too_many").
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    names = set(
        session.scalars(select(SittingRoom.name).where(SittingRoom.sitting_id == sitting.id))
    )
    if room.name in names:
        raise Conflict("room_exists")
    if len(names) >= MAX_ROOMS:
        raise Conflict("too_many")
    public_id = new_public_id()
    session.add(
        SittingRoom(
            public_id=public_id,
            sitting_id=sitting.id,
            name=room.name,
            place=room.place,
            seats=room.seats,
            created_at=now,
        )
    )
    session.flush()  # whoever appoints to it in the same transaction needs the row
    details = {"room": room.name, "place": room.place, "seats": room.seats}
    _log(session, actor, "sitting.room_added", sitting, now, details)
    return public_id


def remove_room(
    session: Session, actor: Actor, raw_public_id: str, *, raw_room_id: str, now: datetime
) -> None:
    """Take a room away that nobody is appointed to or seated in.

    Raises NotFound; Conflict("closed" | "room_in_use").
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    room = get_room(session, sitting.id, raw_room_id)
    if session.scalar(select(SittingStaff.id).where(SittingStaff.room_id == room.id).limit(1)):
        raise Conflict("room_in_use")
    if session.scalar(
        select(SittingIncident.id).where(SittingIncident.room_id == room.id).limit(1)
    ):
        raise Conflict("room_in_use")
    if session.scalar(select(Admission.id).where(Admission.room_id == room.id).limit(1)):
        raise Conflict("room_in_use")
    session.execute(delete(SittingRoom).where(SittingRoom.id == room.id))
    _log(session, actor, "sitting.room_removed", sitting, now, {"room": room.name})


def appoint(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    roll: str,
    duty: Duty,
    raw_room_id: str,
    now: datetime,
) -> int:
    """Appoint the people of a list (staff numbers or log-in names) to a duty; return how many new.

    `raw_room_id` "" means the whole sitting; only invigilators have rooms. All or nobody: raises
    Invalid with a problem for each line that means nobody, NotFound, Conflict("closed" |
    "too_many"). Appointing again changes nothing.
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    room = get_room(session, sitting.id, raw_room_id) if raw_room_id else None
    room_id = room.id if room and duty is Duty.INVIGILATOR else None
    people, problems = find_on_roll(session, actor, parse_roll(roll), now)
    if problems:
        raise Invalid(problems)
    held = _held(session, sitting.id, duty, room_id)
    new = [user_id for user_id in people if user_id not in held]
    count = session.scalar(
        select(func.count()).select_from(SittingStaff).where(SittingStaff.sitting_id == sitting.id)
    )
    if (count or 0) + len(new) > MAX_STAFF:
        raise Conflict("too_many")
    session.add_all(
        SittingStaff(
            sitting_id=sitting.id,
            user_id=user_id,
            duty=duty.value,
            room_id=room_id,
            appointed_by=actor.user_id,
            appointed_at=now,
        )
        for user_id in new
    )
    if new:
        details = {
            "duty": duty.value,
            "room": room.name if room and room_id else "",
            "people": _public_ids(session, new),
        }
        _log(session, actor, "sitting.appointed", sitting, now, details)
    return len(new)


def dismiss(
    session: Session, actor: Actor, raw_public_id: str, *, raw_staff_id: str, now: datetime
) -> None:
    """Take an appointment back; what the person did stays. Raises NotFound, Conflict("closed")."""
    sitting = _hold_open(session, actor, raw_public_id, now)
    line = session.scalar(
        select(SittingStaff).where(
            SittingStaff.sitting_id == sitting.id, SittingStaff.id == _row_id(raw_staff_id)
        )
    )
    if line is None:
        raise NotFound("appointment")
    details = {"duty": line.duty, "people": _public_ids(session, [line.user_id])}
    session.delete(line)
    _log(session, actor, "sitting.dismissed", sitting, now, details)


def _hold_open(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> SittingView:
    sitting = hold(session, actor, raw_public_id, now)
    if (
        sitting.state is State.CLOSED
        and sitting.closed_at
        and sitting.closed_at <= sitting.opens_at
    ):
        raise Conflict("closed")
    return sitting


def _held(session: Session, sitting_id: int, duty: Duty, room_id: int | None) -> set[int]:
    return set(
        session.scalars(
            select(SittingStaff.user_id).where(
                SittingStaff.sitting_id == sitting_id,
                SittingStaff.duty == duty.value,
                SittingStaff.room_id.is_not_distinct_from(room_id),
            )
        )
    )


def _row_id(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 18):
        raise NotFound("appointment")
    return int(raw)


def _public_ids(session: Session, user_ids: Sequence[int]) -> list[str]:
    return list(session.scalars(select(User.public_id).where(User.id.in_(user_ids[:50]))))


def _log(
    session: Session,
    actor: Actor,
    act: str,
    sitting: SittingView,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    audit.log(session, act, sitting.public_id, actor_id=actor.user_id, now=now, details=details)
