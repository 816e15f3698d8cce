"""Reminders: what an organisation wants, what was told to whom already, one digest a day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class ReminderSettings(Base):
    """How an organisation's people are reminded; without a row `rules.reminders.DEFAULTS` hold.

    `days` are days before an end, falling, with commas. Nothing is sent before `from_hour` or from
    `to_hour` on in the organisation's zone. The robot is a group's incoming webhook: `robot_detail`
    says how much it may tell. `robot_sent_on` is the last day on which it was told something.
    `wait_days`: so long may a project wait for review, or a file for a decision, of the schemes
    that the organisation issues.
    """

    __tablename__ = "reminder_settings"
    __table_args__ = (
        CheckConstraint("from_hour >= 0 AND from_hour < to_hour AND to_hour <= 24", name="hours"),
        CheckConstraint("wait_days BETWEEN 1 AND 365", name="wait_days"),
        CheckConstraint("robot_kind IN ('', 'wecom', 'dingtalk', 'feishu')", name="robot_kind"),
        CheckConstraint("robot_detail IN ('counts', 'units')", name="robot_detail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"), unique=True)
    days: Mapped[str] = mapped_column(String(60))
    by_mail: Mapped[bool]
    from_hour: Mapped[int] = mapped_column(Integer)
    to_hour: Mapped[int] = mapped_column(Integer)
    robot_kind: Mapped[str] = mapped_column(String(8), default="")
    robot_url: Mapped[str] = mapped_column(String(500), default="")
    robot_secret: Mapped[str] = mapped_column(String(200), default="")
    robot_detail: Mapped[str] = mapped_column(String(6), default="counts")
    robot_sent_on: Mapped[date | None] = mapped_column(Date)
    changed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]
    wait_days: Mapped[int] = mapped_column(Integer, default=7, server_default="7")


class Reminder(Base):
    """A person was told that something ends: once a subject and threshold.

    `threshold` is the number of days before the end, 0 for overdue. `ends_at` is the end they
    were told of: only a later one may be told anew. Subjects, by their row ids: a scheme held
    ("scheme"), a training task ("task").
    """

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('scheme', 'task')", name="subject_kind"),
        Index(None, "user_id", "subject_kind", "subject_id", "threshold", unique=True),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    subject_kind: Mapped[str] = mapped_column(String(6))
    subject_id: Mapped[int]
    threshold: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[datetime]
    told_at: Mapped[datetime]


class ReminderDigest(Base):
    """A person got the digest of a day: of their own, of the people they look after, of work.

    "work" is what waits for their review or decision.
    """

    __tablename__ = "reminder_digests"
    __table_args__ = (
        CheckConstraint("kind IN ('own', 'team', 'work')", name="kind"),
        Index(None, "user_id", "kind", "day", unique=True),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(4))
    day: Mapped[date] = mapped_column(Date)
    told_at: Mapped[datetime]
