"""Tables of units and of people's places in them. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from learning.accounts.rules.pinyin import pinyin_initials
from learning.kernel.db import Base
from learning.organisations.models.dated import Dated
from learning.organisations.models.posts import FormerPostName as FormerPostName

UNIT_KINDS = ("association", "enterprise", "university", "institute", "department")


def _initials(context: DefaultExecutionContext) -> str:
    return pinyin_initials(context.get_current_parameters()["name"])  # type: ignore[no-untyped-call]


def _one_where(condition: str, name: str, *columns: str) -> Index:
    """Return the index that lets columns say the same in but one row of those so."""
    where = text(condition)
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class Unit(Base):
    """A unit; its names and parent are dated facts beside it.

    `code` is what staff type before their staff number (organisations only, never departments);
    `uscc` is the 18-character 统一社会信用代码; `region` a GB/T 2260 code, `industry` a GB/T 4754
    code, both "" when unknown. `headcount` is the declared number of staff.
    """

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('association', 'enterprise', 'university', 'institute', 'department')",
            name="kind",
        ),
        CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    region: Mapped[str] = mapped_column(String(6), default="")
    industry: Mapped[str] = mapped_column(String(5), default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    headcount: Mapped[int | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class UnitName(Dated, Base):
    """What a unit was called, and when. Exactly one open row a unit, closed units too.

    `initials` are those of the name's pinyin, by which people find their unit: 示例企业 is slqy.
    """

    __tablename__ = "unit_names"
    __table_args__ = (
        Index(None, "unit_id", "valid_from"),
        _one_where("valid_to IS NULL", "uq_unit_names_open", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(220), index=True)
    initials: Mapped[str] = mapped_column(String(200), default=_initials, server_default="")


class UnitAlias(Base):
    """Another name people know a unit by: never shown first, always found."""

    __tablename__ = "unit_aliases"
    __table_args__ = (Index(None, "unit_id", "alias_key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    alias: Mapped[str] = mapped_column(String(200))
    alias_key: Mapped[str] = mapped_column(String(220), index=True)


class UnitParent(Dated, Base):
    """Under which unit a unit stood, and when. A root or a closed unit has no open row."""

    __tablename__ = "unit_parents"
    __table_args__ = (
        Index(None, "unit_id", "valid_from"),
        _one_where("valid_to IS NULL", "uq_unit_parents_open", "unit_id"),
        CheckConstraint("unit_id <> parent_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)


class UnitSuccession(Base):
    """A merge or split: the predecessor ended, the successor took over, on that instant."""

    __tablename__ = "unit_successions"
    __table_args__ = (CheckConstraint("kind IN ('merge', 'split')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(5))
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Membership(Dated, Base):
    """A person belongs to a unit. `organisation_id` is the nearest ancestor that is no department.

    The staff number is text exactly as the organisation writes it; it means one open membership
    within the organisation. `category` is the staff category (`rules.categories.StaffCategory`, ""
    while nobody has said) as it is now: correcting it is in the audit trail and opens no new row,
    since a row begins when somebody joins or moves.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        _one_where(
            "valid_to IS NULL AND staff_no_key <> ''",
            "uq_memberships_open_staff_no",
            "organisation_id",
            "staff_no_key",
        ),
        Index(None, "user_id", "valid_to"),
        Index(None, "unit_id", "valid_to"),
        Index(None, "organisation_id", "valid_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    staff_no_key: Mapped[str] = mapped_column(String(60), default="")
    category: Mapped[str] = mapped_column(String(16), default="", server_default="")


class Post(Base):
    """A post 岗位 of an organisation; one that is retired has nobody and is offered no more."""

    __tablename__ = "posts"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(140))
    is_key_post: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class PostHolding(Dated, Base):
    """A person holds a post in a unit."""

    __tablename__ = "post_holdings"
    __table_args__ = (
        Index(None, "user_id", "valid_to"),
        # All that coverage asks: it reads who is in the posts of a unit from this index alone.
        Index(
            "ix_post_holdings_staff",
            "unit_id",
            "post_id",
            "user_id",
            "valid_from",
            "valid_to",
            "recorded_at",
            "ended_at",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))


