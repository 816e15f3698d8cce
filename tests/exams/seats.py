"""A hall with rooms and people, and the acts of seating and of the door, for their tests."""

from learning.exams import queries, services
from learning.exams.queries import DoorFilter
from learning.exams.rules import Accommodation, Duty, PlaceChange, RoomPlan, SeatOrder
from tests.factories.exams import make_candidate, make_hall, make_member
from tests.factories.people import make_actor

NO_EXTRA = Accommodation()


def make_seated(session, now):
    """A hall with two rooms of two seats, three candidates and an invigilator of the first."""
    hall = make_hall(session, now)
    rooms = [
        services.add_room(session, hall.actor, hall.public_id, room=RoomPlan(name, "", 2), now=now)
        for name in ("一", "二")
    ]
    people = [make_candidate(session, now, hall, name) for name in ("甲", "乙", "丙")]
    watcher = make_member(session, now, hall, "监考", staff_no="W7")
    services.appoint(
        session,
        hall.actor,
        hall.public_id,
        roll="W7",
        duty=Duty.INVIGILATOR,
        raw_room_id=rooms[0],
        now=now,
    )
    session.flush()
    return hall, rooms, people, make_actor(watcher)


def seat(session, hall, now, order=SeatOrder.TICKET, seed="", anew=False) -> int:
    return services.seat_all(
        session, hall.actor, hall.public_id, order=order, seed=seed, anew=anew, now=now
    )


def places(session, hall, now) -> dict[str, tuple[str, int | None]]:
    view = hall.view(session, now)
    lines = queries.list_door(session, view, DoorFilter(), offset=0, limit=50)
    return {line.name: (line.room, line.seat) for line in lines}


def place(session, hall, person, now, room, number, accommodation=NO_EXTRA, seen=None) -> None:
    if seen is None:
        seen = queries.get_placed(session, hall.view(session, now), person.public_id).version
    services.place_candidate(
        session,
        hall.actor,
        hall.public_id,
        raw_person_id=person.public_id,
        change=PlaceChange(seen, room, number, accommodation),
        now=now,
    )


def note(session, watcher, hall, person, now, presence, *, identity=True) -> None:
    services.note_presence(
        session,
        watcher,
        hall.public_id,
        raw_person_id=person.public_id,
        presence=presence,
        identity_checked=identity,
        now=now,
    )
