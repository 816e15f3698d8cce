"""People and their log-in names: made, named, disabled."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.accounts.queries import find_user_by_keys
from learning.accounts.rules import (
    LoginNameKind,
    candidate_keys,
    display_login_name,
    guess_kind,
    pinyin_sort_key,
)
from learning.accounts.services.codes import CodePurpose, issue_code
from learning.accounts.services.logins import revoke_sessions_of
from learning.kernel import audit
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

MAX_NAME_LENGTH = 200
LOCALES = frozenset({"", "zh_CN", "en"})
FIRST_OPERATOR = "account.first_operator"


def create_user(session: Session, *, display_name: str, now: datetime) -> User:
    """Make a person without log-in name and password. Raises Invalid for an unusable name."""
    name = _clean_name(display_name)
    user = User(
        public_id=new_public_id(),
        display_name=name,
        sort_key=pinyin_sort_key(name),
        locale="",
        created_at=now,
    )
    session.add(user)
    session.flush()  # the caller needs the id for log-in names and memberships
    return user


def _clean_name(raw: str) -> str:
    name = " ".join("".join(c for c in raw if c.isprintable() or c.isspace()).split())
    if not name or len(name) > MAX_NAME_LENGTH:
        raise Invalid([Problem("", None, "display_name", "name", "姓名为空或过长")])
    return name


def rename_user(
    session: Session, actor: Actor, user_id: int, *, display_name: str, now: datetime
) -> None:
    """Correct a person's name and its place in lists; what bears the old name already keeps it.

    The caller has checked that the person is within the actor's reach. Raises Invalid for an
    unusable name, Conflict("account_closed") when there is nobody left to be named.
    """
    name = _clean_name(display_name)
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if user.closed_at is not None:
        raise Conflict("account_closed")
    if user.display_name == name:
        return
    details = {"old": user.display_name, "new": name}
    user.display_name, user.sort_key = name, pinyin_sort_key(name)
    audit.log(
        session,
        "person.renamed",
        user.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )


def add_login_name(
    session: Session,
    user: User,
    kind: LoginNameKind | str,
    raw: str,
    *,
    organisation_code: str | None = None,
    now: datetime,
) -> LoginName:
    """Give a person a log-in name; nothing changes when it already is theirs.

    Raises Invalid for what cannot be a name of the kind, Conflict("login_name_taken") when it is
    somebody else's. Two at the same moment: the unique key lets one through.
    """
    kind = LoginNameKind(kind)
    name = display_login_name(kind, raw, organisation_code)
    key = f"{kind}:{name.casefold()}"
    existing = session.scalars(select(LoginName).where(LoginName.name_key == key)).first()
    if existing is not None:
        if existing.user_id != user.id:
            raise Conflict("login_name_taken", kind=kind.value)
        return existing
    row = LoginName(user_id=user.id, kind=kind.value, name=name, name_key=key, created_at=now)
    session.add(row)
    session.flush()  # so that a second use of the name within this transaction is seen
    return row


def find_user_by_login_name(
    session: Session, raw: str, *, organisation_code: str = ""
) -> User | None:
    """Return whose log-in name this is, typed as on the log-in page; None when nobody's."""
    return find_user_by_keys(session, candidate_keys(raw, organisation_code))


def disable_user(session: Session, actor: Actor, user: User, *, now: datetime) -> None:
    """Shut a person out at once: no log-in any more, all log-in sessions revoked.

    The caller has checked that the person is within the actor's reach.
    """
    if user.disabled_at is None:
        user.disabled_at = now
        audit.log(session, "user.disabled", user.public_id, actor_id=actor.user_id, now=now)
    revoke_sessions_of(session, user.id, now=now)


def enable_user(
    session: Session, actor: Actor, user: User, *, is_merged_away: bool, now: datetime
) -> None:
    """Let a disabled person log in again; sessions that were revoked stay so.

    The caller has checked the actor's reach, and tells whether the record was merged into another
    (organisations know that). Raises Conflict("user_closed") for such a record, which only undoing
    the merge opens again, and for a closed account, which nothing does.
    """
    if user.closed_at is not None or is_merged_away:
        raise Conflict("user_closed")
    if user.disabled_at is not None:
        user.disabled_at = None
        audit.log(session, "user.enabled", user.public_id, actor_id=actor.user_id, now=now)


def set_locale(session: Session, actor: Actor, locale: str) -> None:
    """Set the actor's language: `zh_CN`, `en`, or "" for what the browser prefers."""
    if locale not in LOCALES:
        raise Invalid([Problem("", None, "locale", "locale", "没有这种语言")])
    session.get_one(User, actor.user_id).locale = locale


def create_first_operator(
    session: Session, login_name: str, display_name: str, now: datetime
) -> str:
    """Make the first operator's account; return its activation code, shown once.

    Only the account: the role is granted by the caller. While that account is not activated, the
    same log-in name gets a new code (the first one may be lost). Raises Conflict
    ("operator_exists") otherwise, Conflict("login_name_taken"), Invalid.
    """
    earlier = session.scalar(
        select(User)
        .join(AuditEntry, AuditEntry.subject == User.public_id)
        .where(AuditEntry.act == FIRST_OPERATOR)
        .order_by(AuditEntry.id)
        .limit(1)
    )
    if earlier is None and audit.newest_checkpoint(session) is not None:
        raise Conflict("operator_exists")  # so long ago that the trail tells no more of it
    if earlier is None:
        earlier = create_user(session, display_name=display_name, now=now)
        add_login_name(session, earlier, guess_kind(login_name), login_name, now=now)
        audit.log(session, FIRST_OPERATOR, earlier.public_id, actor_id=None, now=now)
    elif (
        earlier.password_hash is not None
        or find_user_by_login_name(session, login_name) is not earlier
    ):
        raise Conflict("operator_exists")
    return issue_code(session, None, earlier, CodePurpose.ACTIVATION, now=now)


def close_room(session: Session, user_id: int, room: str) -> None:
    """Keep the person to one room, by its attempt: the rest of the site is closed meanwhile."""
    session.execute(update(User).where(User.id == user_id).values(closed_room=room))


def open_room(session: Session, user_id: int, room: str) -> None:
    """Let the person out of a room; another one stays closed."""
    session.execute(
        update(User).where(User.id == user_id, User.closed_room == room).values(closed_room=None)
    )
