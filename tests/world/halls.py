"""The hall of one side's sitting: a room, and a colleague who invigilates in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.exams import services as exams
from learning.exams.models import SittingStaff
from learning.exams.rules import Duty, RoomPlan, SeatOrder
from learning.kernel.permissions import Actor
from tests.world.people import Side

PHONES = {"A": "1381000000", "B": "1382000000"}  # of the side's people, but for the last digit
COLLEAGUE, HR = "1", "3"


def furnish_hall(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Give the side's open sitting a room, an invigilator there, and HR's for all of it."""
    sitting, phone = side.objects["sitting"], PHONES[side.letter]
    room = exams.add_room(
        session, examiner, sitting, room=RoomPlan("第一考场", "培训楼 301", 30), now=now
    )
    for person, raw_room in ((HR, ""), (COLLEAGUE, room)):
        exams.appoint(
            session,
            examiner,
            sitting,
            roll=phone + person,
            duty=Duty.INVIGILATOR,
            raw_room_id=raw_room,
            now=now,
        )
    session.flush()
    exams.seat_all(session, examiner, sitting, order=SeatOrder.TICKET, seed="", anew=False, now=now)
    appointed = session.scalars(select(SittingStaff.id).order_by(SittingStaff.id.desc())).first()
    side.objects |= {"room": room, "appointment": str(appointed)}
