"""HR and tracks: enrol the filtered people (of a unit, of a post), confirm entry conditions."""

from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from learning.compliance import queries
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.staff import kept_of, staff_filter
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.study.services import tracks as services
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading


@bp.post("/tracks")
@requires(Permission.TRACK_ASSIGN)
def assign_track() -> ResponseReturnValue:
    """Enrol everybody whom the filter lists in a track."""
    now, actor = utc_now(), current_actor()
    wanted = staff_filter(request.form)
    with reading() as session:
        people = [line.user_id for line in queries.iterate_staff(session, actor, wanted, now)]
    made = services.enrol_people(
        db_session(),
        actor,
        people,
        request.form.get("track", ""),
        is_by_post=bool(wanted.post),
        now=now,
    )
    flash(_("%(all)s 人中新选定 %(n)s 人，其余已在这个方向。", all=len(people), n=made), "success")
    return redirect(f"{url_for('compliance.index')}?{urlencode(kept_of(wanted))}", 303)


@bp.post("/<raw_public_id>/tracks/<raw_track>/confirm")
@requires(Permission.TRACK_ASSIGN)
def confirm_track(raw_public_id: str, raw_track: str) -> ResponseReturnValue:
    """Confirm that a person meets the entry conditions of a track."""
    session, now, actor = db_session(), utc_now(), current_actor()
    line = queries.get_staff(session, actor, raw_public_id, now)
    services.confirm_conditions(session, actor, line.user_id, raw_track, now=now)
    flash(_("已确认符合报名条件。"), "success")
    return redirect(url_for("compliance.person", raw_public_id=line.public_id), 303)
