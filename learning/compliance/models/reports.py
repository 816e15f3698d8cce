"""Reports for auditors that are set as PDF by the worker, and kept for a while."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class CoverageReport(Base):
    """A report of coverage: its facts as they were read when it was asked for, then its PDF.

    `inputs` is the JSON that is printed and goes when `body` is there; `sha256` is the hash that
    stands on every page. `tries` counts how often the worker began. Only `asked_by` may take it.
    """

    __tablename__ = "coverage_reports"
    __table_args__ = (Index(None, "asked_by", "asked_at"), Index(None, "finished_at", "asked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    day_on: Mapped[date] = mapped_column(Date)
    day_known: Mapped[date] = mapped_column(Date)
    rows: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[str] = mapped_column(Text, deferred=True)
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(40), default="")
