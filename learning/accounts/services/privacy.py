"""Consent to the notice, and closing an account."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED, AccountClosed
from learning.accounts.models import Consent, LoginName, OneTimeCode, TrustedDevice, User
from learning.accounts.password_hashing import Verdict
from learning.accounts.rules import CURRENT_NOTICE, Claim, pinyin_sort_key
from learning.accounts.services.logins import record_failure, revoke_sessions_of
from learning.kernel import audit, events
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor

CLOSED_NAME = "已注销用户"


def give_consent(session: Session, user_id: int, version: int, *, now: datetime) -> None:
    """Note that a person agreed to a version of the notice; once a version, the first time counts.

    Raises Conflict("notice_version") for any but the version in force: what was shown must be what
    is agreed to.
    """
    if version != CURRENT_NOTICE:
        raise Conflict("notice_version")
    user = session.get_one(User, user_id, with_for_update=True)
    given = session.scalar(
        select(Consent.id).where(Consent.user_id == user_id, Consent.notice_version == version)
    )
    if given is None:
        session.add(Consent(user_id=user_id, notice_version=version, given_at=now))
        user.notice_version = version
        audit.log(
            session,
            "privacy.consented",
            user.public_id,
            actor_id=user_id,
            now=now,
            details={"version": version},
        )


def close_account(
    session: Session, actor: Actor, claim: Claim, verdict: Verdict, *, now: datetime
) -> str:
    """Close the actor's own account; return "ok", or "credentials" for a wrong password.

    Name, log-in names, password, devices and codes go; what others hold as a record (certificates,
    published results, the audit trail) keeps the name it was made out to. Cannot be undone.
    """
    if not verdict.is_right:
        record_failure(session, claim, claim.network, now=now)
        return "credentials"
    user = session.get_one(User, actor.user_id, with_for_update=True)
    if user.closed_at is not None:
        return "ok"
    revoke_sessions_of(session, user.id, now=now)
    session.execute(delete(OneTimeCode).where(OneTimeCode.user_id == user.id))
    session.execute(delete(LoginName).where(LoginName.user_id == user.id))
    session.execute(delete(TrustedDevice).where(TrustedDevice.user_id == user.id))
    user.display_name = CLOSED_NAME
    user.sort_key = pinyin_sort_key(CLOSED_NAME)
    user.password_hash = None
    user.disabled_at = user.closed_at = now
    audit.log(session, "account.closed", user.public_id, actor_id=user.id, now=now)
    events.record(session, CLOSED, AccountClosed(user.id, user.public_id).payload(), now)
    return "ok"
