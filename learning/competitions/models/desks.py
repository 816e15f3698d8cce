"""Tables of who looks after which units of a competition, and of declared headcounts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class CompetitionOffice(Base):
    """A person looks after the units of a region, an industry or a subtree, in one competition.

    `scope_kind` and `scope_value` as in `kernel.permissions.Grant`. An ended row stays as history.
    """

    __tablename__ = "competition_offices"
    __table_args__ = (
        Index(
            "uq_competition_offices_open",
            "competition_id",
            "user_id",
            "scope_kind",
            "scope_value",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("scope_kind IN ('unit', 'region', 'industry')", name="scope_kind"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    scope_kind: Mapped[str] = mapped_column(String(10))
    scope_value: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    appointed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class HeadcountDeclaration(Base):
    """What a unit's headcount was said to be, as of a day; append-only but for its decision.

    `state`: "roster" is the number taken over when enrolling, "corrected" one that the organiser
    set; "waiting" waits for a decision, "confirmed", "refused", "replaced" by a newer one. What
    counts is `EnterpriseEnrolment.headcount`: the newest of roster, corrected and confirmed.
    `headcount` None: not declared.
    """

    __tablename__ = "headcount_declarations"
    __table_args__ = (
        Index(None, "competition_id", "unit_id", "id"),
        Index(None, "competition_id", "state", "id"),
        Index(
            "uq_headcount_declarations_waiting",
            "competition_id",
            "unit_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount"),
        CheckConstraint(
            "state IN ('roster', 'corrected', 'waiting', 'confirmed', 'refused', 'replaced')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    headcount: Mapped[int | None]
    as_of: Mapped[date]
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    evidence_name: Mapped[str] = mapped_column(String(200), default="")
    evidence_type: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(9))
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
