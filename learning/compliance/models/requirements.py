"""What posts require, and of whom it is not asked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base
from learning.organisations.models.dated import Dated


class Requirement(Dated, Base):
    """Who holds the post within the unit's subtree must, or may, hold the scheme; dated.

    `level`: "required" counts in the coverage, "optional" is shown only. `holders_needed`: in each
    unit that has the post at least so many valid holders stand ready, None for no such number.
    """

    __tablename__ = "requirements"
    __table_args__ = (
        CheckConstraint("level IN ('required', 'optional')", name="level"),
        CheckConstraint("holders_needed IS NULL OR holders_needed > 0", name="holders_needed"),
        Index(
            "uq_requirements_open",
            "unit_id",
            "post_id",
            "scheme_id",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index(None, "post_id", "valid_to"),
        Index(None, "scheme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    level: Mapped[str] = mapped_column(String(8))
    holders_needed: Mapped[int | None]


class Exemption(Dated, Base):
    """A scheme is not asked of a person until `valid_to`, with a reason; always with an end.

    `batch` is the same for those that one bulk act granted, "" for one granted by itself.
    """

    __tablename__ = "exemptions"
    __table_args__ = (
        CheckConstraint("valid_to IS NOT NULL", name="has_end"),
        Index(None, "user_id", "scheme_id", "valid_to"),
        Index(None, "batch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    batch: Mapped[str] = mapped_column(String(26), default="", server_default="")
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    reason: Mapped[str] = mapped_column(String(500))
    planned_to: Mapped[datetime | None]  # the end before it was ended early


class StaffStatus(Dated, Base):
    """A person is on leave from an organisation, or works there as a contractor; dated.

    On leave nothing is asked of a person; a contractor is asked as everybody else and shown apart.
    """

    __tablename__ = "staff_statuses"
    __table_args__ = (
        CheckConstraint("kind IN ('leave', 'contractor')", name="kind"),
        Index(
            "uq_staff_statuses_open",
            "user_id",
            "organisation_id",
            "kind",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index(None, "organisation_id", "valid_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(500), default="")
    planned_to: Mapped[datetime | None]  # the end before it was ended early; None: it had none
    # Taken back with the roster that noted it, not called off: the roster may note it again.
    is_undone: Mapped[bool] = mapped_column(default=False, server_default=false())
