"""Tables of the live final: whose the teams of a room are, and the standings that count."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class FinalTeam(Base):
    """For which organisation a team of a room is on the stage; NULL: for none.

    The team is known by its name: names are one to a team, and stay when a draft is written anew.
    """

    __tablename__ = "final_teams"
    __table_args__ = (Index(None, "room_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"))
    name: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)


class FinalMember(Base):
    """An entry that stands on the stage in a team."""

    __tablename__ = "final_members"
    __table_args__ = (Index(None, "team_id", "entry_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("final_teams.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)


class FinalResult(Base):
    """The standings of the live final as the organiser confirmed them: one to a competition.

    `standings` is JSON of `rules.finals.Placed` by place, with the members as they were linked
    then; `seq` is the newest number of the room's log on which they rest.
    """

    __tablename__ = "final_results"

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    standings: Mapped[str] = mapped_column(Text)
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime]
