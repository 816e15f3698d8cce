"""Tables of items and their immutable versions. Keys live in a table of their own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class BankRow(Base):
    """A bank: a folder of files that is synced, or one that was made on the web.

    `unit_id` is who owns it; NULL for those of the platform, which every author may read. `tracks`
    is a JSON list. `next_number` is the number in the next code that is allotted. A secure bank
    holds secure items alone, and no other bank holds any. `twins_wanted_at` asks the worker to
    look for items that are alike.
    """

    __tablename__ = "banks"
    __table_args__ = (
        CheckConstraint("origin IN ('file', 'web')", name="origin"),
        CheckConstraint("pool IN ('practice', 'contest', 'secure')", name="pool"),
        CheckConstraint("origin = 'web' OR pool <> 'secure'", name="files_are_public"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    pool: Mapped[str] = mapped_column(String(10))
    tracks: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(4))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    next_number: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    twins_wanted_at: Mapped[datetime | None]


class ItemRow(Base):
    """An item: a stable code within a bank, whose content lives in versions and a working draft.

    `current_version_id` is the newest approved version, the only one that may be drawn;
    `review_version_id` the one that waits for sign-off. From `kind` to `excerpt` the row says what
    the newest content is, draft or version, so that lists need no other table: they follow it.
    `not_before` keeps an item out of what opens earlier. An approved item that is being revised
    stays approved, and is drawn as it was: `draft` and `review` are states of what never was.
    """

    __tablename__ = "items"
    __table_args__ = (
        Index(None, "bank", "code", unique=True),
        Index(None, "bank", "kind"),
        Index(None, "bank", "area"),
        Index(None, "import_id"),
        Index(
            None,
            "review_version_id",
            sqlite_where=text("review_version_id IS NOT NULL"),
            postgresql_where=text("review_version_id IS NOT NULL"),
        ),
        CheckConstraint("pool IN ('practice', 'contest', 'secure')", name="pool"),
        CheckConstraint("state IN ('draft', 'review', 'approved', 'retired')", name="state"),
        CheckConstraint("(state = 'retired') = (retired_at IS NOT NULL)", name="retired"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bank: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(60))
    pool: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(8), default="approved")
    current_version_id: Mapped[int | None]
    review_version_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20), default="")
    area: Mapped[str] = mapped_column(String(120), default="")
    level: Mapped[str] = mapped_column(String(10), default="")
    difficulty_milli: Mapped[int] = mapped_column(default=500)
    is_parametric: Mapped[bool] = mapped_column(default=False)
    excerpt: Mapped[str] = mapped_column(String(300), default="")
    not_before: Mapped[datetime | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("item_imports.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
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
    written_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class ItemKeyRow(Base):
    """The key of a version, canonical JSON of `rules.AnswerKey`; read by scoring alone."""

    __tablename__ = "item_keys"

    item_version_id: Mapped[int] = mapped_column(
        ForeignKey("item_versions.id"), primary_key=True, autoincrement=False
    )
    document: Mapped[str] = mapped_column(Text)
