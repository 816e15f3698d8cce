"""What item analysis found of a sitting. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class SittingAnalysis(Base):
    """The newest analysis of a sitting: one row each, computed by the worker, replaced whole.

    It is due where somebody asked (`requested_at`) after it was computed. `algorithm` is the
    version of the method; `report` and `integrity` are canonical JSON, "" before the first and
    where the computation failed. Both hold what only examiners may see.
    """

    __tablename__ = "sitting_analyses"

    sitting_id: Mapped[int] = mapped_column(
        ForeignKey("sittings.id"), primary_key=True, autoincrement=False
    )
    requested_at: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    algorithm: Mapped[int] = mapped_column(default=0)
    report: Mapped[str] = mapped_column(Text, default="")
    integrity: Mapped[str] = mapped_column(Text, default="")
