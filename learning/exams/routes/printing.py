"""What is printed of a sitting: tickets, seat plans, sign-in lists."""

import io

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import presentation, queries, words
from learning.exams.presentation import Paper, Printed
from learning.exams.queries import DoorFilter, DoorLine, RoomView, SittingView
from learning.exams.routes.blueprint import bp
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires

MANAGE = Permission.SITTING_MANAGE
TICKETS_A_FILE = 50  # each with a photograph of up to 300 KB


@bp.get("/<raw_public_id>/ticket.pdf")
@requires(Permission.SELF_SITTING)
def ticket_pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give a candidate their own admission ticket."""
    actor = current_actor()
    with transaction.reading() as session:
        page = queries.get_for_candidate(session, actor.user_id, raw_public_id, utc_now())
        line = queries.get_placed(session, page.sitting, actor.public_id)
        rooms = queries.list_rooms(session, page.sitting.id)
        photos = queries.list_photos(session, page.sitting.id, [line.person])
    printed = _printed(line, _room_of(line, rooms), photos.get(line.person))
    content = presentation.tickets_pdf(_paper(page.sitting), [printed])
    return _file(content, f"{line.ticket_no or 'ticket'}.pdf")


@bp.get("/<raw_public_id>/candidates/<raw_person_id>/ticket.pdf")
@requires(MANAGE)
def candidate_ticket_pdf(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Give the examiner one candidate's ticket."""
    with transaction.reading() as session:
        sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        line = queries.get_placed(session, sitting, raw_person_id)
        rooms = queries.list_rooms(session, sitting.id)
        photos = queries.list_photos(session, sitting.id, [line.person])
    printed = _printed(line, _room_of(line, rooms), photos.get(line.person))
    content = presentation.tickets_pdf(_paper(sitting), [printed])
    return _file(content, f"{line.ticket_no or 'ticket'}.pdf")


@bp.get("/<raw_public_id>/rooms/<raw_room_id>/tickets.pdf")
@requires(MANAGE)
def tickets_pdf(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Give the tickets of a room, fifty a file: `page` counts the files."""
    page = page_number(request.args)
    with transaction.reading() as session:
        sitting, room = _room(session, raw_public_id, raw_room_id)
        lines = _lines(session, sitting, room, (page - 1) * TICKETS_A_FILE, TICKETS_A_FILE)
        photos = queries.list_photos(session, sitting.id, [line.person for line in lines])
    if not lines:
        raise NotFound("tickets")
    people = [_printed(line, _place(room), photos.get(line.person)) for line in lines]
    return _file(presentation.tickets_pdf(_paper(sitting), people), f"tickets-{page}.pdf")


@bp.get("/<raw_public_id>/rooms/<raw_room_id>/seats.pdf")
@requires(MANAGE)
def seats_pdf(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Give the seat plan of a room."""
    with transaction.reading() as session:
        sitting, room = _room(session, raw_public_id, raw_room_id)
        lines = _lines(session, sitting, room, 0, room.seats)
    people = [_printed(line, room.name, None) for line in lines]
    return _file(presentation.seats_pdf(_paper(sitting, room), room.seats, people), "seats.pdf")


@bp.get("/<raw_public_id>/rooms/<raw_room_id>/sign-in.pdf")
@requires(MANAGE)
def sign_in_pdf(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Give the sign-in list of a room."""
    with transaction.reading() as session:
        sitting, room = _room(session, raw_public_id, raw_room_id)
        lines = _lines(session, sitting, room, 0, room.seats)
    people = [_printed(line, room.name, None) for line in lines]
    return _file(presentation.sign_in_pdf(_paper(sitting, room), people), "sign-in.pdf")


def _room(session: Session, raw_public_id: str, raw_room_id: str) -> tuple[SittingView, RoomView]:
    sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    return sitting, queries.get_room(session, sitting.id, raw_room_id)


def _lines(
    session: Session, sitting: SittingView, room: RoomView, offset: int, limit: int
) -> list[DoorLine]:
    wanted = DoorFilter(room_ids=(room.id,))
    return queries.list_door(session, sitting, wanted, offset=offset, limit=limit)


def _room_of(line: DoorLine, rooms: list[RoomView]) -> str:
    return next((_place(room) for room in rooms if room.public_id == line.room_id), "")


def _place(room: RoomView) -> str:
    return f"{room.name} {room.place}" if room.place else room.name


def _printed(line: DoorLine, room: str, photo: tuple[str, bytes] | None) -> Printed:
    return Printed(
        name=line.name,
        ticket_no=line.ticket_no,
        unit=line.unit_name,
        staff_no=line.staff_no,
        room=room,
        seat=line.seat,
        accommodation=words.accommodation_words(line.accommodation, line.extra),
        photo=photo,
    )


def _paper(sitting: SittingView, room: RoomView | None = None) -> Paper:
    window = words.window_words(sitting.opens_at, sitting.closes_at, sitting.zone)
    return Paper(
        title=sitting.title,
        organiser=sitting.organiser,
        window=_("%(window)s（%(zone)s）", window=window, zone=sitting.zone),
        limit=_("%(n)s 分钟", n=sitting.rules.limit_minutes),
        room=room.name if room else "",
        place=room.place if room else "",
    )


def _file(content: bytes, name: str) -> Response:
    """Return a file about people: for this reader alone, kept by no cache."""
    reply = send_file(
        io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply
