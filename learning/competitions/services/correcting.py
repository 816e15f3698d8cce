"""A participant corrects the own entry: once, within the days that the organiser allows.

Names and units typed wrong end on certificates and in the wrong unit's figures; the real contests
let everybody put them right once.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from learning.competitions.events import CORRECTED, EntryCorrected
from learning.competitions.models import Entry, PaperEntry, Round, TeamMember
from learning.competitions.queries import (
    CompetitionView,
    get_published,
    get_ticket,
    list_own_places,
)
from learning.competitions.rules import Place, choose_place, entry_refusal, public_name
from learning.competitions.rules.entry import correction_refusal
from learning.competitions.services.participation import Source, Wish, frozen_place
from learning.kernel import audit, events
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor

LIVE = ("asked", "member")


def correct_entry(
    session: Session, actor: Actor, raw_public_id: str, *, wish: Wish, now: datetime
) -> bool:
    """Put the own entry right with the name of now and another place; tell whether it changed.

    What is as it was uses nothing up. Raises NotFound, Conflict("closed" | "not_entered" |
    "choose_place" | "not_eligible") and those of `move_entry`.
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id)  # holds off a close
    competition = get_published(session, raw_public_id)
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    if ticket.entry_id is None:
        raise Conflict("not_entered")
    place = choose_place(list_own_places(session, competition, actor.user_id, now), wish.place)
    if isinstance(place, str):
        raise Conflict(place)
    return move_entry(session, actor, competition, ticket.entry_id, place=place, wish=wish, now=now)


def move_entry(
    session: Session,
    actor: Actor,
    competition: CompetitionView,
    entry_id: int,
    *,
    place: Place,
    wish: Wish,
    source: Source | None = None,
    now: datetime,
) -> bool:
    """Let an entry stand at another place; tell whether anything changed.

    The caller holds the competition's row and has checked that it takes entries. The boards follow
    by the worker, behind what it was told before. Raises Conflict("no_correction" | "corrected" |
    "correction_over" | "correction_team" | "correction_paper").
    """
    entry = session.scalars(select(Entry).where(Entry.id == entry_id).with_for_update()).one()
    changed = _changes(entry, actor, place, wish)
    if not changed:
        return False
    refusal = correction_refusal(
        competition.correction_days,
        entered_at=entry.entered_at,
        corrected_at=entry.corrected_at,
        now=now,
    )
    refusal = refusal or _bound(session, entry_id)
    if refusal:
        raise Conflict(refusal)
    before = {name: getattr(entry, name) for name in changed}
    for name, value in changed.items():
        setattr(entry, name, value)
    entry.public_name = public_name(entry.participant_name, is_shown=entry.shows_name)
    entry.corrected_at = now
    if source is not None:
        entry.join_link_id, entry.staff_no = source.link_id, source.staff_no
    session.flush()
    _tell(session, competition.id, actor.user_id, now)
    audit.log(
        session,
        "competition.entry_corrected",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"entry": entry.public_id, "before": before, "after": changed},
    )
    return True


def _changes(entry: Entry, actor: Actor, place: Place, wish: Wish) -> dict[str, object]:
    due = {**frozen_place(place, wish.province), "participant_name": actor.display_name}
    return {name: value for name, value in due.items() if getattr(entry, name) != value}


def _bound(session: Session, entry_id: int) -> str | None:
    """Return what ties an entry to its unit: a team, or the unit's list of who answers on paper."""
    in_team = exists().where(TeamMember.entry_id == entry_id, TeamMember.state.in_(LIVE))
    if session.scalar(select(in_team)):
        return "correction_team"
    if session.scalar(select(exists().where(PaperEntry.entry_id == entry_id))):
        return "correction_paper"
    return None


def _tell(session: Session, competition_id: int, user_id: int, now: datetime) -> None:
    rounds = select(Round.assessment_id).where(Round.competition_id == competition_id)
    for assessment_id in session.scalars(rounds).all():
        told = EntryCorrected(assessment_id, user_id)
        events.record(session, CORRECTED, told.payload(), now)
