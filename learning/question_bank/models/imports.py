"""Tables of imports: a file on its way into the bank, question by question, and its pictures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class ItemImport(Base):
    """A file or a pasted text as read; applied as a whole, undone as a whole.

    `problems` is a JSON list of what concerns no single question; `done`/`total` tell how far a
    large one has come. An import that nobody applied is forgotten after some days.
    """

    __tablename__ = "item_imports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('reading', 'failed', 'preview', 'applying', 'applied', 'undone',"
            " 'discarded')",
            name="state",
        ),
        Index(None, "bank", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    bank: Mapped[str] = mapped_column(String(60))
    pool: Mapped[str] = mapped_column(String(10))
    format: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(9))
    problems: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ItemImportRow(Base):
    """One question of an import: its draft, what is wrong with it, and what becomes of it.

    `draft` is JSON of `drafts.ItemDraft`; `problems` a JSON list of the source's problems,
    `findings` of the check's. `item_id` is the item that applying made.
    """

    __tablename__ = "item_import_rows"
    __table_args__ = (CheckConstraint("decision IN ('take', 'skip')", name="decision"),)

    import_id: Mapped[int] = mapped_column(
        ForeignKey("item_imports.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(200))
    draft: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text)
    is_good: Mapped[bool]
    decision: Mapped[str] = mapped_column(String(4))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)


class ItemImportWriter(Base):
    """Who corrected a question of an import: none of them may sign off what became of it."""

    __tablename__ = "item_import_writers"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("item_imports.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    wrote_at: Mapped[datetime]


class MediaFile(Base):
    """A picture in an item's text, found by the hash of its bytes; never changed."""

    __tablename__ = "media_files"
    __table_args__ = (
        CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml')",
            name="media_type",
        ),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
