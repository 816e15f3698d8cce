"""When people hold what schemes certify: derived, and never forgotten."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.certification.rules.holdings import FOREVER
from learning.kernel.db import Base

HOLDING_SOURCES = ("certificate", "external")


class Holding(Base):
    """A person held the scheme from `held_from` until before `held_until`, as known for a time.

    Both pairs of instants are half-open with `FOREVER` for no end. `known_from` and `known_until`
    say while that was what the platform knew: a revocation closes the row and opens a shorter one,
    so that an auditor sees what was known on any day. Source: the certificate or the external
    certificate (`source_id` its row id); `services.keep_holdings` alone writes here.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        CheckConstraint("source_kind IN ('certificate', 'external')", name="source_kind"),
        CheckConstraint("held_from < held_until", name="held"),
        Index(None, "user_id", "scheme_id", "held_until"),
        # All that coverage asks of a holding: it reads a scheme's from this index alone.
        Index(
            "ix_holdings_coverage",
            "scheme_id",
            "held_until",
            "held_from",
            "known_until",
            "known_from",
            "user_id",
        ),
        Index(None, "source_kind", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    source_kind: Mapped[str] = mapped_column(String(11))
    source_id: Mapped[int]
    held_from: Mapped[datetime]
    held_until: Mapped[datetime] = mapped_column(default=FOREVER)
    known_from: Mapped[datetime]
    known_until: Mapped[datetime] = mapped_column(default=FOREVER)
