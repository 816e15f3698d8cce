"""Tables of appeals on items of a contest, and of what a regrade does to its lists."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class ItemAppeal(Base):
    """A participant's appeal 申诉 on an item of a round whose list is published; kept for ever.

    `version_id` is the item version that stood at the `position` of the attempt.
    """

    __tablename__ = "item_appeals"
    __table_args__ = (
        Index(None, "round_id", "state", "answer_by"),
        Index(None, "user_id", "round_id"),
        CheckConstraint(
            "state IN ('lodged', 'upheld', 'partly', 'rejected', 'withdrawn')", name="state"
        ),
        CheckConstraint(
            "state IN ('lodged', 'withdrawn') "
            "OR (decided_by IS NOT NULL AND decided_at IS NOT NULL AND answer <> '')",
            name="answered",
        ),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    #: Told to people: year, round and a serial within it.
    number: Mapped[str] = mapped_column(String(24), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    position: Mapped[int] = mapped_column(Integer)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    text: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(9))
    lodged_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(2000), default="")
    withdrawn_at: Mapped[datetime | None]


class RoundRegrade(Base):
    """What belongs to a regrade (`attempts.models.RegradePlan`) of a round.

    `appeal_id` is the appeal it follows from, `lists` JSON of what it does to the enterprise board,
    the prizes and who went on (`rules.reranking.ListChanges`).
    """

    __tablename__ = "round_regrades"

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("regrade_plans.id"), primary_key=True, autoincrement=False
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("item_appeals.id"), index=True)
    lists: Mapped[str] = mapped_column(Text, default="{}")


class RankEffect(Base):
    """What a regrade does to one entry: `kind` "result" if its own result changes, or "shift".

    Points in thousandths; standings on the whole list, within the division (group) and within the
    province (area); NULL where the entry does not stand there.
    """

    __tablename__ = "rank_effects"
    __table_args__ = (
        Index(None, "plan_id", "kind", "id"),
        CheckConstraint("kind IN ('result', 'shift')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("regrade_plans.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    before_milli: Mapped[int | None]
    after_milli: Mapped[int | None]
    before_standing: Mapped[int | None]
    after_standing: Mapped[int | None]
    before_group: Mapped[int | None]
    after_group: Mapped[int | None]
    before_area: Mapped[int | None]
    after_area: Mapped[int | None]
