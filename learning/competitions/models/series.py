"""Tables of series 系列赛: which competition is which year's edition 届."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Series(Base):
    """A competition that an organiser holds year after year."""

    __tablename__ = "competition_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class Edition(Base):
    """A competition as one year's edition of a series.

    `dates_due`: it was cloned, and nobody has confirmed the shifted dates yet. From `sealed_at` on
    the edition is archived 归档: no act changes it, but for corrections by appeal and regrade.
    """

    __tablename__ = "editions"
    __table_args__ = (
        Index(None, "series_id", "year", unique=True),
        CheckConstraint("(sealed_at IS NULL) = (sealed_by IS NULL)", name="sealed"),
    )

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    series_id: Mapped[int] = mapped_column(ForeignKey("competition_series.id"))
    year: Mapped[int] = mapped_column(Integer)
    cloned_from: Mapped[int | None] = mapped_column(ForeignKey("competitions.id"), index=True)
    dates_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    placed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime]
    sealed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sealed_at: Mapped[datetime | None]
