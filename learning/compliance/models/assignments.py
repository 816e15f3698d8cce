"""Training tasks 培训任务: what people are to do by when, and who."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class Assignment(Base):
    """A training task of the people of a unit's subtree. Changed only by pauses and its end.

    `goal` and `goal_ref` say what: a track or course by its code, a sitting or scheme by its public
    id, or `hours_milli` study hours earned from `counts_from` on. `audience`: all of the unit
    ("unit"), who holds `post_id` ("post"), who is enrolled in the track `audience_ref` ("cohort"),
    who joins after the task was made ("joined"), or a list that is in the tasks alone ("people");
    with `takes_later` those who come to be meant later are entered too.

    `due_kind`: "date" is `due_at`; else so many `due_days` after joining or taking the post, or
    before the certificate of the scheme ends. `repeat_months` begins the next round of hours.
    After `escalate_days` overdue the managers of the unit are told.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("goal IN ('track', 'course', 'sitting', 'scheme', 'hours')", name="goal"),
        CheckConstraint(
            "audience IN ('unit', 'post', 'cohort', 'joined', 'people')", name="audience"
        ),
        CheckConstraint("due_kind IN ('date', 'joined', 'post', 'certificate')", name="due_kind"),
        CheckConstraint("(due_kind = 'date') = (due_at IS NOT NULL)", name="due_at"),
        CheckConstraint("(due_kind = 'date') = (due_days IS NULL)", name="due_days"),
        CheckConstraint("(goal = 'hours') = (hours_milli IS NOT NULL)", name="hours"),
        CheckConstraint("(audience = 'post') = (post_id IS NOT NULL)", name="post"),
        Index(None, "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500), default="")
    goal: Mapped[str] = mapped_column(String(8))
    goal_ref: Mapped[str] = mapped_column(String(60), default="")
    hours_milli: Mapped[int | None]
    counts_from: Mapped[datetime | None]
    audience: Mapped[str] = mapped_column(String(8))
    audience_ref: Mapped[str] = mapped_column(String(60), default="")
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    takes_later: Mapped[bool]
    due_kind: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime | None]
    due_days: Mapped[int | None]
    repeat_months: Mapped[int | None]
    escalate_days: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]  # when the worker last brought its tasks up to date
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")


class AssignmentTask(Base):
    """One person's part in a round of an assignment; its state is derived from dates.

    `base_due_at` is the date by the assignment, `due_at` that with the pauses that have ended.
    `paused_since` is when the pause began that lasts now. `done_at` is the day of the fact that
    fulfils it, possibly before it was assigned; None again when the fact falls. `left_at`: the
    person is meant no longer (moved, left), so nothing is asked.
    """

    __tablename__ = "assignment_tasks"
    __table_args__ = (
        Index(None, "assignment_id", "user_id", "round", unique=True),
        Index(None, "user_id", "done_at"),
        Index(None, "due_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    round: Mapped[int]
    counts_from: Mapped[datetime]
    event_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime]
    base_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_since: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]


class AssignmentPause(Base):
    """An assignment rests for all, or for one person; append-only but for its end.

    Leave (`StaffStatus`) pauses a person's tasks beside these.
    """

    __tablename__ = "assignment_pauses"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR begins_at <= ends_at", name="ends_at"),
        Index(None, "assignment_id", "begins_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300))
    paused_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    resumed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
