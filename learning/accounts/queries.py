"""Reads about people, their log-ins, and what they were told."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import (
    LoginFailure,
    LoginName,
    LoginSession,
    LoginTicket,
    OneTimeCode,
    PersonalNotice,
    TrustedDevice,
    User,
)
from learning.accounts.rules import Claim, FailureCount, retry_after_s
from learning.accounts.rules.throttling import NETWORK_SLOW, WINDOW
from learning.kernel.clock import to_ms
from learning.kernel.errors import NotFound
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor
from learning.kernel.reading import read_rows

MAX_LISTED_SESSIONS = 50
CHANNELS = {"email": "mail", "phone": "sms"}  # by which a log-in name is reached
COUNTED_PER_NAME = 20  # beyond this the delay no longer grows
NOTICES_PAGE = 20


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the password of a claim must match, and whether it may be tried now.

    `user_id` is None for an unknown name, `password_hash` None when nothing can match; `source` is
    what the failure will be counted under; `retry_after_s` above 0 means: not now.
    """

    user_id: int | None
    password_hash: str | None
    source: str
    is_known_device: bool
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class LoginSessionView:
    """One of a person's own log-ins, for the account page."""

    device: str
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class LoginNameView:
    """A log-in name as shown to its owner."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """What the account page shows."""

    public_id: str
    display_name: str
    locale: str
    password_changed_at: datetime | None
    login_names: tuple[LoginNameView, ...]
    sessions: tuple[LoginSessionView, ...]


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Who holds an open one-time code; `name_keys` are all the person's log-in names."""

    code_id: int
    user_id: int
    purpose: str
    name_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketState:
    """Where a waiting log-in stands: `outcome` is "" while it waits with `place` before it."""

    outcome: str
    place: int
    created_at: datetime


_ACTOR = (
    select(
        User.id,
        User.public_id,
        User.display_name,
        User.locale,
        User.notice_version,
        User.closed_room,
        LoginSession.id.label("sid"),
        LoginSession.expires_at,
    )
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        LoginSession.id == bindparam("login_session_id"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        User.disabled_at.is_(None),
    )
)
"""Made once: every page asks it."""


def find_actor(session: Session, token: str, now: datetime) -> Actor | None:
    """Return who is behind a log-in session token, without roles; None when it opens nothing."""
    rows = read_rows(session, _ACTOR, {"login_session_id": digest(token), "now": now})
    if not rows:
        return None
    row = rows[0]
    return Actor(
        user_id=row.id,
        public_id=row.public_id,
        display_name=row.display_name,
        login_session_id=row.sid,
        locale=row.locale,
        session_expires_at_ms=to_ms(row.expires_at),
        notice_version=row.notice_version,
        closed_room=row.closed_room or "",
    )


def find_user_by_keys(session: Session, name_keys: tuple[str, ...]) -> User | None:
    """Return the person of the first key that is somebody's log-in name, disabled or not."""
    rows = session.execute(
        select(LoginName.name_key, User)
        .join(User, User.id == LoginName.user_id)
        .where(LoginName.name_key.in_(name_keys))
    )
    found = {row.name_key: row.User for row in rows}
    return next((found[key] for key in name_keys if key in found), None)


def find_challenge(session: Session, claim: Claim, now: datetime) -> Challenge:
    """Return what the claim must match. The same statements run whether the name exists or not."""
    user = find_user_by_keys(session, claim.name_keys)
    user_id = user.id if user else None
    is_known = is_trusted_device(session, user_id or 0, claim.device_hash)
    source = claim.device_source if is_known else claim.network
    usable = user is not None and user.disabled_at is None
    return Challenge(
        user_id=user_id,
        password_hash=user.password_hash if user and usable else None,
        source=source,
        is_known_device=is_known,
        retry_after_s=find_delay_s(session, claim, source, now),
    )


def is_trusted_device(session: Session, user_id: int, device_hash: str) -> bool:
    """Tell whether the person has logged in on the device before."""
    found = session.scalar(
        select(TrustedDevice.id)
        .where(TrustedDevice.user_id == user_id, TrustedDevice.device_hash == device_hash)
        .limit(1)
    )
    return found is not None


def find_delay_s(session: Session, claim: Claim, source: str, now: datetime) -> int:
    """Return after how many seconds a try from the source is heard, 0 for now.

    Every name that the typed words may mean is looked at: a made-up organisation code before a
    phone number must not open a fresh budget.
    """
    is_network = source == claim.network
    network = count_failures(session, source, None, now) if is_network else FailureCount()
    return max(
        retry_after_s(count_failures(session, source, name_hash, now), network, now)
        for name_hash in claim.name_hashes
    )


def count_failures(
    session: Session, source: str, name_hash: str | None, now: datetime
) -> FailureCount:
    """Count failures inside the window from a source, of one name or (None) of all.

    Stops at the number from which the answer no longer changes, so that an attack does not make
    its own throttle slow.
    """
    limit = COUNTED_PER_NAME if name_hash is not None else NETWORK_SLOW
    recent = select(LoginFailure.failed_at).where(
        LoginFailure.network == source, LoginFailure.failed_at > now - WINDOW
    )
    if name_hash is not None:
        recent = recent.where(LoginFailure.name_hash == name_hash)
    newest = recent.order_by(LoginFailure.failed_at.desc()).limit(limit).subquery()
    count, last_at = session.execute(
        select(func.count(), func.max(newest.c.failed_at)).select_from(newest)
    ).one()
    return FailureCount(count, last_at)


