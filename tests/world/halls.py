"""The hall of one side's sitting: a room, and a colleague who invigilates in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.exams import services as exams
from learning.exams.models import SittingStaff
from learning.exams.rules import Duty, RoomPlan
from learning.kernel.permissions import Actor
from tests.world.people import Side

PHONES = {"A": "13810000001", "B": "13820000001"}  # of the side's colleague


def furnish_hall(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Give the side's open sitting a room and an invigilator."""
    sitting = side.objects["sitting"]
    room = exams.add_room(
        session, examiner, sitting, room=RoomPlan("第一考场", "培训楼 301", 30), now=now
    )
    exams.appoint(
        session,
        examiner,
        sitting,
        roll=PHONES[side.letter],
        duty=Duty.INVIGILATOR,
        raw_room_id=room,
        now=now,
    )
    session.flush()
    appointed = session.scalars(select(SittingStaff.id).order_by(SittingStaff.id.desc())).first()
    side.objects |= {"room": room, "appointment": str(appointed)}
