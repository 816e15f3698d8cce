"""Tables of the work on items: drafts, reviews, tags, exposure, searches and what they found."""

from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base
from learning.kernel.search import TermsText, index_terms


class ItemDraftRow(Base):
    """The working draft of an item, saved while somebody writes; at most one an item.

    `content` is JSON of `drafts.ItemDraft`, `revision` counts its saves so that two editors notice
    each other, `base_version_id` is the version that the work began from.
    """

    __tablename__ = "item_drafts"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    content: Mapped[str] = mapped_column(Text)
    problem_count: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_versions.id"))
    written_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]


class ItemWriter(Base):
    """Somebody who wrote in the working draft of an item: none of them may sign it off."""

    __tablename__ = "item_writers"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    wrote_at: Mapped[datetime]


class ItemReview(Base):
    """One step in the life of an item, append-only: who did what, and what they said.

    `rekeyed`: a ruling on the key of a version went into the working draft; `key_ruled`: it could
    not, and a person must look at the key.
    """

    __tablename__ = "item_reviews"
    __table_args__ = (
        Index(None, "item_id", "id"),
        CheckConstraint(
            "act IN ('submitted', 'commented', 'returned', 'approved', 'retired', 'restored', "
            "'rekeyed', 'key_ruled')",
            name="act",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("item_versions.id"))
    acted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    act: Mapped[str] = mapped_column(String(10))
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ItemTag(Base):
    """A word somebody put on an item."""

    __tablename__ = "item_tags"
    __table_args__ = (Index(None, "tag", "item_id"),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class ItemStatistics(Base):
    """What answers showed of a version, filled by item analysis; thousandths, n answers."""

    __tablename__ = "item_statistics"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("item_versions.id"), primary_key=True, autoincrement=False
    )
    answered: Mapped[int]
    facility_milli: Mapped[int]
    discrimination_milli: Mapped[int | None]
    computed_at: Mapped[datetime]


class ItemExposure(Base):
    """On how many finished forms a version stood, and when it last did."""

    __tablename__ = "item_exposures"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("item_versions.id"), primary_key=True, autoincrement=False
    )
    forms: Mapped[int]
    last_at: Mapped[datetime]


class SavedFilter(Base):
    """A person's named search in the bank; `query` is the query string of the list."""

    __tablename__ = "saved_filters"
    __table_args__ = (Index(None, "user_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[datetime]


class ItemSearch(Base):
    """What an item is found by: the terms (`kernel.search`) of its newest content, never its key.

    Its index is made by `kernel.search`; SQLite's is told of every change by `services.searching`.
    """

    __tablename__ = "item_search"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    terms: Mapped[str] = mapped_column(TermsText)


index_terms(cast("Table", ItemSearch.__table__), "item_id")


class ItemTwins(Base):
    """Two items that say nearly the same, found by a search; `dismissed_by` said they do not.

    `first_id` < `second_id`; `likeness_milli` is the share of common text, in thousandths.
    """

    __tablename__ = "item_twins"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="order"),
        Index(None, "second_id"),
    )

    first_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    second_id: Mapped[int] = mapped_column(
        ForeignKey("items.id"), primary_key=True, autoincrement=False
    )
    likeness_milli: Mapped[int]
    found_at: Mapped[datetime]
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    dismissed_at: Mapped[datetime | None]
