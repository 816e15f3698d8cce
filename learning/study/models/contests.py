"""The table of proofs of hours that passes of contests are worth. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class ContestProof(Base):
    """A pass of a contest as a paper 学时证明: one a person and contest, to be handed in to HR.

    `contest` is the competition's public id. `code` is the secret of its QR code: 140 random bits.
    `document` is canonical JSON of `rules.contests.ProofDocument`, `sha256` its hash; both are
    renewed where a result was corrected and still passes. `revoked_at` is since when it passes no
    longer: its entry is void, or a correction took the points.
    """

    __tablename__ = "contest_proofs"
    __table_args__ = (
        Index(None, "user_id", "contest", unique=True),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    contest: Mapped[str] = mapped_column(String(26))
    code: Mapped[str] = mapped_column(String(28), unique=True)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
