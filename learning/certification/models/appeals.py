"""Appeals against decisions on certificates and on what leads to them. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class CertificateAppeal(Base):
    """An appeal of a person against a decision on a certificate, or on what was to lead to one.

    `source_id` by `kind` is the row id of the decision, the revocation, the suspension, the opinion
    by which a project failed, or the declaration; each is appealed against once at most. Kept for
    ever, as is what it is about.
    """

    __tablename__ = "certificate_appeals"
    __table_args__ = (
        UniqueConstraint("kind", "source_id"),
        Index(None, "scheme_id", "decided_at"),
        CheckConstraint(
            "kind IN ('refused', 'revoked', 'suspended', 'failed', 'unconfirmed')", name="kind"
        ),
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
    kind: Mapped[str] = mapped_column(String(11))
    source_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    lodged_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(8), default="", server_default="")
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
