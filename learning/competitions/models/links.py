"""Tables of the links by which staff enter for their unit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class EntryLink(Base):
    """A link (and its QR code) by which people enter a competition for one unit.

    `token` is 26 random characters (130 bits), kept readable: it lets a person who is logged in
    enter for the unit, and opens nothing else; who made it must be able to print it again.
    `max_uses` None is without limit; `uses` counts the entries made by it.
    """

    __tablename__ = "entry_links"
    __table_args__ = (
        Index(None, "competition_id", "unit_id"),
        CheckConstraint("max_uses IS NULL OR max_uses >= 1", name="max_uses"),
        CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="uses"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    token: Mapped[str] = mapped_column(String(26), unique=True)
    label: Mapped[str] = mapped_column(String(60))
    expires_at: Mapped[datetime]
    max_uses: Mapped[int | None] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
