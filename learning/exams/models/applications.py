"""Applications to a sitting, and the files that come with them. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class SittingApplication(Base):
    """A person's application to a sitting: one row each, sent again after it came back.

    What is signed is kept with its text, hash and instant; `agreed_at` NULL means that somebody
    else applied for the person, who has not signed yet. `wants` is the request for accommodation;
    it may tell of health, so it has a consent of its own: `wants_consent` is the version of its
    text (0: none), and it goes with the request when that is withdrawn.
    Words and files are emptied when the person leaves or the time of keeping is over.
    """

    __tablename__ = "sitting_applications"
    __table_args__ = (
        Index(None, "sitting_id", "user_id", unique=True),
        Index(None, "sitting_id", "state"),
        CheckConstraint(
            "state IN ('submitted', 'returned', 'accepted', 'refused', 'withdrawn')", name="state"
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[str] = mapped_column(String(9))
    applied_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    applied_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(String(1000), default="")
    wants: Mapped[str] = mapped_column(String(300), default="")
    wants_consent: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    wants_agreed_at: Mapped[datetime | None]
    agreement: Mapped[str] = mapped_column(Text, default="")
    agreement_sha256: Mapped[str] = mapped_column(String(64), default="")
    agreed_at: Mapped[datetime | None]
    #: What was noted about a fee paid elsewhere.
    fee_note: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
    emptied_at: Mapped[datetime | None]


class ApplicationFile(Base):
    """A file of an application: evidence, or the photograph for the ticket."""

    __tablename__ = "sitting_application_files"
    __table_args__ = (CheckConstraint("kind IN ('evidence', 'photo')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("sitting_applications.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
