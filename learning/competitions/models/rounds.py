"""Tables of the rounds of a competition, of windows that moved, and of who goes on from one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Round(Base):
    """A round of a competition: one assessment, one board; `format` is JSON of `rules.Format`.

    Number 1 is the round that everybody enters for: its state is the competition's own. 0 is
    training that does not count and feeds no list; 2 and on are later rounds, for those who were
    promoted. `promotion` is JSON of `formats.Promotion`: by which rule people go on from here, to
    the next round or onto the stage; NULL where nobody does.

    `showing` is JSON of `rules.Showing`, `revealed` counts its stages taken. `frozen_board_id` is
    the list of what was finished by the freeze, being made until `frozen_at`.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        Index(None, "competition_id", "number", unique=True),
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint("(number = 1) = (state IS NULL)", name="own_state"),
        CheckConstraint("state IS NULL OR state IN ('open', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(60), default="", server_default="")
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), unique=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), unique=True)
    format: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    promotion: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(String(8))
    closed_at: Mapped[datetime | None]
    showing: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    revealed: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    frozen_board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"), unique=True)
    frozen_at: Mapped[datetime | None]


class BoardDocument(Base):
    """The published document of a round's lists: JSON of their heads, written by one worker.

    `etag` names the body, `basis` what it rests on beside the rows (`queries.documents.basis_of`).
    """

    __tablename__ = "board_documents"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    etag: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]


class WindowChange(Base):
    """A round's published window became another one: when, from what to what, why, by whom."""

    __tablename__ = "window_changes"
    __table_args__ = (CheckConstraint("new_closes_at >= old_closes_at", name="not_shortened"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    old_opens_at: Mapped[datetime]
    old_closes_at: Mapped[datetime]
    new_opens_at: Mapped[datetime]
    new_closes_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class PromotionAct(Base):
    """People go on from a round 晋级: once for each, by the rule as it was printed then.

    `ranked` is how many stood on the published list.
    """

    __tablename__ = "promotions"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), unique=True)
    rule: Mapped[str] = mapped_column(Text)
    ranked: Mapped[int] = mapped_column(Integer)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class Promoted(Base):
    """An entry that goes on: `status` "on", or "withdrawn" with the reason.

    `standing` and `points_milli` are those of the list from which it goes on, the standing within
    its division where the rule counts by divisions. `is_next` tells that it took the place of one
    who had withdrawn.
    """

    __tablename__ = "promoted"
    __table_args__ = (
        Index(None, "promotion_id", "entry_id", unique=True),
        Index(None, "promotion_id", "status", "standing"),
        CheckConstraint("status IN ('on', 'withdrawn')", name="status"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    standing: Mapped[int] = mapped_column(Integer)
    points_milli: Mapped[int]
    is_next: Mapped[bool]
    status: Mapped[str] = mapped_column(String(10))
    promoted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
