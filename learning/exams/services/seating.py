"""Seats and accommodation of candidates: all at once, or one by hand."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.exams.models import Admission
from learning.exams.queries import SittingView, get_room, list_rooms
from learning.exams.rules import Accommodation, Seat, SeatOrder, State, free_seats, in_order
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

    All or nobody: raises NotFound, Conflict("closed" | "no_rooms" | "seats_short").
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    rooms = [(room.id, room.seats) for room in list_rooms(session, sitting.id)]
    if not rooms:
        raise Conflict("no_rooms")
    if anew:
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
    raw_room_id: str,
    seat: int | None,
    accommodation: Accommodation,
    now: datetime,
) -> None:
    """Give one candidate a seat ("" and None: none) and an accommodation.

    The accommodation counts for attempts that begin afterwards. Raises NotFound,
    Conflict("closed" | "no_such_seat" | "seat_taken"), Conflict("own_place") for oneself.
    """
    sitting = _hold_open(session, actor, raw_public_id, now)
    admission = get_admission(session, sitting.id, raw_person_id)
    if admission.user_id == actor.user_id:
        raise Conflict("own_place")
    room = get_room(session, sitting.id, raw_room_id) if raw_room_id else None
    if room is not None:
        if seat is None or not 1 <= seat <= room.seats:
            raise Conflict("no_such_seat")
        holder = session.scalar(
            select(Admission.id).where(Admission.room_id == room.id, Admission.seat == seat)
        )
        if holder not in {None, admission.id}:
            raise Conflict("seat_taken")
    admission.room_id = room.id if room else None
    admission.seat = seat if room else None
    admission.extra_percent = accommodation.percent
    admission.extra_minutes = accommodation.minutes
    admission.accommodation = accommodation.note
    session.flush()  # the unique index decides here between two examiners
    details = {
        "person": raw_person_id,
        "room": room.name if room else "",
        "seat": admission.seat,
        "extra_percent": accommodation.percent,
        "extra_minutes": accommodation.minutes,
    }
    _log(session, actor, "sitting.candidate_placed", sitting, now, details)


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
