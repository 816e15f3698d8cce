"""Appeals and complaints of candidates, and the regrades that follow. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class SittingAppeal(Base):
    """An appeal 申诉 on an item or a result, or a complaint on a decision of a sitting.

    `kind` and `state` are `rules.AppealKind` and `rules.AppealState`. `attempt_id`, `position` and
    `version_id` say what an appeal on an item or a result is about, `incident_id` which record a
    complaint. Kept for ever: no retention rule takes a row or a file away.
    """

    __tablename__ = "sitting_appeals"
    __table_args__ = (
        Index(None, "sitting_id", "state", "answer_by"),
        Index(None, "answer_by"),
        CheckConstraint(
            "kind IN ('item', 'result', 'void', 'application', 'entry', 'incident', 'other')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('lodged', 'review', 'upheld', 'partly', 'rejected', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("(kind = 'item') = (position IS NOT NULL)", name="position"),
        CheckConstraint("state <> 'review' OR handled_by IS NOT NULL", name="handled"),
        CheckConstraint(
            "state NOT IN ('upheld', 'partly', 'rejected') "
            "OR (decided_by IS NOT NULL AND decided_at IS NOT NULL AND answer <> '')",
            name="answered",
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    #: Told to people: year, sitting and a serial within it.
    number: Mapped[str] = mapped_column(String(24), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(11))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    position: Mapped[int | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("item_versions.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_incidents.id"))
    text: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(9))
    lodged_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(2000), default="")
    withdrawn_at: Mapped[datetime | None]
    evidence_name: Mapped[str] = mapped_column(String(200), default="")
    evidence_type: Mapped[str] = mapped_column(String(20), default="")
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class AppealRegrade(Base):
    """A regrade (`attempts.models.RegradePlan`) that follows from an appeal."""

    __tablename__ = "appeal_regrades"

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("regrade_plans.id"), primary_key=True, autoincrement=False
    )
    appeal_id: Mapped[int] = mapped_column(ForeignKey("sitting_appeals.id"), index=True)


class RegradeEffect(Base):
    """What a regrade would do to one person's result; written by the look, kept with the act.

    Points in thousandths; NULL where there is no result. `kind`: passes, fails, moves.
    """

    __tablename__ = "regrade_effects"
    __table_args__ = (
        Index(None, "regrade_id", "kind", "id"),
        CheckConstraint("kind IN ('passes', 'fails', 'moves')", name="kind"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade_plans.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    before_milli: Mapped[int | None]
    before_max_milli: Mapped[int | None]
    after_milli: Mapped[int | None]
    after_max_milli: Mapped[int | None]
