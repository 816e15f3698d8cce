"""Seats and accommodation of candidates: all at once, or one by hand."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.exams.models import Admission, SittingRoom
from learning.exams.queries import SittingView, get_room, has_attempts, list_rooms
from learning.exams.rules import (
    Accommodation,
    PlaceChange,
    Presence,
    Seat,
    SeatOrder,
    State,
    free_seats,
    in_order,
    place_version,
)
from learning.exams.services.managing import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable


def seat_all(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    order: SeatOrder,
    seed: str,
    anew: bool,
    now: datetime,
) -> int:
    """Give seats to the candidates who have none, or to everybody `anew`; return how many.

    All or nobody: raises NotFound, Conflict("closed" | "no_rooms" | "seats_short"), for everybody
    anew Conflict("seats_taken") once somebody has come in or begun: who sat where is on record.
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    rooms = [(room.id, room.seats) for room in list_rooms(session, sitting.id)]
    if not rooms:
        raise Conflict("no_rooms")
    if anew:
        if _has_come(session, sitting):
            raise Conflict("seats_taken")
        session.execute(
            update(Admission)
            .where(Admission.sitting_id == sitting.id)
            .values(room_id=None, seat=None)
        )
    free = free_seats(rooms, _taken(session, sitting.id))
    waiting = session.scalars(
        select(Admission.ticket_no).where(
            Admission.sitting_id == sitting.id,
            Admission.seat.is_(None),
            Admission.ticket_no.is_not(None),
        )
    )
    tickets = in_order([ticket for ticket in waiting if ticket], order, seed)
    if len(tickets) > len(free):
        raise Conflict("seats_short", missing=len(tickets) - len(free))
    _write(session, sitting.id, list(zip(tickets, free, strict=False)))
    details = {"seated": len(tickets), "order": order.value, "seed": seed, "anew": anew}
    _log(session, actor, "sitting.seated", sitting, now, details)
    return len(tickets)


def _has_come(session: Session, sitting: SittingView) -> bool:
    present = exists().where(
        Admission.sitting_id == sitting.id, Admission.presence == Presence.PRESENT.value
    )
    return has_attempts(session, sitting.assessment_id) or bool(session.scalar(select(present)))


def _write(session: Session, sitting_id: int, places: list[tuple[str, Seat]]) -> None:
    if not places:
        return
    session.connection().execute(
        update(Admission)
        .where(Admission.sitting_id == sitting_id, Admission.ticket_no == bindparam("given_ticket"))
        .values(room_id=bindparam("given_room"), seat=bindparam("given_seat")),
        [
            {"given_ticket": ticket, "given_room": seat.room_id, "given_seat": seat.number}
            for ticket, seat in places
        ],
    )


def place_candidate(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    change: PlaceChange,
    now: datetime,
) -> None:
    """Give one candidate a seat and an accommodation.

    The accommodation counts for attempts that begin afterwards. Raises NotFound,
    Conflict("closed" | "no_such_seat" | "seat_taken" | "place_changed"), Conflict("own_place") for
    oneself.
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    admission = get_admission(session, sitting.id, raw_person_id)
    if admission.user_id == actor.user_id:
        raise Conflict("own_place")
    if change.seen != _version(session, admission):
        raise Conflict("place_changed")
    seat, accommodation = change.seat, change.accommodation
    room = get_room(session, sitting.id, change.room) if change.room else None
    if room is not None:
        if seat is None or not 1 <= seat <= room.seats:
            raise Conflict("no_such_seat")
        holder = session.scalar(
            select(Admission.id).where(Admission.room_id == room.id, Admission.seat == seat)
        )
        if holder not in {None, admission.id}:
            raise Conflict("seat_taken")
    held = granted_to(admission)
    admission.room_id = room.id if room else None
    admission.seat = seat if room else None
    admission.extra_percent = accommodation.percent
    admission.extra_minutes = accommodation.minutes
    admission.accommodation = accommodation.note
    admission.accommodation_review_on = accommodation.review_on
    if accommodation != held:
        admission.accommodation_from_id = None  # somebody has looked at it anew, here
    session.flush()  # the unique index decides here between two examiners
    details = {
        "person": raw_person_id,
        "room": room.name if room else "",
        "seat": admission.seat,
        "extra_percent": accommodation.percent,
        "extra_minutes": accommodation.minutes,
        "review_on": str(accommodation.review_on or ""),
    }
    _log(session, actor, "sitting.candidate_placed", sitting, now, details)


def _version(session: Session, admission: Admission) -> str:
    room = select(SittingRoom.public_id).where(SittingRoom.id == admission.room_id)
    return place_version(session.scalar(room) or "", admission.seat, granted_to(admission))


def granted_to(admission: Admission) -> Accommodation:
    """Return the accommodation of an admission."""
    return Accommodation(
        admission.extra_percent,
        admission.extra_minutes,
        admission.accommodation,
        admission.accommodation_review_on,
    )


def get_admission(session: Session, sitting_id: int, raw_person_id: str) -> Admission:
    """Return the admission of a person, held; NotFound for who is not admitted."""
    found = session.scalars(
        select(Admission)
        .join(User, User.id == Admission.user_id)
        .where(Admission.sitting_id == sitting_id, User.public_id == storable(raw_person_id))
        .with_for_update(of=Admission)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("admission")
    return found


def _hold_open(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> SittingView:
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is State.CLOSED:
        raise Conflict("closed")
    return sitting


def _taken(session: Session, sitting_id: int) -> list[Seat]:
    rows = session.execute(
        select(Admission.room_id, Admission.seat).where(
            Admission.sitting_id == sitting_id, Admission.seat.is_not(None)
        )
    )
    return [Seat(room_id, number) for room_id, number in rows if room_id and number]


def _log(
    session: Session,
    actor: Actor,
    act: str,
    sitting: SittingView,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    audit.log(session, act, sitting.public_id, actor_id=actor.user_id, now=now, details=details)
