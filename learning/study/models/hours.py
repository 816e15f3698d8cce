"""Tables of the clock, the rules, the ledger and its certificates. No queries here."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class StudyRule(Base):
    """A version of the rules; never changed. In force from `valid_from` until a later one is.

    `document` is canonical JSON of `rules.hours.HourRule`; number 0 is in the code.
    """

    __tablename__ = "study_rules"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    valid_from: Mapped[datetime]
    document: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class StudyClock(Base):
    """A learner's one clock: where it runs and what it has counted. Current state, not history.

    The limits are those of the rule in force when the clock was set to this lesson and day, so that
    a beat reads nothing else. `*_ms` instants are milliseconds since 1970: arithmetic on them is
    the same on both databases. `fresh_ms` is counted and not yet in `study_days`.
    """

    __tablename__ = "study_clocks"
    __table_args__ = (
        CheckConstraint("fresh_ms >= 0 AND fresh_ms <= day_ms", name="fresh_ms"),
        Index(None, "is_running", "beat_ms"),
        {"info": {merging.INFO: merging.Conduct(stays=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    is_running: Mapped[bool] = mapped_column(Boolean)
    tab: Mapped[str] = mapped_column(String(40))
    course_code: Mapped[str] = mapped_column(String(60))
    lesson_code: Mapped[str] = mapped_column(String(60))
    day: Mapped[date] = mapped_column(Date)
    beat_ms: Mapped[int]
    active_ms: Mapped[int]
    lesson_ms: Mapped[int]
    day_ms: Mapped[int]
    fresh_ms: Mapped[int]
    gap_ms: Mapped[int]
    idle_ms: Mapped[int]
    lesson_max_ms: Mapped[int]
    day_max_ms: Mapped[int]
    need_ms: Mapped[int]
    is_credited: Mapped[bool] = mapped_column(Boolean)


class StudyDay(Base):
    """The time counted in a lesson on a day of the installation's zone; only ever grows."""

    __tablename__ = "study_days"
    __table_args__ = (
        UniqueConstraint("user_id", "course_code", "lesson_code", "day"),
        CheckConstraint("spent_ms > 0", name="spent_ms"),
        Index(None, "user_id", "day"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_code: Mapped[str] = mapped_column(String(60))
    lesson_code: Mapped[str] = mapped_column(String(60))
    day: Mapped[date] = mapped_column(Date)
    spent_ms: Mapped[int]


class StudyCredit(Base):
    """A row of the ledger; never changed. `source_key` names what was learned, once a person.

    `hours_milli` follows from `credited_ms` by the rule of `rule_number`, whose minutes of an hour
    stand here too. `earned_at` decides the year. `basis` is JSON of what it was decided on.
    """

    __tablename__ = "study_credits"
    __table_args__ = (
        UniqueConstraint("user_id", "source", "source_key"),
        CheckConstraint("source IN ('lesson', 'classroom', 'external')", name="source"),
        CheckConstraint("field IN ('professional', 'common')", name="field"),
        CheckConstraint("credited_ms > 0 AND hours_milli >= 0", name="amount"),
        Index(None, "user_id", "earned_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True, binding_while="TRUE")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(12))
    source_key: Mapped[str] = mapped_column(String(130))
    title: Mapped[str] = mapped_column(String(400))
    title_en: Mapped[str] = mapped_column(String(400), default="")
    field: Mapped[str] = mapped_column(String(12))
    credited_ms: Mapped[int]
    minutes_per_hour: Mapped[int] = mapped_column(Integer)
    hours_milli: Mapped[int]
    rule_number: Mapped[int] = mapped_column(Integer)
    earned_at: Mapped[datetime]
    granted_at: Mapped[datetime]
    basis: Mapped[str] = mapped_column(Text)


class StudyContra(Base):
    """A contra-entry: takes one credit back, whole and once, and is never changed itself.

    The credit stays as it is; sums leave both out. What a correction counts instead is a credit of
    its own, `corrected_by`. It has no owner beside the credit's, so that it goes where that goes.
    """

    __tablename__ = "study_contras"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("study_credits.id"), unique=True)
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("study_credits.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class StudyStatement(Base):
    """A certificate of hours as given out; never changed. It says what the ledger held then.

    `code` is the secret of its QR code: 140 random bits. `document` is canonical JSON of
    `rules.statements.Statement`, `sha256` its hash.
    """

    __tablename__ = "study_statements"
    __table_args__ = (
        Index(None, "user_id", "issued_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code: Mapped[str] = mapped_column(String(28), unique=True)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
