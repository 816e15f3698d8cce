"""Scores in versions, and the rulings on items that scoring follows. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ScoreRow(Base):
    """A score of an attempt; append-only. The highest version is the current one.

    `cause` says why there is this version: the machine scored it, a person marked it, rulings
    regraded it, an act corrected it, or a paper was keyed. `cause_id` is the act's own id: one
    version an attempt for each, "" for the machine's. `answers` is the frozen answers document
    (canonical JSON), "" where it is that of the version before, "[]" where a total alone was keyed
    or the answers are forgotten after their time; `answers_sha256` is the hash of what was frozen.
    `items` holds points, maximum, outcome and flag per position, `marks` the points that people
    gave per position, both canonical JSON. Points are thousandths; `max_milli` leaves out
    `excluded_milli`, what excluded items were worth. `pending` counts positions that nobody marked.
    """

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("attempt_id", "version"),
        Index(
            "uq_scores_cause",
            "attempt_id",
            "cause",
            "cause_id",
            unique=True,
            sqlite_where=sql_text("cause_id <> ''"),
            postgresql_where=sql_text("cause_id <> ''"),
        ),
        CheckConstraint(
            "cause IN ('scored', 'marked', 'regraded', 'corrected', 'keyed')", name="cause"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    version: Mapped[int] = mapped_column(Integer)
    cause: Mapped[str] = mapped_column(String(10), default="scored", server_default="scored")
    cause_id: Mapped[str] = mapped_column(String(40), default="", server_default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    points_milli: Mapped[int]
    max_milli: Mapped[int]
    excluded_milli: Mapped[int] = mapped_column(default=0, server_default="0")
    pending: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    answers: Mapped[str] = mapped_column(Text)
    answers_sha256: Mapped[str] = mapped_column(String(64))
    items: Mapped[str] = mapped_column(Text)
    marks: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    scored_at: Mapped[datetime]


class Regrade(Base):
    """Rulings that were applied to an assessment, once: `public_id` is the caller's own id.

    `changed` counts the attempts whose score has a new version from it.
    """

    __tablename__ = "regrades"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    changed: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class RulingRow(Base):
    """What an item version counts at an assessment from a regrade on; the newest holds.

    `key` is the canonical JSON of the key that a `rekey` puts in the item's place, else "".
    `explanation` is shown in the place of the item's own, which argued for what no longer holds.
    """

    __tablename__ = "item_rulings"
    __table_args__ = (
        UniqueConstraint("assessment_id", "version_id", "regrade_id"),
        CheckConstraint("treatment IN ('rekey', 'full_marks', 'excluded')", name="treatment"),
        CheckConstraint("(treatment = 'rekey') = (key <> '')", name="key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrades.id"), index=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), index=True)
    treatment: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[str] = mapped_column(Text, default="", server_default="")


class RegradePlan(Base):
    """Rulings on items of an assessment, from the first thought to what stands.

    `rulings` is JSON of [version, treatment, key ("" but for a rekey), explanation]. `public_id` is
    the id of the act that applies them (`Regrade`), so that it is done once. `summary` is JSON of
    what a look at the consequences counted; who is affected is in a table of the domain whose
    assessment it is. `seen` tells by what scores stood when the look was asked for
    (`queries.regrades.sign_of`).
    """

    __tablename__ = "regrade_plans"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'looking', 'looked', 'applying', 'applied', 'dropped')",
            name="state",
        ),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    rulings: Mapped[str] = mapped_column(Text, default="[]")
    reason: Mapped[str] = mapped_column(String(500), default="")
    summary: Mapped[str] = mapped_column(Text, default="{}")
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    seen: Mapped[str] = mapped_column(String(80), default="", server_default="")
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    applied_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(80), default="")
