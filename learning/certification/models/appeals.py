"""Appeals against decisions on certificates. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class CertificateAppeal(Base):
    """An appeal of a person to whom a certificate was refused, or whose one was taken away.

    `source_id` is the row id of the decision, revocation or suspension (`kind`); each is appealed
    against once at most. Kept for ever, as is what it is about.
    """

    __tablename__ = "certificate_appeals"
    __table_args__ = (
        UniqueConstraint("kind", "source_id"),
        Index(None, "scheme_id", "decided_at"),
        CheckConstraint("kind IN ('refused', 'revoked', 'suspended')", name="kind"),
        CheckConstraint("verdict IN ('', 'upheld', 'partly', 'rejected')", name="verdict"),
        CheckConstraint(
            "(decided_at IS NULL) = (verdict = '') AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(9))
    source_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    lodged_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(8), default="", server_default="")
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
