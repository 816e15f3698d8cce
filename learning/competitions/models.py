"""Tables of competitions. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Competition(Base):
    """A competition of an association. `state`: draft → open → closed.

    "open" lets people enter; answering follows the window of the round's assessment. Closing is an
    act of a person (or of the worker at the window's end) and publishes the list.
    """

    __tablename__ = "competitions"
    __table_args__ = (CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8))
    tie_rule: Mapped[str] = mapped_column(String(30))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Round(Base):
    """A round of a competition: one assessment, one board."""

    __tablename__ = "rounds"
    __table_args__ = (Index(None, "competition_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    number: Mapped[int] = mapped_column(Integer)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), unique=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), unique=True)


class Entry(Base):
    """A person takes part: one row a person and competition, with what was true when entering.

    `participant_name`, `unit_name` and `region` are frozen; `unit_id` is the organisation counted
    for, None for a person who belongs to none.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index(None, "competition_id", "user_id", unique=True),
        Index(None, "competition_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    participant_name: Mapped[str] = mapped_column(String(200))
    unit_name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6), default="")
    entered_at: Mapped[datetime]