class RoleAssignment(Dated, Base):
    """A role granted to a person for the platform, a unit's subtree, a region or an industry.

    `scope_value`: "" for the platform, the unit's row id as text, or a code prefix.
    """

    __tablename__ = "role_assignments"
    __table_args__ = (
        CheckConstraint(
            "scope_kind IN ('platform', 'unit', 'region', 'industry')", name="scope_kind"
        ),
        Index(None, "user_id", "valid_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(30))
    scope_kind: Mapped[str] = mapped_column(String(10))
    scope_value: Mapped[str] = mapped_column(String(20), default="")


class RosterImport(Base):
    """An uploaded roster: checked first (dry run), applied later as one act or not at all.

    `rows` are the rows as read, `problems` what is wrong with them, `counts` the figures of the dry
    run (or of the act, once applied), `decisions` which mends were taken and what was chosen about
    staff numbers, `missing` the ids of open memberships of people whom no row means, each as JSON;
    their shape is `rules.roster`'s. `effective_at` is from when on an applied one holds, `done`
    which rows the act made and ended (`services.roster_undoing.Done`), so that undoing takes back
    exactly these. After `emptied_at` only the counts are left.
    """

    __tablename__ = "roster_imports"
    __table_args__ = (CheckConstraint("state IN ('checked', 'applied')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)
    decisions: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    missing: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    creates_departments: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    done: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    emptied_at: Mapped[datetime | None]


class JoinCode(Base):
    """What lets people ask to join a unit, on a poster or in a chat; HR confirms each of them.

    `code` is kept readable: it is no credential, it opens nothing but a request, and HR must be
    able to show and print it again. Ten characters of Crockford's base 32 (50 bits), no hyphen.
    """

    __tablename__ = "join_codes"
    __table_args__ = (
        CheckConstraint("max_uses >= 1", name="max_uses"),
        CheckConstraint("uses BETWEEN 0 AND max_uses", name="uses"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    valid_until: Mapped[datetime]
    max_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class JoinRequest(Base):
    """A person asks to join a unit; until it is confirmed the person goes on without a unit."""

    __tablename__ = "join_requests"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'confirmed', 'refused', 'withdrawn')", name="state"),
        _one_where("state = 'pending'", "uq_join_requests_pending", "user_id", "unit_id"),
        Index(None, "unit_id", "state", "requested_at"),
        Index(None, "user_id", "requested_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    join_code_id: Mapped[int | None] = mapped_column(ForeignKey("join_codes.id"))
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(9))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")


class UnitRequest(Base):
    """A person did not find their unit. `unit_id` is the unit made for it or found to be it."""

    __tablename__ = "unit_requests"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'created', 'existing', 'refused', 'withdrawn')", name="state"
        ),
        Index(None, "state", "requested_at"),
        Index(None, "requested_by", "requested_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str] = mapped_column(String(18), default="")
    region: Mapped[str] = mapped_column(String(6), default="")
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(9))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")


class PersonMerge(Base):
    """Two records of one person made one: `merged_id` was closed, its rows went to `kept_id`.

    `moved` is JSON: which rows of which tables went over, which stayed behind and which ended, so
    that undoing moves the same rows back. `unit_id` is where the act was done.
    """

    __tablename__ = "person_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_people"),
        _one_where("undone_at IS NULL", "uq_person_merges_standing", "merged_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    moved: Mapped[str] = mapped_column(Text)
    merged_at: Mapped[datetime]
    merged_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CorrectionRequest(Base):
    """A person asks for a correction of what is kept about them.

    `evidence` is loaded only where it is asked for; it goes some time after the decision, at once
    when the request is withdrawn, and then `evidence_removed_at` says so.
    """

    __tablename__ = "correction_requests"
    __table_args__ = (
        CheckConstraint(
            "field IN ('name', 'staff_no', 'department', 'post', 'phone', 'other')", name="field"
        ),
        CheckConstraint("state IN ('pending', 'accepted', 'refused', 'withdrawn')", name="state"),
        _one_where("state = 'pending'", "uq_correction_requests_pending", "user_id", "field"),
        Index(None, "state", "requested_at"),
        Index(None, "user_id", "requested_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    field: Mapped[str] = mapped_column(String(10))
    current_text: Mapped[str] = mapped_column(Text)
    wanted_text: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    evidence_name: Mapped[str] = mapped_column(String(200), default="")
    evidence_type: Mapped[str] = mapped_column(String(20), default="")
    evidence_removed_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(9))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
