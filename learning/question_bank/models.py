"""Tables of items and their immutable versions. Keys live in a table of their own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ItemRow(Base):
    """An item: a stable code within a bank, whose content lives in versions."""

    __tablename__ = "items"
    __table_args__ = (
        Index(None, "bank", "code", unique=True),
        CheckConstraint("pool IN ('practice', 'contest', 'secure')", name="pool"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bank: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(60))
    pool: Mapped[str] = mapped_column(String(10))
    current_version_id: Mapped[int | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ItemVersionRow(Base):
    """One immutable version, found by the hash of document and key together.

    `document` is canonical JSON of `rules.ItemDocument`: it holds nothing of the key.
    """

    __tablename__ = "item_versions"
    __table_args__ = (Index(None, "item_id", "content_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(10))
    difficulty_milli: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class ItemKeyRow(Base):
    """The key of a version, canonical JSON of `rules.AnswerKey`; read by scoring alone."""

    __tablename__ = "item_keys"

    item_version_id: Mapped[int] = mapped_column(
        ForeignKey("item_versions.id"), primary_key=True, autoincrement=False
    )
    document: Mapped[str] = mapped_column(Text)
