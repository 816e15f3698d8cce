"""Tables of people and log-ins. No queries here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class User(Base):
    """A person who may log in. `sort_key` is the pinyin of the name, for lists.

    `adult_declared_at` is when somebody who made the own account declared to be 18 or older; that
    is all that is kept about age. None for accounts made by an organisation.
    `notice_version` is the newest version of the privacy notice agreed to, 0 for none. `closed_at`
    is when the person closed the account: the row stays, without a name. `closed_room` is the
    closed-book attempt that the person has begun: while it is open, its room is the only page.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(400), index=True)
    locale: Mapped[str] = mapped_column(String(10), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    notice_version: Mapped[int] = mapped_column(default=0, server_default="0")
    adult_declared_at: Mapped[datetime | None]
    closed_room: Mapped[str | None] = mapped_column(String(26))
    created_at: Mapped[datetime]


class Consent(Base):
    """A person agreed to a version of the privacy notice; append-only."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(None, "user_id", "notice_version", unique=True),
        {"info": {merging.INFO: merging.Conduct(stays=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    notice_version: Mapped[int]
    given_at: Mapped[datetime]


class LoginName(Base):
    """A name a person logs in with; `name_key` is NFKC-casefolded and carries its kind.

    Keys: `phone:+8613800000000`, `email:a@b.example`, `staff:<organisation code>/<staff number>`.
    """

    __tablename__ = "login_names"
    __table_args__ = (CheckConstraint("kind IN ('phone', 'email', 'staff')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(320))
    name_key: Mapped[str] = mapped_column(String(340), unique=True)
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A log-in on one device. `id` is the SHA-256 of the token in the cookie.

    The indexes on its ends are for forgetting it; `attempts` checks answers against the open one.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (
        Index(None, "expires_at"),
        Index(None, "revoked_at"),
        {"info": {merging.INFO: merging.Conduct(stays=True)}},
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    device: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A printed activation or reset code, or the secret of a link that was sent; used once.

    Stored as its hash and bound to one person. A new printed code replaces the older ones.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("purpose IN ('activation', 'reset', 'link')", name="purpose"),
        Index(None, "user_id", "purpose"),
        {"info": {merging.INFO: merging.Conduct(stays=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]


class TrustedDevice(Base):
    """A device on which a person once logged in: its tries are never slowed by strangers' ones."""

    __tablename__ = "trusted_devices"
    __table_args__ = (
        Index(None, "user_id", "device_hash"),
        {"info": {merging.INFO: merging.Conduct(stays=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    device_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class LoginFailure(Base):
    """A failed try, for throttling; `name_hash` so that mistyped secrets are not stored.

    `network` is where it came from: `203.0.113.0/24`, `2001:db8:1:2::/64`, or `device:<hash>` for
    a device the person is known on, so that strangers' failures never meet those of that device.
    """

    __tablename__ = "login_failures"
    __table_args__ = (
        Index(None, "name_hash", "network", "failed_at"),
        Index(None, "network", "failed_at"),
        Index(None, "failed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(50))
    failed_at: Mapped[datetime]


class LoginTicket(Base):
    """A place in the line before the password verification of one web process.

    `line` is that process's line, `number` the order of arrival in it; `outcome` is "" while
    waiting, then "ok" or the code of what went wrong. The row opens nothing by itself: the log-in
    session's token stays in the cookie of the browser that waits.
    """

    __tablename__ = "login_tickets"
    __table_args__ = (Index(None, "line", "outcome", "number"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    line: Mapped[str] = mapped_column(String(26))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]


class PersonalNotice(Base):
    """Something that a person is told inside the product, in both languages, until they read it.

    `source` names what it tells of: a person is told the same thing once. `endpoint` and `args`
    (JSON) say where it leads, "" for nowhere.
    """

    __tablename__ = "personal_notices"
    __table_args__ = (
        Index(None, "user_id", "source", unique=True),
        Index(None, "user_id", "read_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(1000))
    text_en: Mapped[str] = mapped_column(String(1000))
    endpoint: Mapped[str] = mapped_column(String(60), default="")
    args: Mapped[str] = mapped_column(String(500), default="{}")
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
