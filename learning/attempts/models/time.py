"""Time that an attempt was given beyond its limit, or another attempt. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Outage(Base):
    """Minutes that a failure took from everybody who was answering an assessment then.

    `public_id` is the caller's own id: the same outage is given back once. Half-open.
    """

    __tablename__ = "outages"
    __table_args__ = (
        UniqueConstraint("assessment_id", "public_id"),
        CheckConstraint("lost_to > lost_from", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    public_id: Mapped[str] = mapped_column(String(40))
    lost_from: Mapped[datetime]
    lost_to: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class TimeGrant(Base):
    """Seconds that an attempt was given; append-only, told apart by why.

    A pause and an outage name the span that did not count, [from_at, to_at); added time has none.
    `cause_id` is the act's own id: one grant an attempt for each, "" where it may be repeated.
    """

    __tablename__ = "time_grants"
    __table_args__ = (
        Index(
            "uq_time_grants_cause",
            "attempt_id",
            "cause",
            "cause_id",
            unique=True,
            sqlite_where=text("cause_id <> ''"),
            postgresql_where=text("cause_id <> ''"),
        ),
        Index(None, "attempt_id"),
        CheckConstraint("cause IN ('added', 'pause', 'outage')", name="cause"),
        CheckConstraint("(from_at IS NULL) = (to_at IS NULL)", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    cause: Mapped[str] = mapped_column(String(8))
    cause_id: Mapped[str] = mapped_column(String(40), default="")
    extra_s: Mapped[int] = mapped_column(Integer)
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class MakeUp(Base):
    """A further attempt that an outage earned whom the clock had taken in already.

    `attempt_id` is the attempt that ran out, which counts no more once `used_by`, the further one,
    was begun. Whose it is, that attempt says.
    """

    __tablename__ = "make_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), unique=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    made_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), unique=True)
