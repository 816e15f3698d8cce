"""How a sitting is held: its settings, the signal to begin, one candidate's place."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import (
    LeaveForm,
    PlaceForm,
    SettingsForm,
    WithdrawForm,
    place_values,
    settings_values,
)
from learning.exams.queries import DoorLine, SittingView
from learning.exams.queries.carrying import find_earlier_accommodation
from learning.exams.routes.blueprint import bp, to_desk
from learning.exams.rules import Presence, State
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.route("/<raw_public_id>/settings", methods=["GET", "POST"])
@requires(MANAGE)
def settings(raw_public_id: str) -> ResponseReturnValue:
    """Show and change how a sitting is held."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        earlier = queries.list_earlier(session, sitting)
    form = SettingsForm(
        data={**settings_values(sitting.settings), "resit_of": sitting.resit_of_public_id}
    )
    form.offer(earlier)
    if not form.validate_on_submit():
        page = render_template("exams/settings.html", sitting=sitting, form=form)
        return page, 400 if request.method == "POST" else 200
    session = db_session()
    services.change_settings(session, actor, raw_public_id, changes=form.changes(), now=now)
    services.set_resit(
        session, actor, raw_public_id, raw_first_id=form.resit_of.data or "", now=now
    )
    flash(_("已保存。"), "success")
    return redirect(url_for("exams.settings", raw_public_id=raw_public_id), 303)


@bp.post("/<raw_public_id>/begin")
@requires(MANAGE)
def begin(raw_public_id: str) -> ResponseReturnValue:
    """Give the signal: whoever waits may begin."""
    services.give_signal(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已宣布开考，候考的考生现在可以开始。"), "success")
    return to_desk(raw_public_id)


@bp.route("/<raw_public_id>/candidates/<raw_person_id>", methods=["GET", "POST"])
@requires(MANAGE)
def place(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Show one candidate: ticket, room and seat, accommodation, what was noted."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        line = queries.get_placed(session, sitting, raw_person_id)
        rooms = queries.list_rooms(session, sitting.id)
    # What was posted stands alone: a form without `seen` has not seen what it would overwrite.
    held = place_values(line, sitting.opens_at, sitting.zone)
    form = PlaceForm(data=held if request.method == "GET" else None)
    form.offer(rooms)
    if not form.validate_on_submit():
        return _place_page(sitting, line, form)
    services.place_candidate(
        db_session(),
        actor,
        raw_public_id,
        raw_person_id=raw_person_id,
        change=form.change(),
        now=now,
    )
    flash(_("已保存。"), "success")
    address = url_for("exams.place", raw_public_id=raw_public_id, raw_person_id=raw_person_id)
    return redirect(address, 303)


@bp.post("/<raw_public_id>/candidates/<raw_person_id>/resit")
@requires(MANAGE)
def allow_resit(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Give a candidate leave to come to a resit, or take it back with an empty reason."""
    form = LeaveForm()
    address = url_for("exams.place", raw_public_id=raw_public_id, raw_person_id=raw_person_id)
    if not form.validate():
        flash(_("理由至多 300 字。"), "warning")
        return redirect(address, 303)
    reason = (form.reason.data or "").strip()
    services.allow_resit(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_person_id=raw_person_id,
        reason=reason,
        now=utc_now(),
    )
    flash(_("已准许补考。") if reason else _("已收回补考的准许。"), "success")
    return redirect(address, 303)


def _place_page(sitting: SittingView, line: DoorLine, form: PlaceForm) -> ResponseReturnValue:
    with transaction.reading() as session:
        incidents = queries.list_incidents(session, sitting.id, people=[line.person])
        leave = queries.find_leave(session, sitting.id, line.person)
        earlier = (
            None
            if line.accommodation.is_granted
            else find_earlier_accommodation(session, sitting, line.user_id)
        )
    page = render_template(
        "exams/place.html",
        sitting=sitting,
        line=line,
        leave=leave,
        leave_form=LeaveForm(formdata=None, data={"reason": leave.reason}),
        presence=words.presence_words(line.presence),
        accommodation=words.accommodation_words(line.accommodation, line.extra),
        review_on=words.carried_until(line.accommodation),
        earlier=earlier and words.earlier_words(earlier, sitting.rules.limit_minutes),
        withdraw_form=WithdrawForm(formdata=None) if _may_withdraw(sitting, line) else None,
        incidents=[(incident, words.reason_words(incident.reason)) for incident in incidents],
        form=form,
    )
    return page, 400 if request.method == "POST" else 200


def _may_withdraw(sitting: SittingView, line: DoorLine) -> bool:
    is_open = sitting.state is not State.CLOSED and utc_now() < sitting.closes_at
    return is_open and line.presence is Presence.UNKNOWN
