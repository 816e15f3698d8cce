"""Tables behind the consoles: answers by knowledge area, reminders."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AreaAnalysis(Base):
    """When the answers of a closed round were counted by area, and by which method.

    `attempts` were counted; None of them and a failure alike leave no rows of figures.
    """

    __tablename__ = "round_area_analyses"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("rounds.id"), primary_key=True, autoincrement=False
    )
    computed_at: Mapped[datetime]
    algorithm: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer)


class AreaCount(Base):
    """Answers to the items of a knowledge area; `scope` is a unit's id as text, "" for everyone.

    Points are thousandths; `full_marks` answers earned all their points.
    """

    __tablename__ = "round_area_counts"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("rounds.id"), primary_key=True, autoincrement=False
    )
    scope: Mapped[str] = mapped_column(String(26), primary_key=True)
    area: Mapped[str] = mapped_column(String(200), primary_key=True)
    answered: Mapped[int] = mapped_column(Integer)
    full_marks: Mapped[int] = mapped_column(Integer)
    points_milli: Mapped[int]
    max_milli: Mapped[int]


class Reminding(Base):
    """Somebody had the people of an organisation reminded who have not handed in; once a day.

    The worker goes through them in the order of their ids: `after_user_id` were looked at, `sent`
    of them told, `unreachable` have no address. `done_at` is when it was through.
    """

    __tablename__ = "remindings"
    __table_args__ = (
        Index(None, "competition_id", "unit_id", "day", unique=True),
        Index(None, "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    day: Mapped[date]
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    after_user_id: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    unreachable: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None]
