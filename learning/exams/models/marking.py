"""Answers that people mark, the marks, and who may not mark whom. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base

_LIVE = text("taken_back_at IS NULL")


class MarkingTask(Base):
    """An answer that people mark: a position of an attempt, or a sub-item of a case there.

    `part` is the sub-item's number, 0 for the whole. `base` is how many marks the sitting asked
    for, `wanted` how many there must be now: 3 where two differ too much. `shuffle` is a random
    number that says in which order answers are handed out. `ended_at` is when the points went into
    the score. Points are thousandths.
    """

    __tablename__ = "marking_tasks"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position", "part"),
        Index(None, "sitting_id", "state", "version_id", "part", "shuffle"),
        CheckConstraint("state IN ('open', 'settled', 'withdrawn')", name="state"),
        CheckConstraint("base BETWEEN 1 AND 2 AND wanted BETWEEN base AND 3", name="wanted"),
        CheckConstraint("state <> 'settled' OR points_milli IS NOT NULL", name="settled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    position: Mapped[int]
    part: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), index=True)
    most_milli: Mapped[int]
    shuffle: Mapped[int]
    base: Mapped[int]
    wanted: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
    points_milli: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Marking(Base):
    """A mark that somebody gives an answer: taken first, given then, perhaps taken back.

    A mark that was taken back stays as it was, and another row takes its slot. `steps` is the
    canonical JSON of the points by criterion, as decimal texts. `slot` 3 decides between two.
    """

    __tablename__ = "markings"
    __table_args__ = (
        Index(
            "uq_markings_slot",
            "task_id",
            "slot",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "uq_markings_marker",
            "task_id",
            "marked_by",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(None, "marked_by", "given_at"),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        CheckConstraint("(given_at IS NULL) = (points_milli IS NULL)", name="given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("marking_tasks.id"))
    slot: Mapped[int]
    marked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    points_milli: Mapped[int | None]
    steps: Mapped[str] = mapped_column(Text, default="[]")
    comment: Mapped[str] = mapped_column(String(1000), default="")
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")


class DeclaredConflict(Base):
    """Somebody may not mark or decide on a candidate 回避; `user_id` is the candidate.

    `not_judged_by` stays with the record that it names: who reads it also asks for merged records.
    """

    __tablename__ = "declared_conflicts"
    __table_args__ = (
        UniqueConstraint("not_judged_by", "user_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    not_judged_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]
