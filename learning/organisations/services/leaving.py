"""A person leaves everything at once: the account was closed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.organisations.models import Membership
from learning.organisations.services.memberships import end_membership


def end_places(session: Session, user_id: int, *, now: datetime) -> int:
    """End all open memberships of a person, and with each the posts held there; return how many.

    Idempotent: what has ended stays as it is. A place that begins in the future is left to HR.
    """
    rows = session.scalars(
        select(Membership.id)
        .where(Membership.user_id == user_id, Membership.valid_to.is_(None))
        .order_by(Membership.id)
    )
    ended = 0
    for membership_id in list(rows):
        try:
            end_membership(session, None, membership_id, now=now)
        except Conflict:
            continue
        ended += 1
    return ended
