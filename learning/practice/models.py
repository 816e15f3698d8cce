"""Tables of practice. No queries here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base, BigInt


class PracticeIntake(Base):
    """An attempt whose answers are for the notebook: waiting while `ready_at` stands.

    `taken_at` is when they were first taken in. `tally` is JSON of [bank, area, right, answered].
    """

    __tablename__ = "practice_intakes"
    __table_args__ = (
        Index(
            "ix_practice_intakes_ready",
            "ready_at",
            sqlite_where=sql_text("ready_at IS NOT NULL"),
            postgresql_where=sql_text("ready_at IS NOT NULL"),
        ),
        Index(None, "user_id", "taken_at"),
    )

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ready_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    tally: Mapped[str] = mapped_column(Text, default="[]")


class PracticeMiss(Base):
    """A wrong answer to an item in an attempt, as its score stands now."""

    __tablename__ = "practice_misses"
    __table_args__ = (Index(None, "user_id", "item_id"),)

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    position: Mapped[int]


class NotebookEntry(Base):
    """An item in somebody's wrong-answer notebook, and when it is due again.

    `memory` is what the schedule keeps of it (`rules.scheduling`), "" before the first review.
    `last_at` is the newest answer that counted. `removed_at`: taken out by its owner, until it is
    answered wrongly again.
    """

    __tablename__ = "notebook_entries"
    __table_args__ = (
        UniqueConstraint("user_id", "item_id"),
        Index(None, "user_id", "due_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    due_at: Mapped[datetime]
    memory: Mapped[str] = mapped_column(Text, default="")
    reviews: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    last_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class PracticeSession(Base):
    """An assessment that practice made: somebody's own, or the daily quiz of a bank and day.

    A mock exam names the assessment it is modelled on, and its cut score in thousandths of a point,
    in proportion to what the mock is worth; NULL where that has none.
    """

    __tablename__ = "practice_sessions"
    __table_args__ = (
        UniqueConstraint("mode", "bank", "day"),
        Index(None, "user_id", "mode"),
        CheckConstraint(
            "mode IN ('review', 'area', 'weak', 'daily', 'challenge', 'mock')", name="mode"
        ),
        CheckConstraint("(mode = 'daily') = (user_id IS NULL)", name="daily_is_everybodys"),
        CheckConstraint("(mode = 'daily') = (day IS NOT NULL)", name="daily_has_a_day"),
    )

    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessments.id"), primary_key=True, autoincrement=False
    )
    mode: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    bank: Mapped[str] = mapped_column(String(60), default="")
    day: Mapped[date | None] = mapped_column(Date)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    cut_milli: Mapped[int | None]


class ChallengeRun(Base):
    """A finished timed challenge as its score stands now: how many items in a row were right.

    `took_ms` is from start to end by the server's clock. `rank_key` orders runs, the best highest;
    twin: `rules.rank_key_of`.
    """

    __tablename__ = "practice_challenges"
    __table_args__ = (
        Index(None, "bank", "user_id", "rank_key"),
        Index(None, "user_id", "finished_at"),
    )

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    bank: Mapped[str] = mapped_column(String(60))
    right: Mapped[int]
    took_ms: Mapped[int]
    rank_key: Mapped[int] = mapped_column(BigInt)
    finished_at: Mapped[datetime]


class PracticeSetting(Base):
    """What a unit has set for the practice of its people, and of those of the units below it.

    NULL leaves a thing to the unit above; what no unit sets is as `rules.Settings` says.
    """

    __tablename__ = "practice_settings"

    unit_id: Mapped[int] = mapped_column(
        ForeignKey("units.id"), primary_key=True, autoincrement=False
    )
    streaks: Mapped[bool | None]
    ladder: Mapped[bool | None]
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]


class ItemReport(Base):
    """Somebody's report 报错 that a version of an item is faulty, and the answer to it.

    `attempt_id` and `position` are where its key was told. `state` and `reason` are
    `rules.ReportState` and `rules.Reason`; `fixed_number` is the version that mends it.
    """

    __tablename__ = "item_reports"
    __table_args__ = (
        UniqueConstraint("user_id", "version_id"),
        Index(None, "user_id", "reported_at"),
        Index(None, "item_id", "id"),
        Index(
            "ix_item_reports_open",
            "item_id",
            sqlite_where=sql_text("state = 'open'"),
            postgresql_where=sql_text("state = 'open'"),
        ),
        CheckConstraint(
            "reason IN ('key', 'wording', 'outdated', 'figure', 'other')", name="reason"
        ),
        CheckConstraint("state IN ('open', 'fixed', 'kept')", name="state"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(state = 'fixed') = (fixed_number IS NOT NULL)", name="fixed"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    version_number: Mapped[int]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    position: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(5))
    reported_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(1000), default="")
    fixed_number: Mapped[int | None]


class PracticeDay(Base):
    """A day, in the zone of the person's organisation, on which somebody practised."""

    __tablename__ = "practice_days"
    __table_args__ = ({"info": {merging.INFO: merging.Conduct(alone=True)}},)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
