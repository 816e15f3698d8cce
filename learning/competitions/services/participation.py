"""What a participant does: enter once, start an attempt."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.services import start_attempt
from learning.competitions.models import Entry
from learning.competitions.queries import get_published, get_ticket
from learning.competitions.rules import State, entry_refusal
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries import organisation_of


def enter_competition(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> bool:
    """Enter the person with name, organisation and region as they are now.

    Tells whether it is new: entering again changes nothing, and of parallel tries the unique key
    lets one through. Raises NotFound, Conflict("closed").
    """
    get_ticket(session, actor.user_id, raw_public_id)  # holds off a concurrent close or edit
    competition = get_published(session, raw_public_id)
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    organisation = organisation_of(session, actor.user_id, now)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    entered = session.scalar(
        dialect.insert(Entry)
        .values(
            public_id=new_public_id(),
            competition_id=competition.id,
            user_id=actor.user_id,
            unit_id=organisation.id if organisation else None,
            participant_name=actor.display_name,
            unit_name=organisation.name if organisation else "",
            region=organisation.region if organisation else "",
            entered_at=now,
        )
        .on_conflict_do_nothing(index_elements=["competition_id", "user_id"])
        .returning(Entry.id)
    )
    return entered is not None


def start_round(
    session: Session, actor: Actor, raw_public_id: str, *, device_token: str, now: datetime
) -> str:
    """Start an attempt at the round, or go on with the open one; return the attempt's public id.

    One read here, one read and one insert in the attempt engine. Raises NotFound,
    Conflict("not_entered" | "not_open" | "closed" | "attempts_used").
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id)
    if ticket.state is State.CLOSED:
        raise Conflict("closed")
    if ticket.entry_id is None:
        raise Conflict("not_entered")
    return start_attempt(session, actor, ticket.assessment_id, device_token=device_token, now=now)
