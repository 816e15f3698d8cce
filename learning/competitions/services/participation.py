"""What a participant does: enter once, choose how the name is shown, start an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.queries import Opening, find_opening
from learning.attempts.rules import AttemptRules
from learning.attempts.services import start_attempt
from learning.competitions.events import BONUS, BonusEarned
from learning.competitions.formats import FIRST, attempt_refusal, day_of
from learning.competitions.models import BonusAct, Entry
from learning.competitions.queries import (
    Ticket,
    find_entry,
    get_page,
    get_published,
    get_ticket,
    list_begun,
    list_own_places,
)
from learning.competitions.rules import (
    Act,
    Phase,
    Place,
    State,
    choose_place,
    enrolment_refusal,
    entry_refusal,
    province_of,
    public_name,
)
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor


class Entrant(Protocol):
    """Who enters, or is entered by their unit: a row id and the name of now."""

    @property
    def user_id(self) -> int:
        """Return the person's row id."""

    @property
    def display_name(self) -> str:
        """Return the person's name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chooses when entering: a place by its key (None: the only one), the name.

    `province` (two digits or "") counts for people of no organisation.
    """

    place: str | None = None
    shows_name: bool = False
    province: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """By which link somebody entered, and the staff number said there."""

    link_id: int | None = None
    staff_no: str = ""


def enter_competition(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    wish: Wish = Wish(),
    now: datetime,
) -> bool:
    """Enter the person with name, organisation, region and division as they are now.

    Tells whether it is new: entering again changes nothing, and of parallel tries the unique key
    lets one through. Raises NotFound, Conflict("closed" | "not_eligible" | "enrolment_early" |
    "enrolment_over"), and
    Conflict("choose_place") where several places are possible and the wish names none of them.
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id)  # holds off a close or an edit
    competition = get_published(session, raw_public_id)
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    if ticket.entry_id is not None:
        return False
    page = get_page(session, competition.id)
    refusal = enrolment_refusal(page.enrols_from, page.enrols_until, now)
    if refusal:
        raise Conflict(refusal)
    places = list_own_places(session, competition, actor.user_id, now)
    place = choose_place(places, wish.place)
    if isinstance(place, str):
        raise Conflict(place)
    return insert_entry(session, actor, competition.id, place=place, wish=wish, now=now)


def insert_entry(
    session: Session,
    person: Entrant,
    competition_id: int,
    *,
    place: Place,
    wish: Wish,
    source: Source = Source(),
    now: datetime,
) -> bool:
    """Write an entry unless the person has one; tell whether it is new."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    entered = session.scalar(
        dialect.insert(Entry)
        .values(
            public_id=new_public_id(),
            competition_id=competition_id,
            user_id=person.user_id,
            participant_name=person.display_name,
            public_name=public_name(person.display_name, is_shown=wish.shows_name),
            shows_name=wish.shows_name,
            join_link_id=source.link_id,
            staff_no=source.staff_no,
            entered_at=now,
            **frozen_place(place, wish.province),
        )
        .on_conflict_do_nothing(index_elements=["competition_id", "user_id"])
        .returning(Entry.id)
    )
    return entered is not None


def frozen_place(place: Place, province: str) -> dict[str, Any]:
    """Return what an entry keeps of its place, by column."""
    organisation = place.organisation
    # Who belongs to no organisation says the province; of others it is the organisation's.
    region = organisation.region if organisation else province_of(province) and f"{province}0000"
    return {
        "unit_id": organisation.id if organisation else None,
        "unit_name": organisation.name if organisation else "",
        "region": region,
        "province": province_of(region),
        "division": place.division.code if place.division else "",
    }


