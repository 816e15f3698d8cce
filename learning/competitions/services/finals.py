"""From the published list onto a stage: the best organisations become the teams of a live room."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.competitions.queries import get_enterprise_page, get_managed
from learning.competitions.rules import State
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.live_rounds.rules import MAX_TEAMS, PRESETS
from learning.live_rounds.services import MAX_NAME, RoomPlan, create_room

MIN_TEAMS = 2


def owner_of(public_id: str) -> str:
    """Return what a room made for a competition is owned by."""
    return f"competition:{public_id}"


def create_final(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    preset: str,
    places: int,
    title: str,
    now: datetime,
) -> str:
    """Write a draft room for the best organisations of a closed competition; return its public id.

    Who shares the last place goes on too, as far as there is room for teams: nothing published
    tells them apart. Raises NotFound, Conflict("not_closed" | "room_teams"), Invalid.
    """
    competition = get_managed(session, actor, raw_public_id, now)
    if competition.state is not State.CLOSED:
        raise Conflict("not_closed")
    rows = get_enterprise_page(session, competition.id, page=1).rows
    ranked = [row for row in rows if row.standing is not None and row.standing <= places]
    if not MIN_TEAMS <= len(ranked) <= MAX_TEAMS:
        raise Conflict("room_teams")
    names = tuple(row.tally.unit_name[:MAX_NAME] for row in ranked)
    return create_room(
        session,
        actor,
        raw_organiser_id=competition.organiser_public_id,
        plan=RoomPlan(title, competition.rules.bank, PRESETS[preset].rules, names),
        owner=owner_of(competition.public_id),
        now=now,
    )
