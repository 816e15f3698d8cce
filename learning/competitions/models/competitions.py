"""Tables of a competition, its divisions, and who takes part."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class Competition(Base):
    """A competition of an association. `state`: draft → open → closed.

    "open" lets people enter; answering follows the window of the first round's assessment. Closing
    is an act of a person (or of the worker at the window's end) and publishes that round's list.
    `entry_scope` says who may enter, `takes_public` whether strangers make their account on its
    page; `ranked_by` and `ranked_from` (least participants) rank organisations, where that
    is by a weighted score by the weights in percent. Within `appeal_days` one may appeal on items,
    within `answer_days` one is answered. Within `correction_days` of entering one may correct the
    own entry once, 0 never.
    """

    __tablename__ = "competitions"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("entry_scope IN ('open', 'enrolled')", name="entry_scope"),
        CheckConstraint(
            "ranked_by IN ('mean', 'coverage', 'participants', 'weighted')", name="ranked_by"
        ),
        CheckConstraint(
            "weight_participants >= 0 AND weight_coverage >= 0 AND weight_mean >= 0", name="weights"
        ),
        CheckConstraint("ranked_from >= 1", name="ranked_from"),
        CheckConstraint("appeal_days BETWEEN 1 AND 366", name="appeal_days"),
        CheckConstraint("answer_days BETWEEN 1 AND 366", name="answer_days"),
        CheckConstraint("correction_days BETWEEN 0 AND 60", name="correction_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8))
    tie_rule: Mapped[str] = mapped_column(String(30))
    entry_scope: Mapped[str] = mapped_column(String(8), default="open", server_default="open")
    ranked_by: Mapped[str] = mapped_column(String(12), default="mean", server_default="mean")
    ranked_from: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    weight_participants: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    weight_coverage: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    weight_mean: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    takes_public: Mapped[bool] = mapped_column(default=False, server_default=false())
    appeal_days: Mapped[int] = mapped_column(Integer, default=15, server_default="15")
    answer_days: Mapped[int] = mapped_column(Integer, default=20, server_default="20")
    correction_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Division(Base):
    """A division 组别 of a competition; `belonging` is for whom (`rules.Belonging`).

    Entries hold the code itself, not a key to this row: divisions lock at the first entry.
    """

    __tablename__ = "divisions"
    __table_args__ = (
        Index(None, "competition_id", "code", unique=True),
        Index(None, "competition_id", "number", unique=True),
        CheckConstraint(
            "belonging IN ('any', 'enterprise', 'university', 'institute', 'association', 'none')",
            name="belonging",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    belonging: Mapped[str] = mapped_column(String(12))


class EnterpriseEnrolment(Base):
    """An organisation takes part: its people may enter, its coverage is counted.

    `headcount` is the declared number of staff, frozen when enrolling (None: not declared); the
    organiser may correct it before the close.
    """

    __tablename__ = "enterprise_enrolments"
    __table_args__ = (
        Index(None, "competition_id", "unit_id", unique=True),
        CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    headcount: Mapped[int | None]
    enrolled_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enrolled_at: Mapped[datetime]


class Entry(Base):
    """A person takes part: one row a person and competition, with what was true when entering.

    `participant_name`, `unit_name`, `region`, `province` (its first two digits) and `division`
    (a code, "" where there are none) are frozen, but for one correction by the person at
    `corrected_at` where the competition allows it; `unit_id` is the organisation counted for, None
    for a person who belongs to none. `public_name` is the name as strangers see and search it:
    masked unless `shows_name` (twin: `rules.public_name`). `join_link_id` is the link by which
    the person entered; a void entry counts for nothing and starts nothing (`voided_by` is a row id
    of `users`); `staff_no` what somebody said there who is not on the unit's roster.
    `extra_percent` is the extra time granted on every limit; of why, nothing is kept.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index(None, "competition_id", "user_id", unique=True),
        Index(None, "competition_id", "unit_id"),
        Index(
            None,
            "competition_id",
            "extra_percent",
            sqlite_where=text("extra_percent > 0"),
            postgresql_where=text("extra_percent > 0"),
        ),
        CheckConstraint("extra_percent BETWEEN 0 AND 200", name="extra_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    participant_name: Mapped[str] = mapped_column(String(200))
    public_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    shows_name: Mapped[bool] = mapped_column(default=False, server_default=false())
    unit_name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6), default="")
    province: Mapped[str] = mapped_column(String(2), default="", server_default="")
    division: Mapped[str] = mapped_column(String(20), default="", server_default="")
    join_link_id: Mapped[int | None] = mapped_column(ForeignKey("entry_links.id"), index=True)
    staff_no: Mapped[str] = mapped_column(String(40), default="", server_default="")
    entered_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[int | None]
    void_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    extra_percent: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class BonusAct(Base):
    """An act that earned a participant its bonus of a day, once; the day is the organiser's."""

    __tablename__ = "bonus_acts"
    __table_args__ = (
        Index(None, "round_id", "entry_id", "day", "act", unique=True),
        CheckConstraint("act IN ('sign_in', 'share')", name="act"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    act: Mapped[str] = mapped_column(String(8))
    day: Mapped[date]
    done_at: Mapped[datetime]


class EnterpriseResult(Base):
    """A row of the published enterprise board, written at the close, and anew by a regrade.

    `sum_milli` is the sum of the counting results of its `participants` in thousandths of a point;
    mean and coverage follow from the row (`rules.Tally`). `standing` is NULL when not ranked;
    `position` is the printed order from 1. `score_centi` is the weighted score, NULL by another
    rule; `industry` the unit's GB/T 4754 code at the close, "" for none.
    """

    __tablename__ = "enterprise_results"
    __table_args__ = (
        Index(None, "competition_id", "unit_id", unique=True),
        Index(None, "competition_id", "position", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    unit_name: Mapped[str] = mapped_column(String(200))
    is_enrolled: Mapped[bool]
    entries: Mapped[int] = mapped_column(Integer)
    participants: Mapped[int] = mapped_column(Integer)
    sum_milli: Mapped[int]
    headcount: Mapped[int | None]
    standing: Mapped[int | None]
    is_shared: Mapped[bool]
    position: Mapped[int] = mapped_column(Integer)
    industry: Mapped[str] = mapped_column(String(5), default="", server_default="")
    score_centi: Mapped[int | None] = mapped_column(Integer)
