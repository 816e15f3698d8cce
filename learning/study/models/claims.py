"""The table of learning outside 外部学习 that people hand in. No queries here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class StudyClaim(Base):
    """Hours learned elsewhere, with the proof, for HR to approve whole or less of, or refuse.

    Hours are thousandths. `evidence` is loaded only where it is asked for; it goes at once when
    the claim is withdrawn, and some months after it was decided: then `evidence_removed_at` says
    so. `evidence_sha256` stays, so
    that the same paper handed in again is known. `proof_id` is the pass of a contest it rests on:
    at most one claim of it waits or stands. What ended with its pass was withdrawn by nobody.
    """

    __tablename__ = "study_claims"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("field IN ('professional', 'common')", name="field"),
        CheckConstraint("hours_milli > 0", name="hours_milli"),
        CheckConstraint("approved_milli IS NULL OR approved_milli > 0", name="approved_milli"),
        CheckConstraint("last_day >= first_day", name="last_day"),
        Index(None, "user_id", "handed_in_at"),
        Index(
            "ix_study_claims_pending",
            "handed_in_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_study_claims_kept",
            "decided_at",
            sqlite_where=text("evidence_removed_at IS NULL AND decided_at IS NOT NULL"),
            postgresql_where=text("evidence_removed_at IS NULL AND decided_at IS NOT NULL"),
        ),
        Index(None, "evidence_sha256"),
        Index(
            None,
            "proof_id",
            unique=True,
            sqlite_where=text("state IN ('pending', 'approved')"),
            postgresql_where=text("state IN ('pending', 'approved')"),
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(12))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    hours_milli: Mapped[int]
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    evidence_name: Mapped[str] = mapped_column(String(200))
    evidence_type: Mapped[str] = mapped_column(String(20))
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    evidence_removed_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(9))
    approved_milli: Mapped[int | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("contest_proofs.id"))
