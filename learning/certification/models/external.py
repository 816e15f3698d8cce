"""Certificates that were not issued here: registered by an employer, with scans. No queries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class ExternalCertificate(Base):
    """A certificate that an organisation keeps on file: of an external scheme, or an old one.

    Never changed but by two acts: the check by a second person, and the withdrawal. What changes
    on the paper (a review, a longer term) is a row of its own that names the one it `follows_id`;
    once checked it takes that one's place. `valid_until` and `review_due` are the last
    microsecond of the day in the zone; None: for life, no review. `withdraw_ground`: "error"
    was never true, "ended" was true until then, "followed" gave way to a later row. `ends_at` is
    the earlier of term and review, `FOREVER` for neither.
    """

    __tablename__ = "external_certificates"
    __table_args__ = (
        Index(
            "uq_external_certificates_number",
            "organisation_id",
            "scheme_id",
            "number_key",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL AND follows_id IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL AND follows_id IS NULL"),
        ),
        Index(
            "uq_external_certificates_follows",
            "follows_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL AND follows_id IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NULL AND follows_id IS NOT NULL"),
        ),
        Index(None, "organisation_id", "id"),
        Index(None, "organisation_id", "ends_at", "id"),
        Index(
            "ix_external_certificates_unchecked",
            "organisation_id",
            "id",
            sqlite_where=text("checked_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("checked_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index(None, "number_key"),
        Index(None, "import_id"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="term"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="checked"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_ground IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name="withdrawn",
        ),
        CheckConstraint(
            "withdraw_ground IS NULL OR withdraw_ground IN ('error', 'ended', 'followed')",
            name="withdraw_ground",
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True, binding_while="withdrawn_at IS NULL")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    holder_name: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    review_due: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("external_certificates.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("external_imports.id"))
    entered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdraw_ground: Mapped[str | None] = mapped_column(String(8))
    withdraw_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")


class ExternalScan(Base):
    """A scan or photograph of the paper: a PDF, JPEG or PNG as its bytes say."""

    __tablename__ = "external_scans"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("external_certificates.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]


class ExternalImport(Base):
    """An uploaded list of certificates: checked first, applied as one act, undone as one act.

    `rows`, `problems`, `counts` are JSON; their shape is `rules.register`'s, and `counts` names
    the columns that were not read (`unread`). `is_checked`: who
    imports says that the originals were seen, so that the rows count at once.
    """

    __tablename__ = "external_imports"
    __table_args__ = (CheckConstraint("state IN ('checked', 'applied', 'undone')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    is_checked: Mapped[bool]
    rows: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
