"""Reads about people and log-ins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginSession, User
from learning.kernel.clock import to_ms
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor


def find_actor(session: Session, token: str, now: datetime) -> Actor | None:
    """Return who is behind a log-in session token, without roles; None when it opens nothing."""
    row = session.execute(
        select(
            User.id,
            User.public_id,
            User.display_name,
            User.locale,
            LoginSession.id.label("sid"),
            LoginSession.expires_at,
        )
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.id == digest(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return Actor(
        user_id=row.id,
        public_id=row.public_id,
        display_name=row.display_name,
        login_session_id=row.sid,
        locale=row.locale,
        session_expires_at_ms=to_ms(row.expires_at),
    )
