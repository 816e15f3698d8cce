"""Tables of a contest's public page: its partners and its pictures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ContestPage(Base):
    """What stands on a contest's page beside its rules, see `rules.Page`; no row: nothing does."""

    __tablename__ = "contest_pages"

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    banner: Mapped[str] = mapped_column(String(64))
    banner_alt: Mapped[str] = mapped_column(String(200))
    enrols_from: Mapped[datetime | None]
    enrols_until: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    final_place: Mapped[str] = mapped_column(String(200))


class ContestPartner(Base):
    """A partner of a contest in the order of the page; `logo` is a picture's SHA-256 or ""."""

    __tablename__ = "contest_partners"
    __table_args__ = (
        Index(None, "competition_id", "number", unique=True),
        CheckConstraint("role IN ('host', 'undertaker', 'co_organiser', 'supporter')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    number: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    logo: Mapped[str] = mapped_column(String(64))


class ContestPicture(Base):
    """A picture of a contest's page, by its bytes; what it is, its own bytes say."""

    __tablename__ = "contest_pictures"

    competition_id: Mapped[int] = mapped_column(
        ForeignKey("competitions.id"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
