"""Tables of the prizes of a competition."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class AwardPlan(Base):
    """The prizes of a competition. `state`: draft → announced → proposed → final.

    `rules` is `rules.AwardRules` as JSON. From the announcement on `entry_list` is the frozen list
    (gzip of `rules.list_text`), `list_hash` its SHA-256 and `commitment` that of `seed`, which is
    secret until the draw; from the draw on `number` is the public number. Where the list was
    corrected after the draw, `corrected_list` is what the same lots were laid on last. Where there
    are prizes for units, `unit_list` and `unit_list_hash` are the same of `units` of them, and
    `corrected_unit_list` what was corrected of it after the draw.

    `settle_no` counts how often prizes open to objections were to follow a list. While
    `settled_no` is less, the worker has to lay the lots on the corrected list, as `settle_by` and
    `settle_reason` had it corrected last.
    """

    __tablename__ = "award_plans"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'announced', 'proposed', 'final')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    rules: Mapped[str] = mapped_column(Text)
    entry_list: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    entries: Mapped[int] = mapped_column(Integer, default=0)
    list_hash: Mapped[str] = mapped_column(String(64), default="")
    seed: Mapped[str] = mapped_column(String(64), default="")
    commitment: Mapped[str] = mapped_column(String(64), default="")
    number: Mapped[str] = mapped_column(String(100), default="")
    announced_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    claims_until: Mapped[datetime | None]
    finalised_at: Mapped[datetime | None]
    corrected_list: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    corrected_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    corrected_at: Mapped[datetime | None]
    unit_list: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    units: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    unit_list_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    corrected_unit_list: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    corrected_unit_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    units_corrected_at: Mapped[datetime | None]
    settle_no: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    settled_no: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    settle_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settle_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class Award(Base):
    """A place in the order of a prize: held, in reserve, or struck with a reason.

    `by_list`: struck since a corrected list has no place for it, so that another correction may
    bring it back. One that is held with a `reason` was granted by a person; of one that is struck
    it is what a person wrote, or a `rules.awards.LossCause`.
    `claim_by` is until when a final prize is to be claimed; NULL where nothing is waited for: not
    final, claimed, or lost. `told_at` is when its holder was told of it, `reminded_at` of its end.
    """

    __tablename__ = "awards"
    __table_args__ = (
        Index(None, "plan_id", "prize", "place", unique=True),
        Index(None, "told_at", "claim_by"),
        Index(None, "claim_by"),
        CheckConstraint("status IN ('held', 'reserve', 'struck')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("award_plans.id"))
    prize: Mapped[str] = mapped_column(String(20))
    place: Mapped[int] = mapped_column(Integer)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    status: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_list: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime | None]
    claim_by: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


class UnitAward(Base):
    """A place of an organisation or a province in the order of a prize, as `Award` is a person's.

    `subject` is the organisation's public id, or the two digits of a province, which has no
    `unit_id`; `name` is what it is called on the published board. `told_at` is when who enrolled
    the organisation was told of a final prize. `by_list`: struck since a corrected board does not
    give it, so that another correction may bring it back.
    """

    __tablename__ = "unit_awards"
    __table_args__ = (
        Index(None, "plan_id", "prize", "place", unique=True),
        Index(None, "plan_id", "subject"),
        Index(None, "told_at", "status"),
        CheckConstraint("status IN ('held', 'reserve', 'struck')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("award_plans.id"))
    prize: Mapped[str] = mapped_column(String(20))
    place: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(String(26))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_list: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class AwardClaim(Base):
    """A prize was claimed by its holder, and where it is sent if it is sent.

    What was said for sending may be changed until `open_until`; it is "" where nothing was asked,
    and again from `forgotten_at` on.
    """

    __tablename__ = "award_claims"
    __table_args__ = (Index(None, "forgotten_at", "claimed_at"),)

    award_id: Mapped[int] = mapped_column(
        ForeignKey("awards.id"), primary_key=True, autoincrement=False
    )
    claimed_at: Mapped[datetime]
    open_until: Mapped[datetime]
    recipient: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    forgotten_at: Mapped[datetime | None]


class AwardObjection(Base):
    """What somebody objects to while the prizes are open to it; decided with an answer."""

    __tablename__ = "award_objections"
    __table_args__ = (
        Index(None, "plan_id", "outcome", "id"),
        CheckConstraint("outcome IN ('open', 'upheld', 'rejected')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("award_plans.id"))
    lodged_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    lodged_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(8), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
