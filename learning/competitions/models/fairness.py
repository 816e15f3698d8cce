"""Tables of what looks unfair in a competition, and what a person decided about it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class FairnessSetting(Base):
    """The thresholds of a competition (`rules.fairness.FairnessRules` as JSON), and the last look.

    Without a row the defaults hold. `compared` is JSON of `rules.sharing.Compared`: how far the
    last look compared answers with one another.
    """

    __tablename__ = "fairness_settings"

    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"), primary_key=True)
    rules: Mapped[str] = mapped_column(Text)
    examined_at: Mapped[datetime | None]
    compared: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")


class FairnessFlag(Base):
    """Something about an attempt that a person should look at; it decides nothing by itself.

    `evidence` is JSON of the figures it rests on. One row an attempt and kind: looking again never
    flags twice, nor opens again what was decided. Flags of one run of phone numbers share
    `together`, the public id of the run's first entry: "" for other kinds.
    """

    __tablename__ = "fairness_flags"
    __table_args__ = (
        Index(None, "attempt_id", "kind", unique=True),
        Index(None, "competition_id", "state", "id"),
        CheckConstraint("kind IN ('speed', 'rhythm', 'devices', 'sharing', 'phones')", name="kind"),
        CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    kind: Mapped[str] = mapped_column(String(8))
    evidence: Mapped[str] = mapped_column(Text)
    together: Mapped[str] = mapped_column(String(26), default="", server_default="")
    state: Mapped[str] = mapped_column(String(9), default="open")
    found_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
