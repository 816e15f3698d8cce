"""Certificates of a scheme being made as files in bulk."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class CertificateBundle(Base):
    """The certificates of a scheme that a search finds, being made by the worker in parts.

    They come in the order of (year, serial): those up to `after_year`, `after_serial` are made,
    `done` of `total`. `address` is that of a certificate's public page with `{code}`. `error` is
    the code of what stopped it.
    """

    __tablename__ = "certificate_bundles"
    __table_args__ = (Index(None, "scheme_id", "asked_at"), Index(None, "finished_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    search: Mapped[str] = mapped_column(String(100), default="")
    address: Mapped[str] = mapped_column(String(300))
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    after_year: Mapped[int] = mapped_column(Integer, default=0)
    after_serial: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(40), default="")


class CertificateBundlePart(Base):
    """A zip of some certificates of a bundle, written with the note of how far it goes."""

    __tablename__ = "certificate_bundle_parts"

    bundle_id: Mapped[int] = mapped_column(
        ForeignKey("certificate_bundles.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
