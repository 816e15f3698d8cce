"""A live room made elsewhere becomes one of a competition's final, by who manages both."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.competitions.models import FinalMember, FinalTeam
from learning.competitions.services.final_teams import get_room, owner_of
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.permissions import Actor
from learning.live_rounds.services import free_room, give_room


def attach_room(
    session: Session, actor: Actor, raw_public_id: str, raw_room_id: str, *, now: datetime
) -> None:
    """Let a room be one of a competition's final; who its teams are is said afterwards.

    Raises NotFound (competition or room), Conflict("sealed" | "room_owned").
    """
    competition = hold(session, actor, raw_public_id, now)
    room = give_room(session, actor, raw_room_id, owner=owner_of(competition.public_id), now=now)
    _log(session, actor, "competition.final_attached", competition.public_id, room.public_id, now)


def detach_room(
    session: Session, actor: Actor, raw_public_id: str, raw_room_id: str, *, now: datetime
) -> None:
    """Let a room be one of its own again before its evening began; who its teams are is forgotten.

    Raises NotFound, Conflict("sealed" | "room_begun").
    """
    competition = hold(session, actor, raw_public_id, now)
    held = get_room(session, competition, raw_room_id)
    owner = owner_of(competition.public_id)
    room = free_room(session, actor, held.public_id, owner=owner, now=now)
    teams = select(FinalTeam.id).where(FinalTeam.room_id == room.id)
    session.execute(delete(FinalMember).where(FinalMember.team_id.in_(teams)))
    session.execute(delete(FinalTeam).where(FinalTeam.room_id == room.id))
    _log(session, actor, "competition.final_detached", competition.public_id, room.public_id, now)


def _log(
    session: Session, actor: Actor, act: str, competition: str, room: str, now: datetime
) -> None:
    audit.log(session, act, competition, actor_id=actor.user_id, now=now, details={"room": room})
