"""One-time codes: printed by HR, typed on the activation page, used once.

A printed code has 30**12 (about 2**58.9) possibilities: enough that a plain SHA-256 is a sound
hash for it, together with the throttle of tries and the 30 days of its life. A password hash would
cost a verification for each wrong code and buy nothing.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.accounts.models import OneTimeCode, User
from learning.accounts.queries import CodeHolder, find_code_holder, find_link_holder
from learning.accounts.rules import Claim, normalise_code
from learning.accounts.services.logins import (
    NewLogin,
    forget_failures,
    forget_other_devices,
    open_login_session,
    record_failure,
    revoke_sessions_of,
    void_codes,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import digest, new_printed_code
from learning.kernel.permissions import Actor


class CodePurpose(StrEnum):
    """What a printed code is for; both set a new password."""

    ACTIVATION = "activation"
    RESET = "reset"


LIFETIME = {
    CodePurpose.ACTIVATION: timedelta(days=30),  # on paper, handed out before the contest
    CodePurpose.RESET: timedelta(hours=24),
}


def issue_code(
    session: Session, actor: Actor | None, user: User, purpose: CodePurpose | str, *, now: datetime
) -> str:
    """Return a new code for a person, to be printed and shown once; older printed ones end.

    `actor` None means the command line. The caller has checked that the person is within the
    actor's reach. Raises Conflict("user_disabled").
    """
    purpose = CodePurpose(purpose)
    if user.disabled_at is not None:
        raise Conflict("user_disabled")
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.user_id == user.id,
            OneTimeCode.purpose.in_([p.value for p in CodePurpose]),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )
    code = new_printed_code()
    session.add(
        OneTimeCode(
            user_id=user.id,
            purpose=purpose.value,
            code_hash=digest(normalise_code(code)),
            issued_by=actor.user_id if actor else None,
            issued_at=now,
            expires_at=now + LIFETIME[purpose],
        )
    )
    audit.log(
        session,
        "code.issued",
        user.public_id,
        actor_id=actor.user_id if actor else None,
        now=now,
        details={"purpose": purpose.value},
    )
    return code


def redeem_code(
    session: Session,
    claim: Claim,
    *,
    raw_code: str,
    password_hash: str,
    login: NewLogin,
    now: datetime,
) -> str:
    """Set a person's password by a printed code and log in; return "ok" or "code".

    All other log-in sessions, codes and known devices of the person end. A wrong code is counted
    as a failure.
    """
    holder = find_code_holder(session, claim.name_keys, normalise_code(raw_code), now)
    if holder is None or not _use(session, holder, now):
        record_wrong_code(session, claim, now=now)
        return "code"
    forget_failures(session, claim, claim.network)
    _set_password(session, holder, claim, password_hash=password_hash, login=login, now=now)
    return "ok"


def redeem_link(
    session: Session,
    claim: Claim,
    *,
    token: str,
    password_hash: str,
    login: NewLogin,
    now: datetime,
) -> str:
    """Set a person's password by a reset link and log in; return "ok" or "link"."""
    holder = find_link_holder(session, token, now)
    if holder is None or not _use(session, holder, now):
        return "link"
    _set_password(session, holder, claim, password_hash=password_hash, login=login, now=now)
    return "ok"


def record_wrong_code(session: Session, claim: Claim, *, now: datetime) -> None:
    """Count a wrong code against the names and the network."""
    record_failure(session, claim, claim.network, now=now)


def _use(session: Session, holder: CodeHolder, now: datetime) -> bool:
    """Mark the code used; only one of two that come at the same moment succeeds."""
    used = session.scalars(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == holder.code_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.replaced_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeCode.id)
    ).first()
    return used is not None


def _set_password(
    session: Session,
    holder: CodeHolder,
    claim: Claim,
    *,
    password_hash: str,
    login: NewLogin,
    now: datetime,
) -> None:
    user = session.get_one(User, holder.user_id)
    act = "account.activated" if user.password_hash is None else "password.reset"
    user.password_hash = password_hash
    user.password_changed_at = now
    void_codes(session, user.id, now=now)
    revoke_sessions_of(session, user.id, now=now)
    forget_other_devices(session, user.id, device_hash="")
    open_login_session(session, user, claim, login=login, now=now)
    audit.log(
        session,
        act,
        user.public_id,
        actor_id=user.id,
        now=now,
        details={"by": holder.purpose, "network": claim.network},
    )
