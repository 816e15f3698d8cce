"""Tables of boards. No queries here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Board(Base):
    """A ranked list under a tie rule (`rules.TieRule`); `owner` names who feeds it.

    `version` is a random number, another one after every write of rows: copies of the list name the
    state they show by it (`queries.mirror`).
    """

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    owner: Mapped[str] = mapped_column(String(60), unique=True)
    tie_rule: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0, server_default="0")


class BoardEntry(Base):
    """One subject on a board, with what decides its standing.

    `sort_key` packs score and tie rule into one integer: higher is better, equal keys share the
    standing. `number` says which of the subject's results stands (counted from 1 in time);
    `duration_us` is None where none was measured (paper). The second index is the list in its
    printed order: equal keys stand in the order of their random public ids, which favours nobody.
    `group_code` and `area_code` ("" none) are what the subject counts under: each group and each
    area is a list of its own, with an index in its printed order. `unit_code` ("" none) is the
    unit whose tally the result adds to.
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
    unit_code: Mapped[str] = mapped_column(String(26), default="", server_default="")


class BoardCount(Base):
    """How many rows of a list have a sort key in a bucket, `sort_key >> shift`.

    A standing is then a sum of few buckets and a count within one. `scope` is
    `rules.scope_text`; `shift` one of `rules.SHIFTS`. Kept with every write, so always equal to
    a recount of `board_entries` (`services.recount`); a bucket may stay with 0.
    """

    __tablename__ = "board_counts"

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(30), primary_key=True)
    shift: Mapped[int] = mapped_column(Integer, primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)


class BoardTally(Base):
    """What the rows of a unit, group or area of a board add up to; `kind` is `rules.TallyOf`.

    Kept as `BoardCount` is.
    """

    __tablename__ = "board_tallies"

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    code: Mapped[str] = mapped_column(String(26), primary_key=True)
    participants: Mapped[int] = mapped_column(Integer)
    sum_milli: Mapped[int]


class BoardDay(Base):
    """A day of a board whose list is kept: what stood there of results finished until `until`.

    `entries` rows stood there. `counted_at` is None while the worker counts; `is_stale` when a
    result of by then came or went since: the day is counted again.
    """

    __tablename__ = "board_days"

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    entries: Mapped[int] = mapped_column(Integer, default=0)
    counted_at: Mapped[datetime | None]
    is_stale: Mapped[bool] = mapped_column(default=False, server_default=false())


class BoardDayBlock(Base):
    """A `rules.Block` of a list as it stood at the end of a day; `scope` is `rules.scope_text`."""

    __tablename__ = "board_day_blocks"

    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(30), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    top: Mapped[int] = mapped_column(primary_key=True)
    before: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
