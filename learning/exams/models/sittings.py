"""A sitting, who is admitted to it, and the results. No queries here."""

from datetime import date, datetime

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
    #: The first sitting of the series of which this is a resit; it is a resit of none itself.
    resit_of_id: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"), index=True)
    #: The serial of the next admission ticket: never given twice.
    next_ticket: Mapped[int] = mapped_column(default=1)
    #: When a person gave the signal to begin; only where the settings wait for it.
    begun_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: Of a closed sitting whose scores wait for their instant: that instant, NULL once it was told.
    results_due_at: Mapped[datetime | None] = mapped_column(index=True)


class Admission(Base):
    """A candidate's place in a sitting: one row a person and sitting, withdrawn by removing it.

    Name, unit and staff number are frozen as they were; `unit_name` is "organisation · department",
    "" for a person who belongs to none. Room and seat, accommodation and what was found at the
    door may change until the end. `ticket_no` is NULL only for who was admitted by older code.
    """

    __tablename__ = "sitting_admissions"
    __table_args__ = (
        Index(None, "sitting_id", "user_id", unique=True),
        Index(None, "room_id", "seat", unique=True),
        CheckConstraint("(room_id IS NULL) = (seat IS NULL)", name="seat_in_room"),
        CheckConstraint("extra_percent >= 0 AND extra_minutes >= 0", name="extra"),
        CheckConstraint("presence IN ('', 'present', 'absent', 'refused')", name="presence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    candidate_name: Mapped[str] = mapped_column(String(200))
    unit_name: Mapped[str] = mapped_column(String(420), default="")
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    admitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    admitted_at: Mapped[datetime]
    ticket_no: Mapped[str | None] = mapped_column(String(20), unique=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_rooms.id"))
    seat: Mapped[int | None]
    #: Accommodation: extra time in per cent of the limit and in minutes, and why, in words.
    extra_percent: Mapped[int] = mapped_column(default=0)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    accommodation: Mapped[str] = mapped_column(String(300), default="")
    #: Until when (a day where the sitting is) it is carried into resits, NULL for always; the
    #: earlier sitting from which it was carried here.
    accommodation_review_on: Mapped[date | None]
    accommodation_from_id: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"))
    #: What the invigilator found at the door. Twin: `rules.Presence`.
    presence: Mapped[str] = mapped_column(String(8), default="")
    identity_checked: Mapped[bool] = mapped_column(default=False)
    presence_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    presence_at: Mapped[datetime | None]
    #: Leave to resit 准许补考, given by the examiner: an absence or an incident is set aside.
    resit_reason: Mapped[str] = mapped_column(String(300), default="")
    resit_allowed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resit_allowed_at: Mapped[datetime | None]


class ResultRow(Base):
    """The result of a person at a sitting: one row, computed from the scores that count now.

    The history of its changes is in the events. `attempt_id` is the attempt that counts;
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
