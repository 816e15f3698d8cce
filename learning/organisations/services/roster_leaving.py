"""Ending the places of people whom HR found missing from a roster: one act, never by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, PostHolding
from learning.organisations.queries.leaving import PlaceView, list_places
from learning.organisations.queries.units import UnitView
from learning.organisations.services.acts import Act, begin_act, log_act
from learning.organisations.services.transfers import chunks, close_rows

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
    return len(close_places(session, membership_ids[:MAX_LEAVING], unit, act).places)


@dataclass(frozen=True, slots=True)
class Ended:
    """Places that ended, and the row ids of the post holdings that ended with them."""

    places: list[PlaceView]
    holdings: list[int]


def close_places(
    session: Session, membership_ids: Sequence[int], unit: UnitView, act: Act
) -> Ended:
    """End open memberships and the posts held there within an act; each in the audit trail."""
    places = list_places(session, membership_ids, act.recorded_at)
    held = {(place.user_id, place.unit_id) for place in places}
    holdings = [
        row.id
        for part in chunks(sorted({place.user_id for place in places}))
        for row in session.execute(
            select(PostHolding.id, PostHolding.user_id, PostHolding.unit_id).where(
                PostHolding.user_id.in_(part), PostHolding.valid_to.is_(None)
            )
        )
        if (row.user_id, row.unit_id) in held
    ]
    close_rows(session, Membership, [place.membership_id for place in places], act)
    close_rows(session, PostHolding, holdings, act)
    for place in places:
        details = {"user_id": place.user_id, "membership": place.membership_id}
        log_act(session, "membership.ended", unit, act, details)
    return Ended(places, holdings)
