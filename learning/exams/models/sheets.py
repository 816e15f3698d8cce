"""Answer sheets of who answers on paper: what people keyed, and the scans. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AnswerSheet(Base):
    """An answer sheet 答题卡, keyed by two people; a correction is a row of its own.

    It belongs to a sitting, or to another assessment that takes paper: that of a contest's round.
    `revision` 0 is the first, later ones correct it for the `reason` given. `state`: open (waits
    for a keying) → differs (two keyings that do not agree) → confirmed. `content` is the canonical
    JSON of what was confirmed; `attempt_id` and `score_version` say what came of it.
    """

    __tablename__ = "answer_sheets"
    __table_args__ = (
        Index(None, "sitting_id", "user_id", "revision", unique=True),
        Index(None, "sitting_id", "state"),
        Index(None, "assessment_id", "user_id", "revision", unique=True),
        Index(None, "assessment_id", "state"),
        CheckConstraint("(sitting_id IS NULL) <> (assessment_id IS NULL)", name="one_owner"),
        CheckConstraint("state IN ('open', 'differs', 'confirmed')", name="state"),
        CheckConstraint("revision >= 0 AND (revision = 0) = (reason = '')", name="reason"),
        CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL AND attempt_id IS NOT NULL)",
            name="confirmed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10))
    content: Mapped[str] = mapped_column(Text, default="{}")
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    score_version: Mapped[int | None]
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class SheetKeying(Base):
    """What one person keyed of a sheet, append-only; slot 3 settles where the first two differ.

    `source` tells whether it was typed or came in a file.
    """

    __tablename__ = "sheet_keyings"
    __table_args__ = (
        Index(None, "sheet_id", "slot", unique=True),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        CheckConstraint("source IN ('page', 'file')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"))
    slot: Mapped[int]
    keyed_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    content: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(4))
    keyed_at: Mapped[datetime]


class SheetScan(Base):
    """A scan or photograph of a sheet: a PDF, JPEG or PNG as its bytes say."""

    __tablename__ = "sheet_scans"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]
