"""What schemes ask, version by version, and the files of those who work for it. No queries here."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class SchemeVersion(Base):
    """What a scheme asks, from `in_force_from` until a later version is; never changed.

    `document` is canonical JSON of `rules.terms.Terms`.
    """

    __tablename__ = "scheme_versions"
    __table_args__ = (
        UniqueConstraint("scheme_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    number: Mapped[int] = mapped_column(Integer)
    document: Mapped[str] = mapped_column(Text)
    in_force_from: Mapped[datetime]
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]


class AwardFile(Base):
    """A person works for a certificate of a scheme, or for its renewal; one open file of both.

    `certificate_id` is what a renewal renews. `ready_at`: when all needs were met, None while
    something is missing. `progress` is JSON of what is counted so far and is not enough yet.
    Closed by a decision, or when there is nothing to decide any more.
    """

    __tablename__ = "award_files"
    __table_args__ = (
        CheckConstraint("purpose IN ('first', 'renewal')", name="purpose"),
        CheckConstraint("(purpose = 'renewal') = (certificate_id IS NOT NULL)", name="certificate"),
        Index(
            "uq_award_files_open",
            "scheme_id",
            "user_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_award_files_ready",
            "scheme_id",
            "ready_at",
            sqlite_where=text("closed_at IS NULL AND ready_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NULL AND ready_at IS NOT NULL"),
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(7))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"), index=True)
    opened_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    progress: Mapped[str] = mapped_column(Text, default="{}")


class Fulfilment(Base):
    """A person has done one thing that a scheme asks; append-only, but for its withdrawal.

    `measure` is JSON: how much, and what it rests on. `source_key` names what it comes from, once
    while it stands. `recorded_by` None: by the platform itself.
    """

    __tablename__ = "fulfilments"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('exam', 'hours', 'project', 'experience', 'continuity', 'confirmation')",
            name="kind",
        ),
        CheckConstraint("withdrawn_at IS NOT NULL OR withdrawn_by IS NULL", name="withdrawn"),
        Index(
            "uq_fulfilments_source",
            "scheme_id",
            "user_id",
            "kind",
            "source_key",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "user_id", "scheme_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    source_key: Mapped[str] = mapped_column(String(80))
    measure: Mapped[str] = mapped_column(Text)
    achieved_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")


class DecisionEvidence(Base):
    """A decision rests on a fulfilment; what one granted decision rests on serves no other."""

    __tablename__ = "decision_evidence"

    decision_id: Mapped[int] = mapped_column(ForeignKey("award_decisions.id"), primary_key=True)
    fulfilment_id: Mapped[int] = mapped_column(
        ForeignKey("fulfilments.id"), primary_key=True, index=True
    )
