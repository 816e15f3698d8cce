"""Tables of classroom training 面授: classes, their sessions, who was there. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class StudyClass(Base):
    """A class held by a unit, whose trainers and HR look after it.

    `key` is the secret of the codes on the room's screen. A class that was called off keeps its
    rows; what was credited before stays until it is taken back.
    """

    __tablename__ = "study_classes"
    __table_args__ = (
        CheckConstraint("field IN ('professional', 'common')", name="field"),
        Index(None, "unit_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    trainer: Mapped[str] = mapped_column(String(100))
    field: Mapped[str] = mapped_column(String(12))
    needs_sign_out: Mapped[bool]
    key: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class StudyClassUnit(Base):
    """A unit whose people, and those of the units below it, may come to a class."""

    __tablename__ = "study_class_units"

    class_id: Mapped[int] = mapped_column(ForeignKey("study_classes.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)


class StudySession(Base):
    """One meeting of a class. `minutes` are credited; no more than it lasts.

    `confirmed_at`: when somebody last confirmed who was there; each of them is credited once.
    """

    __tablename__ = "study_sessions"
    __table_args__ = (
        UniqueConstraint("class_id", "number"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("study_classes.id"))
    number: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(Integer)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]


class StudyList(Base):
    """An imported list of who was at a session: checked first, applied as one act, undone as one.

    `rows` is JSON of who was found, `problems` of what is wrong by cell; both are emptied when the
    list is applied, so that no copy of people's data stays.
    """

    __tablename__ = "study_lists"
    __table_args__ = (
        CheckConstraint("state IN ('checked', 'applied', 'undone')", name="state"),
        Index(None, "session_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("study_sessions.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class StudyMark(Base):
    """Somebody was at a session: signed in by the code, or written down from a list. Once a person.

    Current state: taken away again while nothing was credited for it. `list_id`: the list it is
    from, or the one that vouches for somebody who signed in by the code and not out.
    """

    __tablename__ = "study_marks"
    __table_args__ = (
        UniqueConstraint("session_id", "user_id"),
        CheckConstraint("origin IN ('code', 'list')", name="origin"),
        Index(None, "user_id"),
        Index(None, "list_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("study_sessions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    origin: Mapped[str] = mapped_column(String(4))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("study_lists.id"))
    in_at: Mapped[datetime]
    out_at: Mapped[datetime | None]
