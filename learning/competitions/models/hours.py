"""The table of hours of study that contests promise."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ContestHours(Base):
    """What a pass of a contest's first round is worth (`rules.hours.HoursPledge`).

    Points and hours are thousandths. No row, no hours.
    """

    __tablename__ = "contest_hours"
    __table_args__ = (
        CheckConstraint("cut_milli > 0", name="cut_milli"),
        CheckConstraint("hours_milli > 0", name="hours_milli"),
        CheckConstraint("field IN ('professional', 'common')", name="field"),
    )

    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"), primary_key=True)
    cut_milli: Mapped[int]
    hours_milli: Mapped[int]
    field: Mapped[str] = mapped_column(String(12))
