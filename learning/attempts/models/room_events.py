"""What rooms tell of conduct."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class RoomEventRow(Base):
    """Something a device told of the conduct in its room; append-only, bounded for each attempt.

    `page` names one loading of the page and `seq` the event within it, so that a report sent twice
    is kept once. `at` is the page's word, `received_at` the server's. `lasted_ms` is how long
    somebody was away or idle.
    """

    __tablename__ = "room_events"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    page: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    lasted_ms: Mapped[int | None] = mapped_column(Integer)
    received_at: Mapped[datetime]
