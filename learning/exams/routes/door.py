"""At the door: the invigilator's list of the rooms they are appointed to, on a phone."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import IncidentForm, PresenceForm
from learning.exams.queries import Appointment, DoorFilter
from learning.exams.routes.blueprint import bp
from learning.exams.rules import Duty, IncidentReason, Presence
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

INVIGILATE = Permission.SELF_INVIGILATE
MAX_SEARCH = 100
FILE_POLICY = "sandbox; default-src 'none'"


@bp.get("/<raw_public_id>/door")
@requires(INVIGILATE)
def door(raw_public_id: str) -> ResponseReturnValue:
    """List the candidates of the rooms one invigilates: who is there, who is not."""
    session = db_session()
    duty = queries.get_appointed(session, current_actor().user_id, raw_public_id, Duty.INVIGILATOR)
    page = page_number(request.args)
    rooms = [
        room
        for room in queries.list_rooms(session, duty.sitting.id)
        if duty.room_ids is None or room.id in duty.room_ids
    ]
    room = next((r for r in rooms if r.public_id == request.args.get("room")), None)
    wanted = DoorFilter(
        room_ids=(room.id,) if room else duty.room_ids,
        search=request.args.get("q", "")[:MAX_SEARCH],
        waiting=request.args.get("waiting") == "y",
    )
    lines = queries.list_door(
        session,
        duty.sitting,
        wanted,
        offset=(page - 1) * queries.DOOR_PAGE,
        limit=queries.DOOR_PAGE,
    )
    total = queries.count_door(session, duty.sitting.id, wanted)
    noted = queries.list_incidents(session, duty.sitting.id, people=[line.person for line in lines])
    people = [line.person for line in lines]
    photographed = queries.list_photographed(session, duty.sitting.id, people)
    incidents = IncidentForm(formdata=None)
    incidents.offer()
    return render_template(
        "exams/door.html",
        sitting=duty.sitting,
        rooms=rooms,
        room=room,
        lines=[
            (
                line,
                words.presence_words(line.presence),
                words.accommodation_words(line.accommodation, line.extra),
                [words.reason_words(i.reason) for i in noted if i.person == line.person],
            )
            for line in lines
        ],
        tally=_tally(duty, wanted),
        wanted=wanted,
        photographed=photographed,
        incident_form=incidents,
        page=page,
        pages=max(1, -(-total // queries.DOOR_PAGE)),
        total=total,
        page_url=lambda number: url_for(
            "exams.door",
            raw_public_id=duty.sitting.public_id,
            page=number,
            room=room.public_id if room else None,
            q=wanted.search or None,
            waiting="y" if wanted.waiting else None,
        ),
    )


@bp.get("/<raw_public_id>/door/<raw_person_id>/photo")
@requires(INVIGILATE)
def door_photo(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Show the accepted photograph of a candidate of one's rooms, to compare the person with.

    What a candidate printed may carry another face. A PNG or JPEG by its bytes, set in no page but
    as a picture, with a policy that lets nothing in it run.
    """
    session = db_session()
    duty = queries.get_appointed(session, current_actor().user_id, raw_public_id, Duty.INVIGILATOR)
    media_type, content = queries.find_door_photo(session, duty, raw_person_id)
    headers = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "private, no-store"}
    return Response(content, content_type=media_type, headers=headers)


def _tally(duty: Appointment, wanted: DoorFilter) -> tuple[int, int]:
    """Return how many candidates the rooms have, and of how many nothing is noted yet."""
    session, sitting_id = db_session(), duty.sitting.id
    everybody = DoorFilter(wanted.room_ids)
    waiting = DoorFilter(wanted.room_ids, waiting=True)
    return (
        queries.count_door(session, sitting_id, everybody),
        queries.count_door(session, sitting_id, waiting),
    )


@bp.post("/<raw_public_id>/door/<raw_person_id>/presence")
@requires(INVIGILATE)
def presence(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Note whether a candidate is there."""
    form = PresenceForm()
    if not form.validate():
        flash(_("请选择到场情况。"), "warning")
        return _to_door(raw_public_id)
    try:
        services.note_presence(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_person_id=raw_person_id,
            presence=Presence(form.presence.data),
            identity_checked=form.identity.data,
            now=utc_now(),
        )
    except Conflict as refused:
        if refused.code != "resit_refused":
            raise
        flash(words.refused_words(refused.data), "warning")
        return _to_door(raw_public_id)
    flash(_("已记录。"), "success")
    return _to_door(raw_public_id)


@bp.post("/<raw_public_id>/door/<raw_person_id>/incident")
@requires(INVIGILATE)
def incident(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Note what happened with a candidate."""
    form = IncidentForm()
    form.offer()
    if not form.validate():
        flash(_("请选择情形；经过至多 500 字。"), "warning")
        return _to_door(raw_public_id)
    services.note_incident(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_person_id=raw_person_id,
        reason=IncidentReason(form.reason.data),
        note=(form.note.data or "").strip(),
        now=utc_now(),
    )
    flash(_("已记录，不能删除。"), "success")
    return _to_door(raw_public_id)


def _to_door(public_id: str) -> ResponseReturnValue:
    return redirect(
        url_for(
            "exams.door",
            raw_public_id=public_id,
            room=request.args.get("room") or None,
            waiting="y" if request.args.get("waiting") == "y" else None,
        ),
        303,
    )
