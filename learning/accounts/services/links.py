"""Reset links, sent to a person's own e-mail address or phone.

Unlike printed codes a new link does not end the older ones: anybody may ask for a link, and must
not be able to spoil the one that the person is about to follow. At most three are open at once;
what is asked beyond that sends nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, OneTimeCode
from learning.accounts.queries import CHANNELS, count_failures, find_user_by_keys
from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import MAX_LINK_REQUESTS
from learning.accounts.services.logins import record_failure
from learning.kernel import audit
from learning.kernel.ids import digest, new_token

LINK_LIFETIME = timedelta(minutes=30)
MAX_OPEN_LINKS = 3


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A link to be sent: the secret, where to, by which channel, in which language ("" unset)."""

    token: str
    channel: str
    recipient: str
    display_name: str
    locale: str


def request_reset_link(session: Session, claim: Claim, *, now: datetime) -> ResetLink | None:
    """Return a new link for a person to be sent now, or None when nothing is to be sent.

    The request is noted in either case, so that both cost a write and one network cannot make
    the system send messages without end.
    """
    source = f"link {claim.network}"
    is_flood = count_failures(session, source, None, now).count >= MAX_LINK_REQUESTS
    record_failure(session, claim, source, now=now)
    user = find_user_by_keys(session, claim.name_keys)
    if is_flood or user is None or user.disabled_at is not None:
        return None
    address = _find_address(session, user.id, claim.name_keys)
    if address is None or _count_open(session, user.id, now) >= MAX_OPEN_LINKS:
        return None
    token = new_token()
    session.add(
        OneTimeCode(
            user_id=user.id,
            purpose="link",
            code_hash=digest(token),
            issued_by=None,
            issued_at=now,
            expires_at=now + LINK_LIFETIME,
        )
    )
    audit.log(
        session,
        "reset_link.sent",
        user.public_id,
        actor_id=None,
        now=now,
        details={"channel": CHANNELS[address.kind], "network": claim.network},
    )
    return ResetLink(token, CHANNELS[address.kind], address.name, user.display_name, user.locale)


def _find_address(session: Session, user_id: int, typed: tuple[str, ...]) -> LoginName | None:
    """Return where to send: the address that was typed, else e-mail, else phone."""
    names = session.scalars(
        select(LoginName)
        .where(LoginName.user_id == user_id, LoginName.kind.in_(CHANNELS))
        .order_by(LoginName.id)
    ).all()
    return min(
        names, key=lambda name: (name.name_key not in typed, name.kind != "email"), default=None
    )


def _count_open(session: Session, user_id: int, now: datetime) -> int:
    count = session.scalar(
        select(func.count()).where(
            OneTimeCode.user_id == user_id,
            OneTimeCode.purpose == "link",
            OneTimeCode.used_at.is_(None),
            OneTimeCode.replaced_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    )
    return count or 0
