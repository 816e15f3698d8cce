"""What happened to certificates after their issue: each act a row. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class CertificateCorrection(Base):
    """The holder's name was corrected; append-only. The last one is what the certificate says.

    `number` counts from 1 a certificate. `sha256` chains: it stands for this correction and for
    the hash before it, which for the first is the certificate's own (`rules.correction_sha256`).
    """

    __tablename__ = "certificate_corrections"
    __table_args__ = (
        Index(None, "certificate_id", "number", unique=True),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    number: Mapped[int] = mapped_column(Integer)
    holder_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    sha256: Mapped[str] = mapped_column(String(64))
    corrected_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    corrected_at: Mapped[datetime]


class Suspension(Base):
    """A certificate is worth nothing from `suspended_at` until it is lifted; one open at a time."""

    __tablename__ = "suspensions"
    __table_args__ = (
        Index(
            "uq_suspensions_open",
            "certificate_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(None, "certificate_id", "suspended_at"),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)"
            " AND (lifted_at IS NULL) = (lift_reason = '')",
            name="lifted",
        ),
        CheckConstraint("lifted_at IS NULL OR lifted_at >= suspended_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    reason: Mapped[str] = mapped_column(String(500))
    suspended_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    suspended_at: Mapped[datetime]
    lift_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]


class CertificateReplacement(Base):
    """A later certificate took the place of an earlier one, from `replaced_at` on; append-only.

    At most one successor and one predecessor each. `replaced_by` is who acted, None: a rule.
    """

    __tablename__ = "certificate_replacements"
    __table_args__ = (CheckConstraint("certificate_id <> successor_id", name="not_itself"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"), unique=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"), unique=True)
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