def find_code_holder(
    session: Session, name_keys: tuple[str, ...], code: str, now: datetime
) -> CodeHolder | None:
    """Return whose open printed code this is, if it belongs to one of the names.

    `code` is normalised. None for a wrong, used, replaced or expired code, an unknown name and a
    disabled person alike.
    """
    user = find_user_by_keys(session, name_keys)
    row = _find_open_code(session, digest(code), now)
    if user is None or row is None or row.purpose == "link" or row.user_id != user.id:
        return None
    return _holder(session, row, user)


def find_link_holder(session: Session, token: str, now: datetime) -> CodeHolder | None:
    """Return whose open reset link this is; None when it opens nothing."""
    row = _find_open_code(session, digest(token), now)
    if row is None or row.purpose != "link":
        return None
    return _holder(session, row, session.get_one(User, row.user_id))


def _find_open_code(session: Session, code_hash: str, now: datetime) -> OneTimeCode | None:
    return session.scalars(
        select(OneTimeCode).where(
            OneTimeCode.code_hash == code_hash,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.replaced_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    ).first()


def _holder(session: Session, row: OneTimeCode, user: User) -> CodeHolder | None:
    if user.disabled_at is not None:
        return None
    return CodeHolder(row.id, user.id, row.purpose, list_name_keys(session, user.id))


def list_name_keys(session: Session, user_id: int) -> tuple[str, ...]:
    """Return the keys of a person's log-in names, oldest first."""
    return tuple(
        session.scalars(
            select(LoginName.name_key).where(LoginName.user_id == user_id).order_by(LoginName.id)
        )
    )


def find_password_hash(session: Session, user_id: int) -> str | None:
    """Return a person's password hash, None before activation."""
    return session.scalar(select(User.password_hash).where(User.id == user_id))


def get_account(session: Session, actor: Actor, now: datetime) -> AccountView:
    """Return the actor's own account. Raises NotFound."""
    user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound("user")
    names = session.execute(
        select(LoginName.kind, LoginName.name)
        .where(LoginName.user_id == user.id)
        .order_by(LoginName.id)
    )
    return AccountView(
        public_id=user.public_id,
        display_name=user.display_name,
        locale=user.locale,
        password_changed_at=user.password_changed_at,
        login_names=tuple(LoginNameView(row.kind, row.name) for row in names),
        sessions=list_login_sessions(session, actor, now),
    )


def list_login_sessions(
    session: Session, actor: Actor, now: datetime
) -> tuple[LoginSessionView, ...]:
    """Return the actor's open log-ins, this one first, then the newest; at most 50."""
    rows = session.scalars(
        select(LoginSession)
        .where(
            LoginSession.user_id == actor.user_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
        )
        .order_by(
            (LoginSession.id == actor.login_session_id).desc(), LoginSession.created_at.desc()
        )
        .limit(MAX_LISTED_SESSIONS)
    )
    return tuple(
        LoginSessionView(
            device=row.device,
            created_at=row.created_at,
            expires_at=row.expires_at,
            is_current=row.id == actor.login_session_id,
        )
        for row in rows
    )


def find_ticket(session: Session, public_id: str) -> TicketState | None:
    """Return where a waiting log-in stands, None for a ticket that is not known (any more)."""
    row = session.scalars(select(LoginTicket).where(LoginTicket.public_id == public_id)).first()
    if row is None:
        return None
    place = session.scalar(
        select(func.count()).where(
            LoginTicket.line == row.line, LoginTicket.outcome == "", LoginTicket.number < row.number
        )
    )
    return TicketState(row.outcome, place or 0, row.created_at)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is told something: a channel of the outbox, and the address there."""

    channel: str
    recipient: str


def find_contact(session: Session, user_id: int) -> Contact | None:
    """Return where to tell a person something: by e-mail, else by phone; None without either.

    Who is disabled or gone is told nothing.
    """
    names = session.scalars(
        select(LoginName)
        .join(User, User.id == LoginName.user_id)
        .where(
            LoginName.user_id == user_id,
            LoginName.kind.in_(CHANNELS),
            User.disabled_at.is_(None),
        )
        .order_by(LoginName.id)
    ).all()
    found = min(names, key=lambda name: name.kind != "email", default=None)
    return Contact(CHANNELS[found.kind], found.name) if found else None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something that a person was told inside the product; `args` belong to the `endpoint`."""

    public_id: str
    title: str
    title_en: str
    text: str
    text_en: str
    endpoint: str
    args: dict[str, str | int]
    made_at: datetime
    read_at: datetime | None


def count_notices(session: Session, user_id: int) -> tuple[int, int]:
    """Return how many notices of a person are unread, and how many there are."""
    unread = func.count().filter(PersonalNotice.read_at.is_(None))
    row = session.execute(
        select(unread, func.count()).where(PersonalNotice.user_id == user_id)
    ).one()
    return row[0], row[1]


def list_notices(
    session: Session, user_id: int, *, page: int, is_unread: bool = False, size: int = NOTICES_PAGE
) -> list[NoticeView]:
    """Return a page of a person's notices, the newest first; all, or the unread ones."""
    query = select(PersonalNotice).where(PersonalNotice.user_id == user_id)
    if is_unread:
        query = query.where(PersonalNotice.read_at.is_(None))
    query = query.order_by(PersonalNotice.id.desc()).offset((page - 1) * size).limit(size)
    return [
        NoticeView(
            row.public_id,
            row.title,
            row.title_en,
            row.text,
            row.text_en,
            row.endpoint,
            json.loads(row.args),
            row.made_at,
            row.read_at,
        )
        for row in session.scalars(query)
    ]
