"""How much of the lists that were verified named nothing. No queries here."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ListMiss(Base):
    """So many pairs of a list named no certificate; by who asked and by where from, for an hour.

    `source` is "user 12" or "network 203.0.113.0/24".
    """

    __tablename__ = "list_misses"
    __table_args__ = (Index(None, "source", "counted_at"), Index(None, "counted_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(60))
    counted_at: Mapped[datetime]
    misses: Mapped[int]
