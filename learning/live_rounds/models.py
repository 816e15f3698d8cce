"""Tables of rooms: what is fixed before the evening, and the log of the evening. No queries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class LiveRoom(Base):
    """A room. `state`: draft → open; once open its rules, teams and items stay as they are.

    `rules` is `rules.RoomRules` as JSON. `code` is what the audience types. `seq` is the number of
    the newest entry of the log: whoever writes one holds this row. `secret` signs the links of its
    seats. `owner` names what the room was made for ("" for a room of its own).
    """

    __tablename__ = "live_rooms"
    __table_args__ = (CheckConstraint("state IN ('draft', 'open')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    owner: Mapped[str] = mapped_column(String(60), default="", index=True)
    title: Mapped[str] = mapped_column(String(200))
    bank: Mapped[str] = mapped_column(String(60))
    rules: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(5))
    code: Mapped[str] = mapped_column(String(9), unique=True)
    secret: Mapped[str] = mapped_column(String(43))
    seq: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class LiveTeam(Base):
    """A team of a room. `epoch` counts the links handed out: only the newest one opens the seat."""

    __tablename__ = "live_teams"
    __table_args__ = (Index(None, "room_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"))
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(60))
    epoch: Mapped[int] = mapped_column(Integer, default=1)


class LiveItem(Base):
    """An item of a room, drawn when it opened: for a stage (from 0), worth `value` points."""

    __tablename__ = "live_items"
    __table_args__ = (Index(None, "room_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"))
    number: Mapped[int] = mapped_column(Integer)
    stage: Mapped[int] = mapped_column(Integer)
    value: Mapped[int] = mapped_column(Integer)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))


class LiveEntry(Base):
    """An entry of a room's log, written once and never changed; `seq` counts without gaps.

    `received_at` is when the request reached the server; `seq`, given under the room's row lock,
    decides who was first. `actor` is `host:<user id>`, `team:<number>` or `audience`.
    """

    __tablename__ = "live_entries"
    __table_args__ = (Index(None, "room_id", "seq", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"))
    seq: Mapped[int]
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(30))
    act: Mapped[str] = mapped_column(String(10))
    data: Mapped[str] = mapped_column(Text)


class LiveVote(Base):
    """What a seat of the audience answered to an item; the first answer stays."""

    __tablename__ = "live_votes"
    __table_args__ = (Index(None, "room_id", "item", "seat", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_rooms.id"))
    item: Mapped[int] = mapped_column(Integer)
    seat: Mapped[str] = mapped_column(String(26))
    response: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime]
