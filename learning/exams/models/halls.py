"""The rooms of a sitting and the people appointed to it. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class SittingRoom(Base):
    """A room 考场 of a sitting: where it is, and for how many."""

    __tablename__ = "sitting_rooms"
    __table_args__ = (
        UniqueConstraint("sitting_id", "name"),
        CheckConstraint("seats >= 1", name="seats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    name: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(200), default="")
    seats: Mapped[int]
    created_at: Mapped[datetime]


class SittingStaff(Base):
    """A duty of a person at a sitting; `room_id` NULL means all of it. Removed when taken back.

    Twin of the duties: `rules.Duty`.
    """

    __tablename__ = "sitting_staff"
    __table_args__ = (
        UniqueConstraint("sitting_id", "user_id", "duty", "room_id"),
        # Two NULLs differ, so whoever is appointed to all rooms needs an index of their own.
        Index(
            "uq_sitting_staff_whole",
            "sitting_id",
            "user_id",
            "duty",
            unique=True,
            sqlite_where=text("room_id IS NULL"),
            postgresql_where=text("room_id IS NULL"),
        ),
        CheckConstraint("duty IN ('invigilator', 'marker', 'decider', 'keyer')", name="duty"),
        Index(None, "user_id", "duty"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    duty: Mapped[str] = mapped_column(String(12))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_rooms.id"))
    appointed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_at: Mapped[datetime]


class SittingIncident(Base):
    """Something that happened with a candidate at a sitting 违纪; append-only.

    `reason` is a code of `rules.IncidentReason`; `room_id` is where, NULL where there are no rooms.
    """

    __tablename__ = "sitting_incidents"
    __table_args__ = (
        Index(None, "sitting_id", "user_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_rooms.id"))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="")
    noted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime]
