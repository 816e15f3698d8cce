"""Log-in sessions: opened by a right password or code, extended, revoked.

The password itself never comes here: verifying takes a tenth of a second, during which the
database must not be held. What arrives is the verdict.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import (
    LoginFailure,
    LoginSession,
    OneTimeCode,
    TrustedDevice,
    User,
)
from learning.accounts.password_hashing import Verdict
from learning.accounts.queries import Challenge, is_trusted_device
from learning.accounts.rules import Claim
from learning.kernel import audit
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor

MAX_TRUSTED_DEVICES = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewLogin:
    """The log-in session to be opened if all is right.

    `token` is the secret for the cookie, `device` its label, `replaced_token` the session that the
    browser had before ("" for none): it ends, so that a token planted beforehand is worth nothing.
    """

    token: str
    device: str
    lifetime: timedelta
    replaced_token: str = ""


def complete_login(
    session: Session,
    claim: Claim,
    challenge: Challenge,
    verdict: Verdict,
    *,
    login: NewLogin,
    now: datetime,
) -> str:
    """Open a log-in session for a right password, else count the failure.

    Returns "ok" or "credentials". A password changed or a person disabled since the challenge was
    made is a failure too.
    """
    user = session.get(User, challenge.user_id) if challenge.user_id is not None else None
    if user is None or not verdict.is_right or not _is_current(user, challenge):
        record_failure(session, claim, challenge.source, now=now)
        log.warning("log-in failed from %s", claim.network)
        return "credentials"
    if verdict.renewed_hash is not None:
        user.password_hash = verdict.renewed_hash
    forget_failures(session, claim, challenge.source)
    forget_failures(session, claim, claim.network)
    open_login_session(session, user, claim, login=login, now=now)
    audit.log(
        session,
        "login.opened",
        user.public_id,
        actor_id=user.id,
        now=now,
        details={"device": login.device, "network": claim.network},
    )
    return "ok"


def _is_current(user: User, challenge: Challenge) -> bool:
    return user.disabled_at is None and user.password_hash == challenge.password_hash


def open_login_session(
    session: Session, user: User, claim: Claim, *, login: NewLogin, now: datetime
) -> None:
    """Write the log-in session, end the one it replaces, remember the device."""
    if login.replaced_token:
        revoke_session(session, digest(login.replaced_token), now=now)
    session.add(
        LoginSession(
            id=digest(login.token),
            user_id=user.id,
            device=login.device,
            created_at=now,
            expires_at=now + login.lifetime,
        )
    )
    _trust(session, user.id, claim.device_hash, now)


def _trust(session: Session, user_id: int, device_hash: str, now: datetime) -> None:
    if is_trusted_device(session, user_id, device_hash):
        return
    session.add(TrustedDevice(user_id=user_id, device_hash=device_hash, created_at=now))
    session.flush()  # the newest must be among those kept
    kept = (
        select(TrustedDevice.id)
        .where(TrustedDevice.user_id == user_id)
        .order_by(TrustedDevice.id.desc())
        .limit(MAX_TRUSTED_DEVICES)
    )
    session.execute(
        delete(TrustedDevice)
        .where(TrustedDevice.user_id == user_id, TrustedDevice.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )


def change_password(
    session: Session,
    actor: Actor,
    claim: Claim,
    verdict: Verdict,
    *,
    new_hash: str,
    now: datetime,
) -> str:
    """Set the actor's own new password after the old one was right; end all other log-ins.

    Returns "ok" or "credentials"; open codes and links end as well.
    """
    login = session.get(LoginSession, actor.login_session_id)
    # A reset while the old password was being verified has ended this log-in: it must win.
    if not verdict.is_right or login is None or login.revoked_at is not None:
        record_failure(session, claim, claim.network, now=now)
        return "credentials"
    user = session.get_one(User, actor.user_id)
    user.password_hash = new_hash
    user.password_changed_at = now
    void_codes(session, user.id, now=now)
    revoke_sessions_of(session, user.id, now=now, kept_id=actor.login_session_id)
    forget_other_devices(session, user.id, device_hash=claim.device_hash)
    forget_failures(session, claim, claim.network)
    audit.log(session, "password.changed", user.public_id, actor_id=user.id, now=now)
    return "ok"


def extend_session(session: Session, login_session_id: str, until: datetime) -> None:
    """Keep an open log-in session alive at least until the instant; never shortens one.

    For whoever starts or extends something that must not be cut off by the end of the log-in.
    """
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.id == login_session_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at < until,
        )
        .values(expires_at=until)
    )


def extend_sessions_of(session: Session, user_id: int, until: datetime, *, now: datetime) -> None:
    """Keep the open log-ins of a person alive at least until the instant; never shortens one.

    For whoever extends what a person is doing, from outside.
    """
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.expires_at < until,
        )
        .values(expires_at=until)
        .execution_options(synchronize_session=False)
    )


def revoke_session(session: Session, login_session_id: str, *, now: datetime) -> None:
    """End one log-in session; nothing happens when it has ended already."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_all_sessions(session: Session, actor: Actor, *, now: datetime) -> None:
    """End all log-ins of the actor, this one included, and forget all known devices."""
    revoke_sessions_of(session, actor.user_id, now=now)
    forget_other_devices(session, actor.user_id, device_hash="")
    audit.log(session, "login.closed_everywhere", actor.public_id, actor_id=actor.user_id, now=now)


def revoke_sessions_of(session: Session, user_id: int, *, now: datetime, kept_id: str = "") -> None:
    """End all log-in sessions of a person, but for the one kept."""
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.id != kept_id,
        )
        .values(revoked_at=now)
    )


def forget_other_devices(session: Session, user_id: int, *, device_hash: str) -> None:
    """Forget the devices on which the person is known, but for one ("" forgets all)."""
    session.execute(
        delete(TrustedDevice).where(
            TrustedDevice.user_id == user_id, TrustedDevice.device_hash != device_hash
        )
    )


def void_codes(session: Session, user_id: int, *, now: datetime) -> None:
    """End all open codes and links of a person."""
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.user_id == user_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )


def record_failure(session: Session, claim: Claim, source: str, *, now: datetime) -> None:
    """Count a failure of each name that the typed words may mean, from the source."""
    session.add_all(
        LoginFailure(name_hash=name_hash, network=source, failed_at=now)
        for name_hash in claim.name_hashes
    )


def forget_failures(session: Session, claim: Claim, source: str) -> None:
    """Forget the failures of the claim's names from the source, after a right try."""
    session.execute(
        delete(LoginFailure).where(
            LoginFailure.name_hash.in_(claim.name_hashes), LoginFailure.network == source
        )
    )
