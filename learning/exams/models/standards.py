"""Cut scores set by judges: the setting, its judges, what they said. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base

_ALONE = {"info": {merging.INFO: merging.Conduct(alone=True)}}


class StandardSetting(Base):
    """A cut score set by judges for one form of a sitting's paper 合格线评议.

    `form` is that form (JSON of `attempts.rules.Form`), whose assessment the sitting must still
    have when the cut is adopted. `round` counts from 1; in state "between" it is closed. Points are
    thousandths.
    """

    __tablename__ = "standard_settings"
    __table_args__ = (
        CheckConstraint("state IN ('judging', 'between', 'adopted', 'dropped')", name="state"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("(state = 'adopted') = (adopted_milli IS NOT NULL)", name="adopted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"), index=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    form: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8))
    round: Mapped[int]
    #: Judges may look at keys, each look written down; they see facilities of earlier answers.
    shows_keys: Mapped[bool]
    shows_facilities: Mapped[bool]
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    adopted_milli: Mapped[int | None]
    #: `rules.Adjustment`, "" before the decision.
    adjustment: Mapped[str] = mapped_column(String(8), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]


class StandardJudge(Base):
    """A judge of a setting; who is dismissed keeps what was said, which no longer counts."""

    __tablename__ = "standard_judges"
    __table_args__ = (UniqueConstraint("setting_id", "user_id"), _ALONE)

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("standard_settings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    appointed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
    #: Why; asked for once a round is over, since the cut of that round moves.
    dismissed_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")


class StandardJudgement(Base):
    """What a judge said of an item in a round: per cent of just competent candidates."""

    __tablename__ = "standard_judgements"
    __table_args__ = (
        Index(None, "setting_id", "user_id", "round", "position", unique=True),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        _ALONE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    setting_id: Mapped[int] = mapped_column(ForeignKey("standard_settings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    round: Mapped[int]
    position: Mapped[int]
    percent: Mapped[int]
    judged_at: Mapped[datetime]
