"""Tables of rounds that are answered on paper, too, and of who does. No queries here.

The answer sheets themselves are those of `exams`, under the round's assessment.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class PaperSetting(Base):
    """A round that units may answer on paper; a round without a row takes none.

    Sheets are keyed until `until`. `takes_totals`: of a paper the total alone may be keyed.
    `beside_online`: a paper may stand beside what the person answers online, as one of the
    attempts; otherwise it is one or the other.
    """

    __tablename__ = "paper_settings"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    until: Mapped[datetime]
    takes_totals: Mapped[bool] = mapped_column(default=False, server_default=false())
    beside_online: Mapped[bool] = mapped_column(default=False, server_default=false())
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]


class PaperEntry(Base):
    """An entry whose unit has put it down for paper in a round: only of these sheets are keyed."""

    __tablename__ = "paper_entries"
    __table_args__ = (
        Index(None, "round_id", "entry_id", unique=True),
        Index(None, "round_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]
