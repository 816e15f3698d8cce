"""A person leaves everything at once: the account was closed."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.organisations.models import JoinRequest, Membership, UnitRequest
from learning.organisations.rules.joining import RequestState
from learning.organisations.services.memberships import end_membership


def end_places(session: Session, user_id: int, *, now: datetime) -> int:
    """End all open memberships of a person, and with each the posts held there; return how many.

    What the person asked for and nobody decided yet is withdrawn.
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
    drop_requests(session, user_id, now=now)
    return ended


def drop_requests(session: Session, user_id: int, *, now: datetime) -> None:
    """Withdraw what a person asked for and nobody decided: to join, or for a missing unit."""
    for table, person in (
        (JoinRequest, JoinRequest.user_id),
        (UnitRequest, UnitRequest.requested_by),
    ):
        session.execute(
            update(table)
            .where(person == user_id, table.state == RequestState.PENDING.value)
            .values(state=RequestState.WITHDRAWN.value, decided_at=now)
        )
