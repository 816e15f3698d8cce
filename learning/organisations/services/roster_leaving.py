"""Ending the places of people whom HR found missing from a roster: one act, never by itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, PostHolding
from learning.organisations.queries.leaving import list_places
from learning.organisations.queries.units import UnitView
from learning.organisations.services.acts import begin_act, log_act
from learning.organisations.services.transfers import close_rows

MAX_LEAVING = 500  # people in one act: each has its audit entry


def end_places(
    session: Session,
    actor: Actor,
    membership_ids: Sequence[int],
    *,
    unit: UnitView,
    now: datetime,
) -> int:
    """End open memberships and the posts held there; return how many. Those ended stay as they are.

    The caller has found the memberships within the actor's reach, at most 500.
    """
    act = begin_act(session, actor, now)
    places = list_places(session, membership_ids[:MAX_LEAVING], now)
    held = {(place.user_id, place.unit_id) for place in places}
    holdings = session.execute(
        select(PostHolding.id, PostHolding.user_id, PostHolding.unit_id).where(
            PostHolding.user_id.in_({place.user_id for place in places}),
            PostHolding.valid_to.is_(None),
        )
    ).all()
    ids = [place.membership_id for place in places]
    close_rows(session, Membership, ids, act)
    close_rows(
        session,
        PostHolding,
        [row.id for row in holdings if (row.user_id, row.unit_id) in held],
        act,
    )
    for place in places:
        details = {"user_id": place.user_id, "membership": place.membership_id}
        log_act(session, "membership.ended", unit, act, details)
    return len(places)
