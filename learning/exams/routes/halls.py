"""The hall of a sitting: its rooms, and who is appointed to what."""

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import RoomForm, SeatingForm, StaffForm
from learning.exams.routes.blueprint import bp
from learning.exams.rules import Duty, SeatOrder
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.get("/<raw_public_id>/hall")
@requires(MANAGE)
def hall(raw_public_id: str) -> ResponseReturnValue:
    """Show the rooms of a sitting and the people appointed to it."""
    return _hall_page(raw_public_id, RoomForm(formdata=None), StaffForm(formdata=None))


@bp.post("/<raw_public_id>/rooms")
@requires(MANAGE)
def add_room(raw_public_id: str) -> ResponseReturnValue:
    """Write down a room."""
    form = RoomForm()
    if not form.validate():
        return _hall_page(raw_public_id, form, StaffForm(formdata=None))
    services.add_room(db_session(), current_actor(), raw_public_id, room=form.plan(), now=utc_now())
    flash(_("已添加考场。"), "success")
    return _to_hall(raw_public_id)


@bp.post("/<raw_public_id>/rooms/<raw_room_id>/remove")
@requires(MANAGE)
def remove_room(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Take a room away."""
    services.remove_room(
        db_session(), current_actor(), raw_public_id, raw_room_id=raw_room_id, now=utc_now()
    )
    flash(_("已删除考场。"), "success")
    return _to_hall(raw_public_id)


@bp.post("/<raw_public_id>/staff")
@requires(MANAGE)
def appoint(raw_public_id: str) -> ResponseReturnValue:
    """Appoint people to a duty."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        rooms = queries.list_rooms(session, sitting.id)
    form = StaffForm()
    form.offer(rooms)
    if not form.validate():
        return _hall_page(raw_public_id, RoomForm(formdata=None), form)
    try:
        count = services.appoint(
            db_session(),
            actor,
            raw_public_id,
            roll=form.roll.data or "",
            duty=Duty(form.duty.data),
            raw_room_id=form.room.data or "",
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _hall_page(raw_public_id, RoomForm(formdata=None), form)
    flash(_("已任命 %(n)s 人。", n=f"{count:,}"), "success")
    return _to_hall(raw_public_id)


@bp.post("/<raw_public_id>/staff/<raw_staff_id>/dismiss")
@requires(MANAGE)
def dismiss(raw_public_id: str, raw_staff_id: str) -> ResponseReturnValue:
    """Take an appointment back."""
    services.dismiss(
        db_session(), current_actor(), raw_public_id, raw_staff_id=raw_staff_id, now=utc_now()
    )
    flash(_("已取消任命。"), "success")
    return _to_hall(raw_public_id)


@bp.post("/<raw_public_id>/seats")
@requires(MANAGE)
def seat(raw_public_id: str) -> ResponseReturnValue:
    """Give seats to the candidates who have none, or to everybody anew."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        queries.get_managed(session, actor, raw_public_id, now)
    form = SeatingForm()
    form.offer()
    if not form.validate():
        flash(_("请选择排座方式。"), "warning")
        return _to_hall(raw_public_id)
    count = services.seat_all(
        db_session(),
        actor,
        raw_public_id,
        order=SeatOrder(form.order.data),
        seed=(form.seed.data or "").strip(),
        anew=form.anew.data,
        now=now,
    )
    flash(_("已排座 %(n)s 人。", n=f"{count:,}"), "success")
    return _to_hall(raw_public_id)


def _to_hall(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("exams.hall", raw_public_id=public_id), 303)


def _hall_page(raw_public_id: str, room: RoomForm, staff: StaffForm) -> ResponseReturnValue:
    with transaction.reading() as session:
        sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        rooms = queries.list_rooms(session, sitting.id)
        people = queries.list_staff(session, sitting.id)
        candidates = queries.count_admissions(session, sitting.id)
    staff.offer(rooms)
    seating = SeatingForm(formdata=None, seed=secrets.token_hex(4))
    seating.offer()
    page = render_template(
        "exams/hall.html",
        sitting=sitting,
        rooms=rooms,
        people=[(line, words.duty_words(line.duty)) for line in people],
        room_form=room,
        staff_form=staff,
        seating_form=seating,
        candidates=candidates,
    )
    return page, 400 if room.errors or staff.errors else 200