def show_name(session: Session, actor: Actor, raw_public_id: str, *, shows_name: bool) -> None:
    """Show or mask one's own name on public pages, at any time; nothing else changes.

    Raises NotFound, Conflict("not_entered").
    """
    competition = get_published(session, raw_public_id)
    entry = find_entry(session, competition.id, actor.user_id)
    if entry is None:
        raise Conflict("not_entered")
    session.execute(
        update(Entry)
        .where(Entry.public_id == entry.public_id)
        .values(
            shows_name=shows_name,
            public_name=public_name(entry.participant_name, is_shown=shows_name),
        )
    )


def start_round(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    device_token: str,
    now: datetime,
    number: int = FIRST,
) -> str:
    """Start an attempt at a round, or go on with the open one; return the attempt's public id.

    One read here, one read and one insert in the attempt engine, and three more where the format
    limits starts. Raises NotFound, Conflict("not_entered" | "not_promoted" | "on_paper" |
    "not_open" | "closed" | "attempts_used" | "day_used" | "solved").
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id, number=number)
    if ticket.state is State.CLOSED:
        raise Conflict("closed")
    if ticket.entry_id is None:
        raise Conflict("not_entered")
    if not ticket.is_admitted:
        raise Conflict("not_promoted")
    if ticket.is_on_paper:
        raise Conflict("on_paper")
    assessment: int | Opening = ticket.assessment_id
    if ticket.format.limits_starts:
        assessment = _opening(session, actor, raw_public_id, ticket, now)
    extra = _extra_time(session, ticket) if ticket.extra_percent else timedelta(0)
    return start_attempt(
        session, actor, assessment, device_token=device_token, now=now, extra=extra
    )


def _extra_time(session: Session, ticket: Ticket) -> timedelta:
    """Return the extra time on the whole limit that a participant was granted, rounded up."""
    of_round = select(Assessment.rules).where(Assessment.id == ticket.assessment_id)
    limit_s = AttemptRules.from_json(session.scalars(of_round).one()).limit_s
    return timedelta(seconds=-(-limit_s * ticket.extra_percent // 100))


def _opening(
    session: Session, actor: Actor, raw_public_id: str, ticket: Ticket, now: datetime
) -> Opening:
    """Return what the engine would read, after the format's own limits.

    The entry's row is held, so that a person's parallel starts follow one another and each sees
    what the one before began.
    """
    session.execute(select(Entry.id).where(Entry.id == ticket.entry_id).with_for_update())
    opening = find_opening(session, actor.user_id, ticket.assessment_id)
    if opening is None:
        raise NotFound("assessment")
    if opening.open_attempt is None:
        zone = get_published(session, raw_public_id).zone
        begun = list_begun(session, ticket.assessment_id, ticket.format, actor.user_id)
        refusal = attempt_refusal(ticket.format, 0, begun, now=now, zone=zone)
        if refusal:
            raise Conflict(refusal)
    return opening


def earn_bonus(
    session: Session, actor: Actor, raw_public_id: str, *, act: Act, now: datetime
) -> bool:
    """Note an act that earns a bonus of the day; tell whether it is new today.

    The worker adds it to the board. Raises NotFound; Conflict("no_bonus") where the act earns
    none, "not_entered", "not_open" before the window, "closed" after it.
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id)  # holds off a close
    competition = get_published(session, raw_public_id)
    if act not in {bonus.act for bonus in ticket.format.bonuses}:
        raise Conflict("no_bonus")
    if ticket.entry_id is None:
        raise Conflict("not_entered")
    if competition.phase(now) is not Phase.RUNNING:
        raise Conflict("not_open" if now < competition.opens_at else "closed")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    earned = session.scalar(
        dialect.insert(BonusAct)
        .values(
            round_id=competition.round_id,
            entry_id=ticket.entry_id,
            act=act.value,
            day=day_of(now, competition.zone),
            done_at=now,
        )
        .on_conflict_do_nothing(index_elements=["round_id", "entry_id", "day", "act"])
        .returning(BonusAct.id)
    )
    if earned is None:
        return False
    told = BonusEarned(competition.assessment_id, actor.user_id)
    events.record(session, BONUS, told.payload(), now)
    return True
