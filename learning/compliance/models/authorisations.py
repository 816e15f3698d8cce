"""Who is authorised to work at a post or with an equipment, on what it rests, and how it ended."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from learning.certification.rules.holdings import FOREVER
from learning.kernel import merging
from learning.kernel.db import Base


class Authorisation(Base):
    """An organisation authorises a person for a post, or an equipment, from then until before then.

    A dated act that is never changed; how it ended is a row beside it. `code` is the secret that
    the card's QR code carries. `basis` are the schemes held, missing and spared, as told at the
    act: JSON; of an old act that told nothing of what was spared this was found later, and what is
    `unaccounted` for (`services.founding`). `override_reason`: why it was given although something
    was missing, else "".
    """

    __tablename__ = "authorisations"
    __table_args__ = (
        CheckConstraint("post_id IS NOT NULL OR equipment <> ''", name="subject"),
        CheckConstraint("starts_at < ends_at", name="span"),
        Index(None, "organisation_id", "year", "serial", unique=True),
        Index(None, "user_id", "post_id"),
        Index(None, "unit_id", "id"),
        Index(None, "post_id", "id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    equipment: Mapped[str] = mapped_column(String(100), default="")
    equipment_no: Mapped[str] = mapped_column(String(60), default="")
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(28), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(default=FOREVER)
    basis: Mapped[str] = mapped_column(Text)
    override_reason: Mapped[str] = mapped_column(String(500), default="")
    authorised_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    authorised_at: Mapped[datetime]


class AuthorisationGround(Base):
    """An authorisation rests on the person's holding the scheme: it lapses when that ends.

    `is_spared`: the scheme was not asked of the person, who did not hold it; it lapses when the
    exemption ends and they do not hold the scheme either.
    """

    __tablename__ = "authorisation_grounds"
    __table_args__ = (Index(None, "scheme_id"),)

    authorisation_id: Mapped[int] = mapped_column(
        ForeignKey("authorisations.id"), primary_key=True, autoincrement=False
    )
    scheme_id: Mapped[int] = mapped_column(
        ForeignKey("schemes.id"), primary_key=True, autoincrement=False
    )
    is_spared: Mapped[bool] = mapped_column(default=False, server_default=false())


class AuthorisationEnd(Base):
    """How an authorisation ended before its time: revoked by somebody, or lapsed by itself.

    `cause` of a lapse: "certificate", "exemption" or "post"; `reason` is what was told.
    """

    __tablename__ = "authorisation_ends"
    __table_args__ = (
        CheckConstraint("cause IN ('revoked', 'certificate', 'exemption', 'post')", name="cause"),
        CheckConstraint("(cause = 'revoked') = (ended_by IS NOT NULL)", name="by"),
    )

    authorisation_id: Mapped[int] = mapped_column(
        ForeignKey("authorisations.id"), primary_key=True, autoincrement=False
    )
    cause: Mapped[str] = mapped_column(String(11))
    reason: Mapped[str] = mapped_column(String(500), default="")
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime]


class AuthorisationSerial(Base):
    """The last serial of an organisation and year; counted up in the act's transaction."""

    __tablename__ = "authorisation_serials"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class CardForm(Base):
    """A preprinted form of an organisation: where each fact goes, in millimetres; see `rules`.

    `layout` is `rules.card_forms.FormLayout` as JSON. Saved anew, it is another version.
    """

    __tablename__ = "card_forms"
    __table_args__ = (Index(None, "organisation_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    number: Mapped[int] = mapped_column(Integer)
    layout: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
