"""External certificates that wait to be checked by a second person."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.certification.models import ExternalCertificate
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach


def count_unchecked(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many wait for the actor as the second person: entered by somebody else.

    Twin: the filter "unchecked" of `queries.external`.
    """
    table = ExternalCertificate
    reach = units_in_reach(session, actor, Permission.EXTERNAL_MANAGE, now)
    query = select(func.count()).where(
        table.organisation_id.in_(reach),
        table.withdrawn_at.is_(None),
        table.checked_at.is_(None),
        table.entered_by != actor.user_id,
        table.user_id != actor.user_id,
    )
    return session.scalar(query) or 0
