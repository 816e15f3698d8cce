"""Assessments, attempts at them and what was answered. No queries here."""

from datetime import datetime

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base, BigInt

RESPONSE_PARTITIONS = 8


class Assessment(Base):
    """What can be attempted: a blueprint and attempt rules, both immutable JSON documents.

    `blueprint` is canonical JSON of `rules.Blueprint`, `rules` of `rules.AttemptRules`. The window
    [opens_at, closes_at) stands here since a dated announcement may extend it; `moved_at` is set
    while deadlines still follow such a move. `ruled_at` is when rulings on its items were last
    made: NULL spares every submission the look for them.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("delivery IN ('paper', 'stepwise')", name="delivery"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    delivery: Mapped[str] = mapped_column(String(8))
    blueprint: Mapped[str] = mapped_column(Text)
    rules: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    moved_at: Mapped[datetime | None]
    ruled_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class AssessmentItem(Base):
    """An item version that an assessment may draw: the blueprint's candidates, found by item."""

    __tablename__ = "assessment_items"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("item_versions.id"), primary_key=True, autoincrement=False
    )
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessments.id"), primary_key=True, autoincrement=False
    )


class Attempt(Base):
    """One person's try at an assessment.

    `form` is pinned JSON (see `rules.Form`); `deadline_at` = min(start + limit, window end) +
    extra time. While `paused_at` stands the clock does; a void attempt counts for nothing, its
    scores stay. `open_position` is NULL for `paper`; under `stepwise` the revealed position or 0.
    `open_until` is when the open position's own time ends, NULL where items have none: it stands
    here for the save statement, as `sections` do.
    `sections` is JSON of `rules.Sections` where each section has its own limit, else NULL; it
    stands in this row since the save statement looks at it under the row's lock.
    `device_hash` is the device that holds the attempt in this epoch. One that was written on paper
    is 'keyed': when it began nobody measured, so start, end and deadline are one instant.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("assessment_id", "user_id", "number"),
        Index(
            "uq_attempts_open",
            "assessment_id",
            "user_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        Index(
            "ix_attempts_due",
            "deadline_at",
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        Index(None, "user_id", "started_at"),
        CheckConstraint("epoch >= 1", name="epoch"),
        CheckConstraint("item_count >= 1", name="item_count"),
        CheckConstraint(
            "(submitted_at IS NULL) = (finished_at IS NULL)", name="finished_when_submitted"
        ),
        CheckConstraint(
            "finish_kind IS NULL OR finish_kind IN ('submitted', 'swept', 'forced', 'keyed')",
            name="finish_kind",
        ),
        CheckConstraint("paused_at IS NULL OR submitted_at IS NULL", name="paused_while_open"),
        CheckConstraint("voided_at IS NULL OR submitted_at IS NOT NULL", name="void_is_finished"),
        {"info": {merging.INFO: merging.Conduct(busy_while="submitted_at IS NULL")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int] = mapped_column(Integer)
    form: Mapped[str] = mapped_column(Text)
    item_count: Mapped[int] = mapped_column(Integer)
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    open_position: Mapped[int | None] = mapped_column(Integer)
    open_until: Mapped[datetime | None]
    sections: Mapped[str | None] = mapped_column(Text)
    device_hash: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    extra_s: Mapped[int] = mapped_column(Integer, default=0)
    submitted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    finish_kind: Mapped[str | None] = mapped_column(String(10))
    paused_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]


class ResponseRow(Base):
    """One saved answer; append-only, and the state itself.

    No foreign key: the save statement selects from `attempts`, so an orphan cannot be written, and
    attempts are never deleted. Hash-partitioned by attempt on PostgreSQL. `after_submit`: it came
    after the end, of the attempt or of its section, and is kept aside unscored.
    """

    __tablename__ = "responses"
    __table_args__ = (
        PrimaryKeyConstraint("attempt_id", "position", "epoch", "seq"),
        {
            "postgresql_partition_by": "HASH (attempt_id)",
            "sqlite_with_rowid": False,
        },
    )

    attempt_id: Mapped[int] = mapped_column(BigInt, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, autoincrement=False)
    epoch: Mapped[int] = mapped_column(Integer, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInt, autoincrement=False)
    answer: Mapped[str] = mapped_column(Text)
    after_submit: Mapped[bool]
    saved_at: Mapped[datetime]


def partition_statements() -> list[str]:
    """Return the PostgreSQL statements that create the partitions of `responses`."""
    return [
        f"CREATE TABLE responses_p{n} PARTITION OF responses "
        f"FOR VALUES WITH (MODULUS {RESPONSE_PARTITIONS}, REMAINDER {n})"
        for n in range(RESPONSE_PARTITIONS)
    ]


for _statement in partition_statements():
    event.listen(
        ResponseRow.__table__,
        "after_create",
        DDL(_statement).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
    )


class StepwiseEntry(Base):
    """Under stepwise delivery: when a position was revealed and committed, and its score.

    `allowed_s` are the seconds of the item for whom extra time was granted, None where it has those
    of its rules. `given_s` are given back while it was open; they are no time that its answer took.
    `committed_at` is the end of the item's own time at the latest.
    """

    __tablename__ = "stepwise_entries"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revealed_at: Mapped[datetime]
    allowed_s: Mapped[int | None] = mapped_column(Integer)
    given_s: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    committed_at: Mapped[datetime | None]
    points_milli: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(12))
