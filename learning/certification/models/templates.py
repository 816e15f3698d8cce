"""How certificates are printed: versions of a template, seals, photographs. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class CertificateTemplate(Base):
    """A version of how a scheme's certificates look, from `created_at` until the next one.

    `look` is `rules.templates.Look` as JSON; `seal` the SHA-256 of the scheme's picture, or "".
    """

    __tablename__ = "certificate_templates"
    __table_args__ = (
        Index(None, "scheme_id", "number", unique=True),
        Index(None, "scheme_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    number: Mapped[int] = mapped_column(Integer)
    look: Mapped[str] = mapped_column(Text)
    seal: Mapped[str] = mapped_column(String(64), default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class SchemeSeal(Base):
    """A picture of a seal, a PNG that was drawn anew from what was uploaded; by its bytes."""

    __tablename__ = "scheme_seals"

    scheme_id: Mapped[int] = mapped_column(
        ForeignKey("schemes.id"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class HolderPhoto(Base):
    """A person's photograph as whoever keeps the staff put it in; drawn anew.

    The newest counts; a new one takes the place of those before.
    """

    __tablename__ = "holder_photos"
    __table_args__ = (
        Index(None, "user_id", "sha256", unique=True),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]


class CertificatePhoto(Base):
    """The holder's photograph as it was when the certificate was issued.

    The hash stays; `content` is emptied when the person leaves or the time of keeping is over.
    Until `is_drawn` it is what was handed in, byte by byte, of which the certificate has the hash:
    never shown, and drawn anew by the worker.
    """

    __tablename__ = "certificate_photos"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificates.id"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
    emptied_at: Mapped[datetime | None] = mapped_column(index=True)
    is_drawn: Mapped[bool] = mapped_column(default=True, server_default=true())
