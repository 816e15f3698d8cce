"""A sitting, who is admitted to it, and the results. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Sitting(Base):
    """A certification sitting of an organisation. `state`: draft → open → closed.

    "open" lets admitted people see it; answering follows the window of the assessment. Its points
    are thousandths: `cut_score_milli` of counted points is a pass.
    """

    __tablename__ = "sittings"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("cut_score_milli > 0", name="cut_score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), unique=True)
    cut_score_milli: Mapped[int]
    #: Canonical JSON of `rules.SittingSettings`: what is never asked for in a query.
    settings: Mapped[str] = mapped_column(Text, default="{}")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Admission(Base):
    """A candidate's place in a sitting: one row a person and sitting, withdrawn by removing it.

    Name, unit and staff number are frozen as they were; `unit_name` is "organisation · department",
    "" for a person who belongs to none.
    """

    __tablename__ = "sitting_admissions"
    __table_args__ = (Index(None, "sitting_id", "user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    candidate_name: Mapped[str] = mapped_column(String(200))
    unit_name: Mapped[str] = mapped_column(String(420), default="")
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    admitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    admitted_at: Mapped[datetime]


class ResultRow(Base):
    """The result of a person at a sitting: one row, replaced only by one that ranks above it.

    The history of replacements is in the events. `attempt_id` is the attempt that counts;
    `decided_at` is when it was scored. Points are thousandths.
    """

    __tablename__ = "sitting_results"
    __table_args__ = (Index(None, "sitting_id", "user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    attempt_number: Mapped[int]
    points_milli: Mapped[int]
    max_milli: Mapped[int]
    passed: Mapped[bool]
    decided_at: Mapped[datetime]
