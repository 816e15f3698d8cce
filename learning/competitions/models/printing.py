"""Tables of prize certificates being made in bulk."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AwardPrinting(Base):
    """The certificates of all winners, being made by the worker in parts; one a plan.

    Who held a prize when it was asked for comes in the order of row ids, people first, then units:
    those up to `after_award_id` and `after_unit_id` are made, `done` of `total`. `error` is the
    code of what stopped it.
    """

    __tablename__ = "award_printings"
    __table_args__ = (Index(None, "finished_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("award_plans.id"), unique=True)
    address: Mapped[str] = mapped_column(String(300))
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    after_award_id: Mapped[int] = mapped_column(default=0)
    after_unit_id: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(40), default="")


class AwardPrintingPart(Base):
    """A zip of some certificates, each named by its award's public id; kept until downloaded anew.

    Parts, not one file: each is written with the note of how far it goes, so that a worker that
    was killed goes on where it was, and neither writing nor reading holds more than one.
    """

    __tablename__ = "award_printing_parts"

    printing_id: Mapped[int] = mapped_column(
        ForeignKey("award_printings.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
