"""What people who supervise did to attempts. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AttemptAct(Base):
    """One act on one attempt; append-only. The candidate's room and the attempt's log read it.

    `kind` and `reason` are codes of `rules.ActKind` and `rules.ActReason`. `act_id` is the act's
    own id: done to an attempt once, however often it is sent.
    """

    __tablename__ = "attempt_acts"
    __table_args__ = (
        UniqueConstraint("attempt_id", "act_id"),
        CheckConstraint(
            "kind IN ('pause', 'resume', 'extend', 'message', 'force', 'void')", name="kind"
        ),
        CheckConstraint("(kind = 'extend') = (extra_s > 0)", name="extra"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    act_id: Mapped[str] = mapped_column(String(26))
    kind: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(300), default="")
    extra_s: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
