"""Facts that are true from when until when, for tables of any package. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class Dated:
    """A dated fact: true from `valid_from` until before `valid_to` (None: until further notice)."""

    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # when `valid_to` became known; None: from the beginning

    @declared_attr
    @classmethod
    def recorded_by(cls) -> Mapped[int | None]:
        """Return the person who recorded it; None for the system."""
        return mapped_column(ForeignKey("users.id"))
