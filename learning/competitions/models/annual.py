"""The table of what an association writes into its annual report; figures are never stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AnnualReport(Base):
    """The words of a competition's annual report: plan, what was done, problems, what is next."""

    __tablename__ = "annual_reports"

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    plan: Mapped[str] = mapped_column(Text)
    done: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    outlook: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
