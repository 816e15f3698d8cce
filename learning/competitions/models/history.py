"""Tables of what lists looked like at the end of each day, beside `leaderboards`' own."""

from datetime import date

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class EnterpriseDay(Base):
    """Where an organisation with participants stood at the end of a day; NULL: not ranked.

    Written with the `BoardDay` of the first round's board. In the order in which one organisation
    looks back.
    """

    __tablename__ = "enterprise_days"

    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    standing: Mapped[int | None]
    participants: Mapped[int] = mapped_column(Integer)
    sum_milli: Mapped[int]
