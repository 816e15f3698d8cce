"""The live final of a side's past contest: a draft of those who went on to it."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.competitions import services as competitions
from tests.world.people import Side


def furnish_final(session: Session, now: datetime, side: Side) -> None:
    """Make a room whose teams are those who went on from the past contest."""
    side.objects["final_room"] = competitions.create_final(
        session,
        side.actor(session, "manager", now),
        side.objects["closed_competition"],
        preset="county",
        places=0,
        title="现场决赛",
        now=now,
        teams=competitions.Teams.PEOPLE,
    )
