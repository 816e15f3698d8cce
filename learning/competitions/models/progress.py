"""Tables of the plan of a competition: how many are to take part, and by when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class PlanTarget(Base):
    """How many participants are planned; `code` says where or by when.

    Kind "total" has the code "", "province" the first two digits of GB/T 2260, "unit" the unit's
    row id as text, "day" an ISO date: by the end of that day, in the organiser's zone.
    """

    __tablename__ = "plan_targets"
    __table_args__ = (
        CheckConstraint("kind IN ('total', 'province', 'unit', 'day')", name="kind"),
        CheckConstraint("target >= 0", name="target"),
    )

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    code: Mapped[str] = mapped_column(String(26), primary_key=True)
    target: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
