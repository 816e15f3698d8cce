"""Tables of boards. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Board(Base):
    """A ranked list under a tie rule (`rules.TieRule`); `owner` names who feeds it."""

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    owner: Mapped[str] = mapped_column(String(60), unique=True)
    tie_rule: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime]


class BoardEntry(Base):
    """One subject on a board, with what decides its standing.

    `sort_key` packs score and tie rule into one integer: higher is better, equal keys share the
    standing. `number` says which of the subject's results stands (counted from 1 in time);
    `duration_us` is None where none was measured (paper). The second index is the list in its
    printed order: equal keys stand in the order of their random public ids, which favours nobody.
    `group_code` and `area_code` ("" none) are what the subject counts under: each group and each
    area is a list of its own, with an index in its printed order.
    """

    __tablename__ = "board_entries"
    __table_args__ = (
        Index(None, "board_id", "subject", unique=True),
        Index(None, "board_id", "sort_key", "subject"),
        Index(None, "board_id", "group_code", "sort_key", "subject"),
        Index(None, "board_id", "area_code", "sort_key", "subject"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    subject: Mapped[str] = mapped_column(String(26))
    number: Mapped[int] = mapped_column(Integer)
    points_milli: Mapped[int]
    duration_us: Mapped[int | None]
    finished_at: Mapped[datetime]
    sort_key: Mapped[int]
    group_code: Mapped[str] = mapped_column(String(20), default="", server_default="")
    area_code: Mapped[str] = mapped_column(String(6), default="", server_default="")
