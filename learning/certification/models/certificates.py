"""Tables of certification. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class Scheme(Base):
    """What certificates certify. `validity_months` None: for life.

    `code` and `number_prefix` never change: they are printed. `issuer_id` is the organisation whose
    name and zone the certificates carry. An external scheme (外发证) is issued by `authority`, a
    name in words; the organisation `issuer_id` only keeps it on its list. `review_months`: how
    often its holders are reviewed, None: never.
    """

    __tablename__ = "schemes"
    __table_args__ = (
        CheckConstraint("validity_months IS NULL OR validity_months > 0", name="validity_months"),
        CheckConstraint("kind IN ('own', 'external')", name="kind"),
        CheckConstraint("review_months IS NULL OR review_months > 0", name="review_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    number_prefix: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    issuer_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    review_months: Mapped[int | None] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8), default="own", server_default="own")
    authority: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class AwardRule(Base):
    """A pass at the sitting earns a certificate of the scheme, while the rule is open.

    Ending it closes the row; what was issued stays. One open row a scheme and sitting.
    """

    __tablename__ = "award_rules"
    __table_args__ = (
        Index(
            "uq_award_rules_open",
            "scheme_id",
            "sitting_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "sitting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    active_from: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class AwardDecision(Base):
    """Whether a person gets a certificate, and on what this was decided; append-only.

    `source_id` is the row id of the sitting, or of the award file. `basis` is JSON: the rule, the
    points, the attempt. `decided_by` None: decided by the rule alone. `number` counts the decisions
    on one source: another follows where the certificate of the one before was revoked because its
    result fell, and the result is a pass again. `scheme_version_id` None only on what was decided
    before there were versions. `reason` is the decider's, for a refusal always.
    """

    __tablename__ = "award_decisions"
    __table_args__ = (
        Index(
            "uq_award_decisions_source",
            "scheme_id",
            "user_id",
            "source_kind",
            "source_id",
            "number",
            unique=True,
        ),
        CheckConstraint("source_kind IN ('sitting', 'file')", name="source_kind"),
        CheckConstraint("kind IN ('first', 'renewal')", name="kind"),
        CheckConstraint("outcome IN ('granted', 'refused')", name="outcome"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    source_kind: Mapped[str] = mapped_column(String(12))
    source_id: Mapped[int]
    number: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    outcome: Mapped[str] = mapped_column(String(8))
    basis: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(7), default="first", server_default="first")
    scheme_version_id: Mapped[int | None] = mapped_column(ForeignKey("scheme_versions.id"))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")


class SchemeSerial(Base):
    """The last serial of a scheme and year; counted up in the transaction of the certificate.

    The row's lock is held until that commits, so that numbers have no gaps.
    """

    __tablename__ = "scheme_serials"

    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Certificate(Base):
    """A certificate as issued; never changed. Its texts are frozen, its facts hashed.

    `code` is the secret that the QR code carries: 140 random bits, no dashes. `valid_until` is the
    last microsecond of the last valid day in the issuer's zone, None for life. `photo_sha256` is
    that of the holder's photograph at the issue, "" for none, as before it was a fact.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index(None, "scheme_id", "year", "serial", unique=True),
        Index(None, "scheme_id", "issued_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True, binding_while="TRUE")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("award_decisions.id"), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(28), unique=True)
    holder_name: Mapped[str] = mapped_column(String(200))
    unit_name: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    issuer_name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    document_sha256: Mapped[str] = mapped_column(String(64))
    photo_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")


class Revocation(Base):
    """A certificate was revoked; append-only, at most one a certificate.

    `ground` is `rules.Ground`: "result" when it was revoked because its result fell, so that a
    result that is a pass again earns another certificate; any other revocation is for good.
    """

    __tablename__ = "revocations"
    __table_args__ = (CheckConstraint("ground IN ('result', 'other')", name="ground"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"), unique=True)
    ground: Mapped[str] = mapped_column(String(6), default="other", server_default="other")
    reason: Mapped[str] = mapped_column(String(500))
    revoked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime]
